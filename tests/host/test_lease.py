"""Whose card: it is kept while its host wants it, and never once it was shown a PIN."""

import logging
from threading import Event

import pytest

from kazashi.errors import Cancelled, CardGone, NoCard, ReaderHot, ReaderSilent
from kazashi.reader import Reader
from kazashi_wire.messages import (
    CardLost,
    Done,
    Failed,
    Fault,
    Keep,
    Rest,
    Rested,
    Transmit,
    Watch,
)
from played import CARD, FOUND, PlayedReader, frame, response

OK = b"\x90\0"
READ = b"\0\xb0\0\0\0"
VERIFY = b"\0\x20\0\x98\x041234"
TRIES = b"\0\x20\0\x98"


def reader_that(answers=()):
    played = PlayedReader({Transmit: response(OK), Keep: [Done()], **dict(answers)})
    return Reader(lambda: played), played


def test_a_card_lives_ten_seconds_unless_the_caller_says_otherwise():
    reader, played = reader_that()
    reader.wait_for_card(3)
    reader.wait_for_card(3, lease_s=60)
    assert [r.lease_s for r in played.asked if isinstance(r, Watch)] == [10, 60]


@pytest.mark.parametrize("lease_s", [0, 256])
def test_a_lease_is_1_to_255_s(lease_s):
    reader, _ = reader_that()
    with pytest.raises(ValueError, match="lease_s"):
        reader.wait_for_card(3, lease_s=lease_s)


def test_a_wait_for_removal_keeps_the_card_three_times_a_lease():
    reader, played = reader_that()
    reader.wait_for_card(3)
    assert not reader.wait_for_removal(30)
    kept = [request for request in played.asked if isinstance(request, Keep)]
    assert 8 <= len(kept) <= 9
    assert {request.card for request in kept} == {CARD}


def test_short_waits_for_removal_keep_the_card_too():
    reader, played = reader_that()
    reader.wait_for_card(3)
    for _ in range(60):
        assert not reader.wait_for_removal(0.5)
    assert 8 <= played.kinds().count(Keep) <= 9


def test_a_card_that_was_shown_a_pin_is_never_kept():
    reader, played = reader_that()
    card = reader.wait_for_card(3)
    card.transmit(VERIFY)
    with pytest.raises(ValueError, match="PIN"):
        card.keep()
    assert not reader.wait_for_removal(30)
    assert Keep not in played.kinds()


def test_a_wrong_pin_and_a_question_for_tries_leave_a_card_to_be_kept():
    answers = iter([response(b"\x63\xc2"), response(OK)])
    reader, played = reader_that({Transmit: lambda _: next(answers)})
    card = reader.wait_for_card(3)
    card.transmit(VERIFY)
    card.transmit(TRIES)
    card.keep()
    assert played.kinds().count(Keep) == 1


def test_a_card_that_cannot_be_kept_is_over():
    reader, _ = reader_that({Keep: [Failed(fault=Fault.NO_CARD, detail=0)]})
    card = reader.wait_for_card(3)
    with pytest.raises(NoCard):
        card.keep()
    assert card.is_over
    assert reader.wait_for_removal(5)


def test_a_card_that_cannot_be_kept_was_removed():
    reader, _ = reader_that({Keep: [Failed(fault=Fault.NO_CARD, detail=0)]})
    card = reader.wait_for_card(3)
    assert reader.wait_for_removal(30)
    assert card.is_over


def test_a_reader_that_does_not_answer_ends_a_wait_for_removal_in_time():
    reader, played = reader_that({Keep: []})
    reader.wait_for_card(3)
    begin = played.s
    with pytest.raises(ReaderSilent):
        reader.wait_for_removal(4)
    assert played.s - begin <= 5.1


def test_after_a_failure_of_the_reader_the_card_is_over():
    hot = frame(Failed(fault=Fault.COOL_DOWN, detail=0x0D))
    reader, _ = reader_that({Watch: [Done(), frame(FOUND), 1.0, hot]})
    card = reader.wait_for_card(3)
    with pytest.raises(ReaderHot):
        reader.wait_for_removal(5)
    assert card.is_over
    assert reader.wait_for_removal(60)


def test_leaving_a_block_keeps_its_outcome_if_the_reader_does_not_rest(caplog):
    reader, played = reader_that({Rest: []})
    with caplog.at_level(logging.WARNING), reader:
        pass
    assert "did not rest" in caplog.text
    assert played.is_closed


@pytest.mark.parametrize("rest", [[], [Failed(fault=Fault.CHIP_SILENT, detail=0)]])
def test_leaving_a_block_keeps_its_exception_if_the_reader_does_not_rest(rest):
    reader, _ = reader_that({Rest: rest})
    with pytest.raises(KeyError), reader:
        raise KeyError


def test_leaving_a_block_keeps_its_outcome_if_the_line_does_not_close():
    reader, played = reader_that({Rest: [Rested(searches=0, has_found=0)]})

    def close():
        raise ReaderSilent(1.0)

    played.close = close
    with reader:
        pass


def test_a_card_that_leaves_within_a_wait_for_removal_is_noticed():
    reader, played = reader_that({Watch: [Done(), frame(FOUND), 5.0, frame(CardLost())]})
    card = reader.wait_for_card(3)
    begin = played.s
    assert reader.wait_for_removal(30)
    assert played.s - begin < 5.5
    assert card.is_over


def test_a_look_keeps_a_card_three_times_a_lease():
    reader, played = reader_that()
    card = reader.wait_for_card(3)
    while played.s < 30:
        card.look()
    assert 8 <= played.kinds().count(Keep) <= 9


@pytest.mark.parametrize("before", [READ, VERIFY])
def test_a_card_that_has_left_is_over_with_the_next_look_and_never_asked_for_again(before):
    reader, played = reader_that({Transmit: [*response(OK), 1.0, frame(CardLost())]})
    card = reader.wait_for_card(3)
    card.transmit(before)
    asked = len(played.asked)
    while not card.is_over:
        card.look()
    assert played.s < 2
    for error in (CardGone, NoCard):
        with pytest.raises(error):
            card.transmit(READ)
    assert len(played.asked) == asked


def test_what_a_look_meets_of_a_reader_is_raised_by_the_next_command_once():
    hot = frame(Failed(fault=Fault.COOL_DOWN, detail=0x0D))
    reader, _ = reader_that({Watch: [Done(), frame(FOUND), 1.0, hot]})
    card = reader.wait_for_card(3)
    while not card.is_over:
        card.look()
    for error in (ReaderHot, NoCard):
        with pytest.raises(error):
            card.transmit(READ)


def test_a_look_that_is_cancelled_leaves_the_card_as_it_was():
    reader, _ = reader_that()
    card, cancel = reader.wait_for_card(3), Event()
    cancel.set()
    with pytest.raises(Cancelled):
        card.look(cancel)
    assert card.transmit(READ) == OK
