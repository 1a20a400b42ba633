"""Who had each nanosecond: exact, whatever was noted."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kazashi.sim.ledger import Ledger, Owner, Span

NOTES = st.lists(
    st.tuples(st.sampled_from(Owner), st.floats(0, 1000), st.floats(0, 1000)), max_size=30
)


def ledger_of(*notes):
    ledger = Ledger()
    ledger.start()
    for note in notes:
        ledger.note(*note)
    return ledger


@given(NOTES, st.integers(0, 500), st.integers(501, 1000))
def test_every_nanosecond_has_one_owner(notes, begin, end):
    ledger = ledger_of(*notes)
    spans = ledger.partition(begin, end)
    assert (spans[0].begin_ns, spans[-1].end_ns) == (begin, end)
    for one, next_one in pairwise(spans):
        assert one.end_ns == next_one.begin_ns
        assert one.owner is not next_one.owner
    assert all(span.begin_ns < span.end_ns for span in spans)
    assert sum(ledger.spent_ns(begin, end).values()) == end - begin


def test_the_air_comes_first_then_bus_chip_and_usb():
    ledger = ledger_of(
        (Owner.USB, 0, 60), (Owner.CHIP, 0, 50), (Owner.BUS, 20, 40), (Owner.AIR, 10, 30)
    )
    assert ledger.partition(0, 70) == [
        Span(Owner.CHIP, 0, 10),
        Span(Owner.AIR, 10, 30),
        Span(Owner.BUS, 30, 40),
        Span(Owner.CHIP, 40, 50),
        Span(Owner.USB, 50, 60),
        Span(Owner.INTERPRETER, 60, 70),
    ]


def test_a_command_that_is_given_up_ends_the_chips_work():
    ledger = ledger_of((Owner.CHIP, 0, 1000), (Owner.CHIP, 10, 10), (Owner.CHIP, 30, 40))
    assert ledger.spent_ns(0, 100)[Owner.CHIP] == 20


def test_what_never_ends_is_noted_too():
    assert ledger_of((Owner.AIR, 5, float("inf"))).spent_ns(0, 10)[Owner.AIR] == 5


def test_a_ledger_starts_empty_and_takes_no_notes_before():
    ledger = Ledger()
    ledger.note(Owner.BUS, 0, 5)
    assert ledger.spent_ns(0, 10)[Owner.BUS] == 0
    ledger.start()
    ledger.note(Owner.BUS, 5, 10)
    ledger.start()
    assert ledger.spent_ns(0, 10)[Owner.INTERPRETER] == 10
