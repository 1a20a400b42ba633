"""The fall-backs, walked on every path."""

import json
from collections.abc import Iterator

import pytest

from kazashi.reception.certificate_paper import check_digit
from kazashi.reception.fallback import FIRST, Answer, Outcome, Step, after, to_json


def paths(step: Step = FIRST, before: tuple[Step, ...] = ()) -> Iterator[tuple]:
    assert step not in before, f"a circle at {step}"
    assert step.answers, f"a dead end at {step}"
    for answer in step.answers:
        then = after(step, answer)
        if isinstance(then, Outcome):
            yield (*before, step), then
        else:
            yield from paths(then, (*before, step))


def test_every_path_ends_in_one_outcome_and_all_are_reached():
    walked = list(paths())
    assert {outcome for _, outcome in walked} == set(Outcome)
    assert len(walked) == len(Outcome)  # one way to each
    assert {step for steps, _ in walked for step in steps} == set(Step)


def test_the_official_order_is_kept():
    steps = [FIRST]
    while isinstance(then := after(steps[-1], Answer.NO), Step):
        steps.append(then)
    assert steps == [
        Step.PORTAL,
        Step.NOTICE,
        Step.CERTIFICATE,
        Step.PAST_VISIT,
        Step.DECLARATION,
    ]
    assert then is Outcome.FULL_PAYMENT


def test_every_question_and_answer_can_be_shown_in_both_languages():
    shown = [*(step.question for step in Step), *(outcome.label for outcome in Outcome)]
    shown += [answer.label for step in Step for answer in step.answers]
    assert all(text.ja and text.en for text in shown)


def test_an_answer_that_was_not_offered_is_misuse():
    with pytest.raises(ValueError, match="no answer at portal: yes, no"):
        after(Step.PORTAL, Answer.FORMER)


# media.shaho.co.jp/n/n42fbe7fcbc00 and n/ncb8a6be744a7
@pytest.mark.parametrize(
    ("outcome", "takes_sevens", "insurer", "number"),
    [
        (Outcome.DECLARED_UNKNOWN, True, "77777777", "777777777"),
        (Outcome.DECLARED_UNKNOWN, False, "77777779", "777777777"),
        (Outcome.DECLARED_UNKNOWN_ELDERLY, True, "77777777", "77777777"),
        (Outcome.DECLARED_UNKNOWN_ELDERLY, False, "77777779", "77777777"),
    ],
)
def test_an_unknown_insured_person_is_claimed_for_with_digits_of_7(
    outcome, takes_sevens, insurer, number
):
    found = outcome.numbers(software_takes_sevens=takes_sevens)
    assert (found.insurer, found.number, found.note) == (insurer, number, "不詳")


def test_software_that_checks_insurers_numbers_takes_the_other_one():
    assert check_digit("7777777") == 9


def test_who_is_known_has_no_such_numbers():
    known = set(Outcome) - {Outcome.DECLARED_UNKNOWN, Outcome.DECLARED_UNKNOWN_ELDERLY}
    assert {outcome.numbers() for outcome in known} == {None}


def test_a_screen_that_has_it_as_json_can_follow_it():
    machine = json.loads(json.dumps(to_json()))
    reached, steps = set(), [machine["first"]]
    while steps:
        for answer in machine["steps"][steps.pop()]["answers"].values():
            if "step" in answer:
                steps.append(answer["step"])
            else:
                reached.add(answer["outcome"])
    assert reached == set(machine["outcomes"])
    assert machine["steps"]["portal"]["answers"]["no"]["label"] == {"ja": "いいえ", "en": "No"}
