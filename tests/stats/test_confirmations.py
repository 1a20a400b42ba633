"""Who is counted how often."""

from hypothesis import given
from hypothesis import strategies as st

from kazashi.stats.confirmations import Confirmation, counted
from kazashi.stats.counts import Cell
from kazashi.stats.rates import Count


def shown(site, person="", certificate="", month="2026-11", *, is_by_card=True, age="75-79"):
    return Confirmation(Cell(month, site, age=age), is_by_card, person, certificate)


def sums(*confirmations):
    found = counted(confirmations)
    total = dict.fromkeys(Count, 0)
    for cell in found.counts.cells.values():
        for count, number in cell.items():
            total[count] += number
    return found, total


def test_at_two_sites_a_person_counts_for_each_and_is_one_user():
    _, total = sums(shown("a", "p"), shown("b", "p"), shown("b", "p"))
    assert (total[Count.CARD_PERSONS], total[Count.CARD_USERS]) == (2, 1)


def test_in_two_months_a_person_counts_in_each():
    _, total = sums(shown("a", "p"), shown("a", "p", month="2026-12"))
    assert (total[Count.CARD_PERSONS], total[Count.CARD_USERS]) == (2, 2)


def test_who_changes_insurer_within_a_month_counts_twice():
    """As the ministry's figures do: the numbers are others."""
    assert sums(shown("a", "p"), shown("a", "q"))[1][Count.CARD_PERSONS] == 2


def test_who_turns_75_within_a_month_counts_once():
    found, total = sums(shown("a", "p", age="70-74"), shown("a", "p"))
    assert total[Count.CARD_PERSONS] == 1
    cells = {cell.age: each[Count.CARD_PERSONS] for cell, each in found.counts.cells.items()}
    assert cells == {"70-74": 1, "75-79": 0}


def test_a_certificate_that_was_once_seen_with_its_insurance_is_that_person():
    found, total = sums(shown("a", "", "c"), shown("a", "p", "c"), shown("a", "p", "d"))
    assert (total[Count.CARD_PERSONS], found.by_certificate) == (1, 0)


def test_a_certificate_that_another_site_saw_with_its_insurance_is_one_user():
    found, total = sums(shown("a", "p", "c"), shown("b", "", "c"))
    assert (total[Count.CARD_PERSONS], total[Count.CARD_USERS], found.by_certificate) == (2, 1, 0)


def test_the_insurance_of_the_same_month_tells_who_it_was():
    changed = shown("a", "q", "c", "2026-12")
    _, total = sums(shown("a", "p", "c"), shown("a", "", "c"), changed)
    assert total[Count.CARD_PERSONS] == 2  # one a month


def test_who_is_known_by_certificate_alone_and_who_is_not_known_are_counted_apart():
    found, total = sums(shown("a", "", "c"), shown("a"), shown("a", is_by_card=False))
    assert (found.by_certificate, found.unknown) == (1, 1)
    assert (total[Count.CARD_CONFIRMATIONS], total[Count.CONFIRMATIONS]) == (2, 3)


SOME = st.builds(
    shown,
    st.sampled_from("ab"),
    st.sampled_from(["", "p", "q"]),
    st.sampled_from(["", "c", "d"]),
    st.sampled_from(["2026-11", "2026-12"]),
    is_by_card=st.booleans(),
)


@given(st.lists(SOME, max_size=30))
def test_there_are_never_more_users_than_persons_nor_more_persons_than_confirmations(some):
    found, total = sums(*some)
    assert total[Count.CARD_USERS] <= total[Count.CARD_PERSONS]
    assert total[Count.CARD_PERSONS] + found.unknown <= total[Count.CARD_CONFIRMATIONS]
    assert total[Count.CARD_CONFIRMATIONS] <= total[Count.CONFIRMATIONS] == len(some)
    assert found.by_certificate <= total[Count.CARD_PERSONS]
