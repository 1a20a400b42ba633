"""The fall-backs, walked on every path."""

import json
import re
from collections.abc import Iterator

import pytest

from kazashi.reception.fallback import FIRST, Answer, Basis, ClaimNumbers, Step, after, to_json
from kazashi.reception.paper import check_digit


def paths(step: Step = FIRST, before: tuple[Step, ...] = ()) -> Iterator[tuple]:
    assert step not in before, f"a circle at {step}"
    assert step.answers, f"a dead end at {step}"
    for answer in step.answers:
        then = after(step, answer)
        if isinstance(then, Basis):
            yield (*before, step), then
        else:
            yield from paths(then, (*before, step))


def test_every_path_has_one_end_and_all_are_reached():
    walked = list(paths())
    assert {basis for _, basis in walked} == set(Basis)
    assert len(walked) == len(Basis)  # one way to each
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
    assert then is Basis.FULL_PAYMENT


def test_no_two_steps_and_no_two_ends_are_told_alike():
    assert len({step.question for step in Step}) == len(Step)
    assert len({basis.label for basis in Basis}) == len(Basis)


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
    for told in (basis.label.ja, basis.label.en):
        assert {number, "77777777", "77777779"} == set(re.findall("[0-9]+", told))
        assert "不詳" in told


def test_software_that_checks_insurers_numbers_takes_the_other_one():
    assert check_digit("7777777") == 9


def test_who_is_known_has_no_such_numbers():
    known = set(Basis) - {Basis.DECLARED_UNKNOWN, Basis.DECLARED_UNKNOWN_ELDERLY}
    assert {basis.numbers for basis in known} == {None}


def test_a_screen_that_has_it_as_json_can_follow_it():
    machine = json.loads(json.dumps(to_json()))
    reached, steps = set(), [machine["first"]]
    while steps:
        for answer in machine["steps"][steps.pop()]["answers"].values():
            if "step" in answer:
                steps.append(answer["step"])
            else:
                reached.add(answer["basis"])
    assert reached == set(machine["bases"])
    assert machine["bases"]["declared_unknown"]["numbers"]["number"] == "777777777"
    assert machine["bases"]["portal"]["numbers"] is None
    assert machine["steps"]["portal"]["answers"]["no"]["label"] == {"ja": "いいえ", "en": "No"}
