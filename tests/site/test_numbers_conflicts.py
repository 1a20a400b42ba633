"""Two computers tie one name to two numbers: the staff of all of them decide, once."""

import pytest

from kazashi.reception.numbers.lists import Line
from kazashi.reception.numbers.patient import FoundPatient
from site_numbers import CARD, MARKS


def test_what_came_first_holds_and_the_staff_of_all_desks_see_the_conflict(conflict):
    for desk in conflict:
        assert desk.numbers.of([], CARD) == FoundPatient(conflicting=("12", "34"))
        assert desk.said() == ("12", ["34"])
        assert desk.offer().claims[0].by == "鈴木"
        assert desk.copy.state().conflicts == 1


def test_at_the_patient_s_next_visit_the_staff_see_who_it_is(conflict):
    one, _, _ = conflict
    one.numbers.take([Line(0, "12", "A-1")])
    one.numbers.offer(["A-1"], CARD, 9, is_test=False)
    assert one.offer().visit == 9
    assert one.said() == ("12", ["34"])


def test_a_reference_that_is_contested_is_decided_not_the_certificate(desks):
    one, two = desks(), desks()
    one.numbers.take([Line(0, "12", "A-1", MARKS.of(CARD))])
    two.numbers.take([Line(0, "34", "A-1")])
    for desk in (one, two, one):
        desk.meet()
    assert one.numbers.of(["A-1"], CARD).conflicting == ("12", "34")
    one.numbers.offer(["A-1"], CARD, 9, is_test=False)
    assert (one.offer().reference, one.offer().visit) == ("A-1", 9)
    assert one.said() == ("12", ["34"])


@pytest.mark.parametrize("number", ["12", "34", "56"])
def test_a_conflict_is_decided_once_for_all_desks(conflict, number):
    one, two, three = conflict
    assert three.numbers.tie(three.offer().id, number, "高橋")
    for desk in (three, one, two):
        desk.meet()
    assert [desk.number() for desk in conflict] == [number] * 3
    assert [desk.numbers.offers() for desk in conflict] == [[]] * 3


def test_a_conflict_that_is_left_keeps_what_came_first_at_all_desks(conflict):
    one, two, three = conflict
    assert two.numbers.leave(two.offer().id, "鈴木")
    for desk in (two, one, three):
        desk.meet()
    assert [(desk.number(), desk.numbers.offers()) for desk in conflict] == [("12", [])] * 3


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_decisions_at_once_the_first_holds_and_the_other_is_a_conflict_again(
    conflict, first
):
    one, two, _ = conflict
    one.numbers.leave(one.offer().id, "佐藤")
    two.numbers.tie(two.offer().id, "34", "鈴木")
    order = (one, two) if first == 0 else (two, one)
    for desk in (*order, order[0]):
        desk.meet()
    said = (("12", ["34"]), ("34", ["12"]))[first]
    assert [desk.said() for desk in order] == [said] * 2
