"""Waits that the program itself ends: in time, and with reader and card as they were."""

import threading
from itertools import repeat

import pytest

from kazashi import doctor, monitor
from kazashi.cards.errors import PinOutcomeUnknown
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.errors import Cancelled, NoReader
from kazashi.reader import Reader
from kazashi.returning import opened_again
from kazashi_wire.messages import (
    Ahead,
    Arm,
    AskHealth,
    CardLost,
    Done,
    End,
    Examination,
    Examine,
    Hello,
    Log,
    Part,
    Rest,
    Show,
    Signal,
    Transmit,
    Watch,
)
from played import FOUND, HEALTH, PlayedReader, frame, response

READ = b"\0\xb0\0\0\0"
OK = b"\x90\0"
LATE_S = 0.1


def reader_that(answers):
    played = PlayedReader(answers)
    return Reader(lambda: played), played


def cancelled_after(played, seconds):
    """An event that is set then."""
    cancel = threading.Event()
    played.happens.append((played.s + seconds, cancel.set))
    return cancel


def ends_at_once(played, wait, seconds=1.0):
    cancel, begin = cancelled_after(played, seconds), played.s
    with pytest.raises(Cancelled) as cancelled:
        wait(cancel)
    assert seconds <= played.s - begin <= seconds + LATE_S
    return cancelled.value


def test_a_search_that_is_cancelled_was_one_search_and_the_field_goes_off():
    reader, played = reader_that({Watch: [Done()]})
    ends_at_once(played, lambda cancel: reader.wait_for_card(30, cancel=cancel))
    assert played.kinds()[1:] == [Watch, Rest]


def test_a_search_among_events_without_end_is_cancelled():
    logs = frame(Log(text=b"on and on"))
    reader, played = reader_that({Watch: lambda _: iter([Done(), *repeat(logs, 3000)])})
    ends_at_once(played, lambda cancel: reader.wait_for_card(30, cancel=cancel))


def test_a_removal_that_is_cancelled_leaves_the_card_where_it_is():
    reader, played = reader_that({Transmit: response(OK)})
    card = reader.wait_for_card(3)
    ends_at_once(played, lambda cancel: reader.wait_for_removal(30, cancel))
    assert card.transmit(READ) == OK
    assert played.kinds().count(Watch) == 1
    assert Rest not in played.kinds()


def test_a_command_that_is_cancelled_leaves_the_card_usable():
    answers = iter([[5.0, *response(b"late" + OK)], response(OK)])
    reader, played = reader_that({Transmit: lambda _: next(answers)})
    card = reader.wait_for_card(3)
    assert ends_at_once(played, lambda cancel: card.transmit(READ, cancel=cancel)).was_sent
    assert card.transmit(READ) == OK


def test_what_was_cancelled_before_it_began_is_not_sent():
    reader, played = reader_that({})
    card = reader.wait_for_card(3)
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled) as cancelled:
        card.transmit(READ, cancel=cancel)
    assert not cancelled.value.was_sent
    assert Transmit not in played.kinds()


def test_a_pin_that_was_on_its_way_when_the_wait_was_cancelled_may_have_counted():
    answers = iter([response(OK), response(b"\x63\xc3"), [5.0, *response(OK)]])
    reader, played = reader_that({Transmit: lambda _: next(answers)})
    card = reader.wait_for_card(3)
    jpki = JpkiSession(card)
    card.cancel = cancelled_after(played, 1.0)
    with pytest.raises(PinOutcomeUnknown) as unknown:
        jpki.verify_pin("1234")
    assert isinstance(unknown.value.__cause__, Cancelled)
    with pytest.raises(ValueError, match="PIN"):
        card.keep()


def test_the_event_of_a_search_ends_the_reads_of_a_session_too():
    reader, played = reader_that({Transmit: [5.0, *response(OK)]})
    cancel = threading.Event()
    card = reader.wait_for_card(3, cancel=cancel)
    played.happens.append((played.s + 1.0, cancel.set))
    begin = played.s
    with pytest.raises(Cancelled):
        JpkiSession(card)
    assert played.s - begin <= 1.0 + LATE_S


def reads_slowly(_):
    """An armed reader, with a pause in the middle of a response."""
    yield Done()
    yield frame(FOUND)
    yield frame(Ahead(command=READ))
    yield frame(Part(offset=0, data=b"first "))
    yield 2.0
    yield frame(Part(offset=6, data=b"second" + OK))
    yield frame(End(size=14, mac=b""))
    yield frame(Ahead(command=b""))
    yield frame(End(size=14, mac=b""))


def test_an_armed_read_that_was_cancelled_in_the_middle_goes_on_later():
    reader, played = reader_that({Arm: [Done()], Watch: reads_slowly})
    card = reader.wait_for_card(3, plan=PLAN)
    ends_at_once(played, lambda cancel: card.transmit(READ, cancel=cancel))
    assert card.transmit(READ) == b"first second" + OK


def test_an_armed_read_that_outlasts_a_wait_for_removal_goes_on_later():
    reader, _ = reader_that({Arm: [Done()], Watch: reads_slowly})
    card = reader.wait_for_card(3, plan=PLAN)
    assert not reader.wait_for_removal(1)
    assert card.transmit(READ) == b"first second" + OK


@pytest.mark.parametrize(
    "ask",
    [
        lambda reader, cancel: reader.show(Signal.DONE, cancel),
        lambda reader, cancel: reader.health(cancel),
        lambda reader, cancel: reader.rest(cancel),
        lambda reader, cancel: reader.stray_bytes(8, cancel),
        lambda reader, cancel: reader.examine(Examination.CHIP, cancel=cancel),
    ],
    ids=["show", "health", "rest", "stray bytes", "examine"],
)
def test_a_request_is_cancelled(ask):
    reader, played = reader_that({Show: [5.0, Done()], AskHealth: [], Rest: []})
    ends_at_once(played, lambda cancel: ask(reader, cancel))


def test_the_greeting_of_a_reader_is_cancelled_and_its_line_closed():
    played = PlayedReader({Hello: []})
    ends_at_once(played, lambda cancel: Reader(lambda: played, cancel=cancel))
    assert played.is_closed


def test_a_deaf_reader_is_left_within_a_second_of_a_cancelled_wait():
    played = PlayedReader({Watch: [Done()], Rest: []})
    cancel = cancelled_after(played, 1.0)
    with pytest.raises(Cancelled), Reader(lambda: played) as reader:
        reader.wait_for_card(30, cancel=cancel)
    assert played.s <= 1.0 + 1.0 + 2 * LATE_S
    assert played.is_closed


def finding(played, cancel):
    for _ in doctor.findings(lambda: played, played, cancel):
        pass


@pytest.mark.parametrize(
    "answers",
    [{Hello: []}, {AskHealth: []}, {AskHealth: [HEALTH], Examine: []}],
    ids=["greeted", "asked", "examined"],
)
def test_the_doctor_is_cancelled(answers):
    played = PlayedReader(answers)
    ends_at_once(played, lambda cancel: finding(played, cancel))
    assert played.is_closed


@pytest.mark.parametrize("is_there", [True, False], ids=["searching", "looking for a reader"])
def test_the_monitor_is_cancelled(is_there, monkeypatch):
    played = PlayedReader({AskHealth: [HEALTH], Watch: [Done()]})
    monkeypatch.setattr(monitor, "sleep", played.pass_by)

    def connect():
        if is_there:
            return played
        raise NoReader

    def watch(cancel):
        for _ in monitor.events(connect, cancel):
            pass

    ends_at_once(played, watch, seconds=2.5)


def test_keeping_a_card_is_cancelled_and_it_stays():
    reader, played = reader_that({})
    card = reader.wait_for_card(3)
    ends_at_once(played, card.keep)
    assert not card.is_over


def test_the_wait_for_a_board_that_starts_again_is_cancelled():
    cancel = threading.Event()

    def connect():
        cancel.set()
        raise NoReader

    with pytest.raises(Cancelled):
        opened_again(connect, cancel)


def test_a_card_that_leaves_is_noticed_though_the_wait_is_over_at_once():
    reader, played = reader_that({Watch: [Done(), frame(FOUND), frame(CardLost())]})
    reader.wait_for_card(3)
    assert reader.wait_for_removal(0)
    assert played.kinds().count(Watch) == 1
