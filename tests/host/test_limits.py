"""Readers and cards without end: whatever they say, a wait is over in its time."""

import logging
import tracemalloc
from itertools import chain, count, repeat

import pytest

from kazashi.cards.apdu import Command, send
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.errors import (
    CardTooSlow,
    EndlessReading,
    NoCard,
    ProtocolError,
    ReaderError,
    ReaderFault,
    ReaderSilent,
)
from kazashi.limits import Limits
from kazashi.link import Link
from kazashi.reader import Reader
from kazashi_wire.messages import (
    Ahead,
    Arm,
    AskHealth,
    CardLost,
    Done,
    End,
    Failed,
    Fault,
    Log,
    Part,
    Rest,
    Rested,
    Show,
    Signal,
    Transmit,
    Watch,
)
from played import FOUND, HEALTH, PlayedReader, frame, response
from said import raises

READ = b"\0\xb0\0\0\0"
OK = b"\x90\0"
STALE = frame(Done(), 200) * 4
LOGS = frame(Log(text=b"once more")) * 4
LOSSES = frame(CardLost())


def reader_that(answers, **limits):
    played = PlayedReader(answers)
    return Reader(lambda: played, Limits(**limits)), played


@pytest.mark.parametrize("talk", [STALE, LOGS, LOSSES], ids=["answers", "logs", "events"])
def test_a_reader_that_never_stops_talking_ends_no_search_late(talk):
    reader, played = reader_that({Watch: lambda _: _and_then([Done()], talk)})
    begin = played.s
    with pytest.raises(ReaderError):
        reader.wait_for_card(3)
    assert played.s - begin <= 4.1


@pytest.mark.parametrize("talk", [STALE, LOGS, LOSSES], ids=["answers", "logs", "events"])
def test_a_reader_that_never_stops_talking_ends_no_request_late(talk):
    reader, played = reader_that({Show: lambda _: repeat(talk)})
    begin = played.s
    with pytest.raises(ReaderError):
        reader.show(Signal.DONE)
    assert played.s - begin <= 9.1


def test_a_reader_that_answers_nothing_more_ends_a_search_in_time():
    reader, played = reader_that({Watch: [Done()], Rest: []})
    begin = played.s
    with pytest.raises(ReaderSilent):
        reader.wait_for_card(3)
    assert 3 <= played.s - begin <= 4.1


def one_byte_parts(_):
    for offset in count():
        yield Part(offset=offset, data=b"x")
        yield 1.0


def test_a_block_is_left_at_once_after_a_response_without_end():
    reader, played = reader_that({Transmit: one_byte_parts, Rest: []})
    card = reader.wait_for_card(3)
    begin = played.s
    with pytest.raises(CardTooSlow), reader:
        card.transmit(READ)
    assert played.s - begin <= 32


def test_a_response_without_end_is_given_up_after_30_s():
    reader, played = reader_that({Transmit: one_byte_parts})
    card = reader.wait_for_card(3)
    begin = played.s
    with pytest.raises(CardTooSlow):
        card.transmit(READ)
    assert 30 <= played.s - begin <= 31
    assert card.is_over


@pytest.mark.parametrize("every_s", [0.0, 0.5, 8.9])
@pytest.mark.parametrize("plan", [None, PLAN], ids=["asked", "armed"])
def test_a_card_that_asks_for_time_for_ever_has_30_s(plan, every_s):
    """Each waiting time extension that the reader tells of is time that passed."""

    def extensions():
        while True:
            yield every_s
            yield frame(more) if plan else more

    more = Part(offset=0, data=b"")
    found = [Done(), frame(FOUND)]
    reads = chain([frame(Ahead(command=READ))], extensions()) if plan else []
    reader, played = reader_that(
        {Arm: [Done()], Watch: lambda _: chain(found, reads), Transmit: lambda _: extensions()}
    )
    card = reader.wait_for_card(3, plan=plan)
    begin = played.s
    with pytest.raises(CardTooSlow):
        card.transmit(READ)
    assert 30 <= played.s - begin <= 31
    assert card.is_over


def slow_certificate(request):
    """Its header at once, then 200 bytes in 5 s for each READ."""
    if request.data[1] == 0xA4:
        return response(OK)
    if request.data[2] & 0x80:
        return response(b"\x30\x82\x20\x00" + OK)
    return [5.0, *response(bytes(200) + OK)]


def test_a_slow_file_is_given_up_after_60_s():
    reader, played = reader_that({Transmit: slow_certificate})
    jpki = JpkiSession(reader.wait_for_card(3))
    begin = played.s
    with pytest.raises(CardTooSlow):
        jpki.authentication_certificate()
    assert 60 <= played.s - begin <= 61


def test_a_response_that_is_slowly_fetched_in_pieces_is_given_up_after_30_s():
    reader, played = reader_that({Transmit: lambda _: [5.0, *response(bytes(100) + b"\x61\x01")]})
    card = reader.wait_for_card(3)
    begin = played.s
    with pytest.raises(CardTooSlow):
        send(card, Command(0, 0xB0, ne=256))
    assert 30 <= played.s - begin <= 31


def test_all_commands_to_a_card_take_120_s_at_most_and_time_between_them_is_free():
    waits = [Part(offset=0, data=b""), 5.0] * 5
    reader, played = reader_that({Transmit: lambda _: [*waits, *response(OK)]})
    card = reader.wait_for_card(3)
    for _ in range(4):
        assert card.transmit(READ) == OK
        played.s += 600
    with pytest.raises(CardTooSlow):
        card.transmit(READ)
    assert card.is_over


def test_limits_are_configurable():
    reader, played = reader_that({Transmit: one_byte_parts}, response_s=5.0)
    card = reader.wait_for_card(3)
    begin = played.s
    with pytest.raises(CardTooSlow):
        card.transmit(READ)
    assert 5 <= played.s - begin <= 6


def reads_for_ever(size):
    yield Done()
    yield frame(FOUND)
    offset = 0
    for i in count():
        yield frame(Ahead(command=b"\0\xb0" + i.to_bytes(4)))
        for _ in range(0, size, 500):
            yield frame(Part(offset=offset, data=bytes(500)))
            offset += 500
        yield frame(End(size=size, mac=b""))


@pytest.mark.parametrize("size", [0, 500, 60000])
def test_an_armed_reader_that_reads_for_ever_is_given_up(size):
    reader, _ = reader_that({Arm: [Done()], Watch: lambda _: reads_for_ever(size)})
    card = reader.wait_for_card(3, plan=PLAN)
    tracemalloc.start()
    with raises(ProtocolError, match="without an end"):
        card.transmit(READ)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def reader_that_reads_by_itself(commands):
    def reads(_):
        yield Done()
        yield frame(FOUND)
        for i in range(commands):
            yield frame(Ahead(command=bytes((0, 0xB0, 0, 0, i))))
            yield frame(Part(offset=2 * i, data=OK))
            yield frame(End(size=2, mac=b""))
        yield frame(Ahead(command=b""))
        yield frame(End(size=2 * commands, mac=b""))

    return reader_that({Arm: [Done()], Watch: reads})[0]


def test_a_reader_that_sends_a_65th_command_by_itself_is_given_up():
    card = reader_that_reads_by_itself(65).wait_for_card(3, plan=PLAN)
    with pytest.raises(EndlessReading):
        card.transmit(bytes((0, 0xB0, 0, 0, 64)))


def test_the_last_command_of_64_that_a_reader_sent_by_itself_is_taken():
    reader = reader_that_reads_by_itself(64)
    card = reader.wait_for_card(3, plan=PLAN)
    assert card.transmit(bytes((0, 0xB0, 0, 0, 63))) == OK
    assert reader.wait_for_removal(1) is False


def test_events_that_nobody_asked_for_are_not_kept_without_end():
    reader, _ = reader_that({Show: lambda _: repeat(frame(CardLost()) * 100)})
    with raises(ProtocolError, match="more messages than"):
        reader.show(Signal.DONE)


def test_the_firmware_logs_20_lines_a_second_and_one_says_how_many_were_dropped(caplog):
    log = frame(Log(text=b"hot"))
    link = Link(PlayedReader({Show: [log * 50, 1.2, log, Done()]}))
    with caplog.at_level(logging.WARNING, "kazashi.link"):
        link.request(Show(signal=1), Done)
    assert caplog.messages == ["reader: hot"] * 20 + [
        "reader: 30 more lines were dropped",
        "reader: hot",
    ]


def test_after_a_failure_of_the_reader_an_answer_has_one_second_more():
    failed = frame(Failed(fault=Fault.CHIP_SILENT, detail=0))
    played = PlayedReader({Show: [failed]})
    with pytest.raises(ReaderFault):
        Link(played).request(Show(signal=1), Done)
    assert 1.0 <= played.s <= 1.2


def test_what_a_reader_said_of_the_card_before_is_not_said_of_the_next():
    reader, _ = reader_that(
        {Watch: [frame(FOUND), Done()], Rest: [Rested(searches=3, has_found=0)]}
    )
    with pytest.raises(NoCard):
        reader.wait_for_card(2)


def test_a_wait_of_0_s_looks_once_and_then_says_that_there_is_no_card():
    answers = {Watch: [Done()], AskHealth: [0.3, HEALTH], Rest: [Rested(searches=1, has_found=0)]}
    reader, played = reader_that(answers)
    begin = played.s
    with pytest.raises(NoCard):
        reader.wait_for_card(0)
    assert played.s - begin < 1.0
    assert played.kinds().count(Watch) == 1


def test_a_wait_of_0_s_finds_a_card_that_the_reader_is_looking_at():
    reader, _ = reader_that({Watch: [Done()], AskHealth: [0.3, frame(FOUND), HEALTH]})
    assert not reader.wait_for_card(0).is_over


def test_a_wait_of_0_s_on_a_reader_that_could_not_look_is_no_error_about_silence():
    answers = {Watch: [Done()], AskHealth: [HEALTH], Rest: [Rested(searches=0, has_found=0)]}
    reader, _ = reader_that(answers)
    with pytest.raises(NoCard):
        reader.wait_for_card(0)


def _and_then(first, talk):
    yield from first
    yield from repeat(talk)
