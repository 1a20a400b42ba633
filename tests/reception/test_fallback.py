"""The fall-backs, walked on every path."""

import json
import re
from collections.abc import Iterator

import pytest

from kazashi.reception.fallback import (
    FIRST,
    FIRST_OF_WELFARE,
    HINT,
    Answer,
    Basis,
    ClaimNumbers,
    Step,
    after,
    to_json,
)
from kazashi.reception.papers.certificate import check_digit
from kazashi.words import Language
from kazashi.words.compile import compiled, texts


def paths(step: Step = FIRST, before: tuple[Step, ...] = ()) -> Iterator[tuple]:
    """(steps, end) of each path from `step` on."""
    assert step not in before, f"a circle at {step}"
    assert step.answers, f"a dead end at {step}"
    for answer in step.answers:
        then = after(step, answer)
        if isinstance(then, Basis):
            yield (*before, step), then
        else:
            yield from paths(then, (*before, step))


def ends(path):
    """The end that the answers of `path` lead to, from the first question on."""
    step = FIRST
    for answer in path.split():
        step = after(step, Answer(answer))
    return step


def test_every_path_ends_and_every_end_and_every_step_is_reached():
    walked = [*paths(), *paths(FIRST_OF_WELFARE)]
    assert {basis for _, basis in walked} == {*Basis}
    assert {step for steps, _ in walked for step in steps} == {*Step}


# S0, flowchart: the card is asked about first, and the order of what may be shown with it
def test_the_official_order_is_kept():
    steps = [FIRST, Step.PORTAL]
    while isinstance(then := after(steps[-1], steps[-1].answers[-1]), Step):
        steps.append(then)
    assert steps == [
        *(Step.CARD, Step.PORTAL, Step.NOTICE, Step.CERTIFICATE, Step.PAST_VISIT),
        Step.DECLARATION,
    ]
    assert then is Basis.CONFIRMED_LATER


# S0: screen or PDF of マイナポータル, 資格情報のお知らせ: with the card alone
def test_portal_and_notice_count_with_the_card_alone():
    with_card = {basis for steps, basis in paths() if Step.PORTAL in steps}
    without = {basis for steps, basis in paths() if Step.PORTAL not in steps}
    assert {Basis.PORTAL, Basis.NOTICE} <= with_card
    assert not {Basis.PORTAL, Basis.NOTICE} & without
    for step in (Step.PORTAL, Step.NOTICE):
        assert "カードと一緒に" in step.message.text(Language.JAPANESE)


# S0: 被保険者資格申立書 is filled in by people who present the card
def test_only_people_with_the_card_declare():
    for steps, basis in paths():
        if basis.needs_declaration:
            assert Step.PORTAL in steps
            assert {Step.DECLARATION, Step.DECLARATION_RETURNING} & {*steps}
    assert "カードを見せたうえで" in Step.DECLARATION.message.text(Language.JAPANESE)


# S0: returning patients are asked in two steps: was here before; still the same
@pytest.mark.parametrize("start", ["yes no no nothing", "no nothing"])
def test_returning_patients_are_asked_two_questions(start):
    before = ends(start)
    assert "以前にも" in before.message.text(Language.JAPANESE)
    same = ends(f"{start} yes")
    assert "保険が変わっていない" in same.message.text(Language.JAPANESE)
    assert ends(f"{start} yes yes") is Basis.PAST_VISIT


# S1: 不詳 at the first visit alone; returning patients are claimed by what is known (旧資格)
def test_an_unknown_insured_person_is_one_of_a_first_visit():
    for steps, basis in paths():
        if basis.numbers:
            assert Step.PAST_VISIT in steps
            assert Step.SAME_INSURANCE not in steps
    returning = ends("yes no no nothing yes no yes")
    assert returning.answers == (Answer.CURRENT, Answer.FORMER)
    assert after(returning, Answer.FORMER) is Basis.DECLARED_FORMER
    assert "旧資格情報" in Basis.DECLARED_FORMER.message.text(Language.JAPANESE)


# S0: never a flat 10割; who neither shows nor declares anything is confirmed later
def test_nobody_is_asked_for_full_payment():
    assert not any("full" in basis for basis in Basis)
    asked = [
        each.message.text(Language.JAPANESE)
        for each in Basis
        if "10割" in each.message.text(Language.JAPANESE)
    ]
    assert asked == [Basis.CONFIRMED_LATER.message.text(Language.JAPANESE)]
    assert "一律に全額(10割)の支払いを求めないで" in asked[0]
    assert "求めることはできません" in HINT.text(Language.JAPANESE)
    assert ends("no nothing no") is Basis.CONFIRMED_LATER
    assert ends("no nothing yes no") is Basis.CONFIRMED_LATER
    assert "保険者に問い合わせ" in asked[0]


# S0: later check before the claim
@pytest.mark.parametrize("basis", [each for each in Basis if each.needs_declaration])
def test_a_declared_insurance_is_checked_again_before_the_claim(basis):
    assert "請求の前に、もう一度、資格を確認" in basis.message.text(Language.JAPANESE)
    assert "申立書の負担割合" in basis.message.text(Language.JAPANESE)


# S0: four forms, asked about online as well; S1: 自衛官診療証 in, 日雇特例 out of the online check
def test_a_certificate_is_asked_about_online_and_a_day_labourers_paper_is_not():
    assert [basis for basis in Basis if basis.is_asked_online] == ["certificate", "defence"]
    assert "カード・はがき・A4・電子" in Answer.CERTIFICATE.message.text(Language.JAPANESE)
    for step in (Step.CERTIFICATE, Step.CERTIFICATE_NO_CARD):
        assert after(step, Answer.DEFENCE) is Basis.DEFENCE
        assert after(step, Answer.DAY_LABOURER) is Basis.DAY_LABOURER
    assert "オンラインでは確認できません" in Basis.DAY_LABOURER.message.text(Language.JAPANESE)


# Layout 8.07, S0: 未委託・未登録: ask 福祉事務所 for the 医療券
def test_welfare_that_is_not_registered_leads_to_the_welfare_office():
    assert "福祉事務所" in FIRST_OF_WELFARE.message.text(Language.JAPANESE)
    assert after(FIRST_OF_WELFARE, Answer.YES) is Basis.MEDICAL_TICKET
    assert after(FIRST_OF_WELFARE, Answer.NO) is FIRST
    assert ends("no welfare") is Basis.MEDICAL_TICKET
    assert "医療券" in Basis.MEDICAL_TICKET.message.text(Language.JAPANESE)


def test_no_two_ends_are_told_alike():
    assert len({basis.message.key for basis in Basis}) == len(Basis)


def test_an_answer_that_was_not_offered_is_misuse():
    with pytest.raises(ValueError, match="no answer at portal: yes, no"):
        after(Step.PORTAL, Answer.FORMER)


# media.shaho.co.jp/n/n42fbe7fcbc00 and n/ncb8a6be744a7
@pytest.mark.parametrize(
    ("basis", "number"),
    [
        (Basis.DECLARED_UNKNOWN, "777777777"),
        (Basis.DECLARED_UNKNOWN_ELDERLY, "77777777"),
    ],
)
def test_an_unknown_insured_person_is_claimed_for_with_digits_of_7(basis, number):
    assert basis.numbers == ClaimNumbers(number, "77777777", "77777779", "不詳")
    for told in (basis.message.text(Language.JAPANESE), basis.message.text(Language.ENGLISH)):
        assert {number, "77777777", "77777779"} == set(re.findall("[0-9]+", told))
        assert "不詳" in told


def test_software_that_checks_insurers_numbers_takes_the_other_one():
    assert check_digit("7777777") == 9


def test_who_is_known_has_no_such_numbers():
    known = set(Basis) - {Basis.DECLARED_UNKNOWN, Basis.DECLARED_UNKNOWN_ELDERLY}
    assert {basis.numbers for basis in known} == {None}


def test_a_screen_that_has_it_as_json_can_follow_it():
    machine = json.loads(json.dumps(to_json()))
    reached, steps = set(), [machine["first"], machine["first_of_welfare"]]
    while steps:
        for answer in machine["steps"][steps.pop()]["answers"].values():
            if "step" in answer:
                steps.append(answer["step"])
            else:
                reached.add(answer["basis"])
    assert reached == set(machine["bases"])
    assert machine["bases"]["declared_unknown"]["numbers"]["number"] == "777777777"
    assert machine["bases"]["portal"]["numbers"] is None
    assert machine["bases"]["declared_former"]["needs_declaration"]
    assert machine["steps"]["portal"]["answers"]["no"]["label"] == "fallback-answer.no"


def test_the_catalogues_have_each_text_that_a_screen_is_given():
    machine = to_json()
    keys = {machine["hint"]} | {basis["label"] for basis in machine["bases"].values()}
    for step in machine["steps"].values():
        keys |= {step["question"]} | {each["label"] for each in step["answers"].values()}
    for language in Language:
        known = texts(compiled(language)).keys()
        assert {key for key in known if key.startswith("fallback-")} == keys
