"""The host's end of the wire, over a pipe that plays a reader."""

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazashi.errors import (
    CardGarbled,
    CardGone,
    CardInUse,
    CardProtocolBroken,
    FirmwareStopped,
    NoCard,
    NoReader,
    ProtocolError,
    ReaderError,
    ReaderFault,
    ReaderHot,
    ReaderSilent,
    ReaderUnplugged,
    ReadInterrupted,
    VersionMismatch,
)
from kazashi.limits import Limits
from kazashi.link import Link
from kazashi.reader import Reader
from kazashi.traffic import TRAFFIC
from kazashi_wire.frame import Deframer, Frame
from kazashi_wire.messages import (
    FINGERPRINT,
    REVISION,
    CardFound,
    CardLost,
    Done,
    End,
    Failed,
    Fault,
    Health,
    Hello,
    Part,
    Rest,
    Rested,
    Transmit,
    Watch,
    Welcome,
)
from said import raises

CARD = bytes.fromhex("c0ffee01")  # its number


class Pipe:
    """Answers each request with what `answer` makes of it: messages, frames or bytes."""

    def __init__(self, answer):
        self.answer = answer
        self.sent = []
        self.is_closed = False
        self._waiting = bytearray()
        self._deframer = Deframer()
        self.s = 0.0  # on its clock, which passes with each read

    def now(self):
        return self.s

    def write(self, data):
        for frame in self._deframer.feed(data):
            self.sent.append(frame)
            for said in self.answer(frame):
                if isinstance(said, bytes):
                    self._waiting += said
                else:
                    self._waiting += Frame(said.kind, frame.number, said.build()).build()
        return len(data)

    def read(self, size):
        self.s += 0.001 if self._waiting else 0.05
        data, self._waiting = bytes(self._waiting[:size]), self._waiting[size:]
        return data

    def close(self):
        self.is_closed = True


def link_that_hears(*said, timeout_s=1.0):
    return Link(Pipe(lambda _frame: said), Limits(answer_s=timeout_s))


def transmit(link, apdu, on_progress=None):
    return link.transmit(CARD, apdu, link.wait(link.limits.response_s), on_progress)


def event(message):
    return Frame(message.kind, 0, message.build()).build()


def test_numbers_go_from_1_to_255_and_round():
    pipe = Pipe(lambda _frame: [Done()])
    link = Link(pipe)
    for _ in range(300):
        link.request(Rest(), Done)
    assert [f.number for f in pipe.sent] == [i % 255 + 1 for i in range(300)]


def test_an_answer_to_an_earlier_request_is_not_taken():
    stale = Frame(Failed.kind, 77, Failed(fault=3, detail=0).build()).build()
    assert link_that_hears(stale, Done()).request(Rest(), Done) == Done()


def test_a_response_is_gathered_from_its_parts_with_progress():
    link = link_that_hears(
        Part(offset=0, data=b"ab"), Part(offset=0, data=b""), Part(offset=2, data=b"c"),
        End(size=3, mac=b""),
    )  # fmt: skip
    seen = []
    assert transmit(link, b"\0\xb0\0\0\0", seen.append) == b"abc"
    assert seen == [2, 3]


@pytest.mark.parametrize(
    "said",
    [
        (Part(offset=0, data=b"ab"), Part(offset=3, data=b"c"), End(size=4, mac=b"")),
        (Part(offset=0, data=b"ab"), End(size=3, mac=b"")),
        (Done(),),
    ],
)
def test_a_lost_part_is_never_passed_over(said):
    with pytest.raises(ProtocolError):
        transmit(link_that_hears(*said), b"\0\xb0\0\0\0")


def test_a_long_command_goes_in_parts_with_one_number():
    pipe = Pipe(lambda f: [End(size=0, mac=b"")] if Transmit.parse(f.payload).is_last else [])
    apdu = bytes(range(256)) * 5
    transmit(Link(pipe), apdu)
    parts = [Transmit.parse(f.payload) for f in pipe.sent]
    assert b"".join(p.data for p in parts) == apdu
    assert [p.is_last for p in parts] == [0, 0, 1]
    assert {f.number for f in pipe.sent} == {1}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.NO_CARD, NoCard),
        (Fault.CARD_GONE, CardGone),
        (Fault.CARD_PROTOCOL, CardProtocolBroken),
        (Fault.CHIP_RESTARTED, ReadInterrupted),
        (Fault.COOL_DOWN, ReaderHot),
        (Fault.CARD_GARBLED, CardGarbled),
        (Fault.CARD_IN_USE, CardInUse),
        *((f, ReaderFault) for f in Fault if f not in (3, 4, 5, 11, 12, 13, 14)),
    ],
)
def test_every_fault_is_an_error_that_says_what_to_do(fault, error):
    with raises(error, match=r": \w+|session"):
        link_that_hears(Failed(fault=fault, detail=1)).request(Rest(), Done)


def test_an_unknown_fault_asks_for_an_update():
    with raises(ProtocolError, match="update"):
        link_that_hears(Failed(fault=200, detail=0)).request(Rest(), Done)


def test_silence_has_its_own_error():
    with pytest.raises(ReaderSilent):
        link_that_hears(timeout_s=0.05).request(Rest(), Done)


TRACEBACK = b"""Traceback (most recent call last):\r
  File "main.py", line 6, in <module>\r
ImportError: no module named 'board'\r
MicroPython v1.28.0; Raspberry Pi Pico with RP2040\r
>>> """


def test_a_firmware_that_stopped_is_told_from_a_silent_reader():
    with pytest.raises(FirmwareStopped) as stopped:
        link_that_hears(TRACEBACK, timeout_s=0.0).request(Rest(), Done)
    assert stopped.value.said == "ImportError: no module named 'board'"


def test_a_firmware_that_stopped_before_it_was_asked_says_why():
    pipe = Pipe(lambda _frame: [])
    left = [TRACEBACK]

    def unplugged(*_):
        if left:
            return left.pop()
        raise ReaderUnplugged

    pipe.read = unplugged
    pipe.write = lambda _data: (_ for _ in ()).throw(ReaderUnplugged)
    with raises(FirmwareStopped, match="board"):
        Link(pipe).request(Rest(), Done)


def test_a_board_at_micropythons_prompt_is_told_from_a_silent_reader():
    with raises(FirmwareStopped, match="prompt"):
        link_that_hears(b"\r\n>>> ", timeout_s=0.0).request(Rest(), Done)


def test_an_answer_without_end_is_given_up():
    parts = [Part(offset=i * 500, data=bytes(500)) for i in range(140)]
    with raises(ProtocolError, match="no end"):
        transmit(link_that_hears(*parts), b"\0\xb0\0\0\0")


def test_a_reader_that_talks_of_other_things_is_given_up():
    pipe = Pipe(lambda _frame: [])
    pipe.read = lambda _size: setattr(pipe, "s", pipe.s + 0.001) or event(CardLost())
    with pytest.raises(ReaderSilent):
        Link(pipe, Limits(answer_s=0.05)).request(Rest(), Done)


def test_events_wait_until_they_are_asked_for():
    link = link_that_hears(
        event(CardLost()),
        Done(),
        event(CardFound(technology=2, to_card=0, from_card=0, card=bytes(4), answer=b"")),
    )
    link.request(Rest(), Done)
    assert link.event(link.wait(0.05)) == CardLost()
    assert link.event(link.wait(0.05)) == CardFound(
        technology=2, to_card=0, from_card=0, card=bytes(4), answer=b""
    )
    assert link.event(link.wait(0.05)) is None


def test_a_failure_without_a_request_ends_the_waiting_for_a_card():
    link = link_that_hears(Done(), event(Failed(fault=Fault.CHIP_SILENT, detail=0x4A)))
    link.request(Watch(fastest=0, period_ms=0, lease_s=10, order=b"\x02\x01"), Done)
    with raises(ReaderFault, match="wiring"):
        link.event(link.wait(1))


def welcome(revision, fingerprint):
    return Welcome(
        revision=revision, fingerprint=fingerprint, firmware=b"\0\1\0", chip=bytes(4),
        serial=bytes(8), names=b"pico\nmicropython",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ahead", "advice"), [(-1, "firmware"), (1, "this host"), (0, "one release")]
)
def test_a_version_mismatch_says_which_side_to_update(ahead, advice):
    pipe = Pipe(lambda _frame: [welcome(REVISION + ahead, b"\0\0\0\0")])
    with raises(VersionMismatch, match=advice):
        Reader(lambda: pipe)
    assert pipe.is_closed


FOUND = CardFound(technology=2, to_card=0, from_card=0, card=CARD, answer=bytes(12))
HEALTH = Health(
    reset_cause=1, reboots=0, uptime_s=1, heap_used=1, heap_free=1, retries=0, repolls=0,
    field_offs=0, chip_resets=0,
)  # fmt: skip
FAILED = Failed(fault=Fault.COOL_DOWN, detail=0x0D)


@pytest.mark.parametrize(
    ("said", "error", "reads"),
    [
        ([Rested(searches=3, has_found=0)], NoCard, "waited_s=2"),
        ([event(FOUND), Rested(searches=3, has_found=1)], NoCard, "no card"),  # it came too late
        ([Rested(searches=3, has_found=1)], ProtocolError, "its message was lost"),
        ([Rested(searches=0, has_found=0)], ReaderSilent, "has not answered"),
        ([event(FAILED), Rested(searches=3, has_found=0)], ReaderHot, "too hot"),
        ([FAILED], ReaderHot, "too hot"),
    ],
)
def test_a_wait_in_vain_says_what_the_reader_says(said, error, reads):
    answers = {
        Hello.kind: [welcome(REVISION, FINGERPRINT)],
        Watch.kind: [Done()],
        Rest.kind: said,
    }
    reader = Reader(lambda: Pipe(lambda frame: answers[frame.kind]))
    with raises(error, match=reads):
        reader.wait_for_card(2.0)


def test_a_board_that_starts_again_is_waited_for():
    """It is gone from USB for a moment."""
    pipe = Pipe(lambda _frame: [welcome(REVISION, FINGERPRINT)])
    opened = [pipe]

    def connect():
        if not opened:
            opened.append(pipe)
            raise NoReader
        return opened.pop()

    Reader(connect).reconnect()


def test_a_reader_without_a_chip_can_still_be_asked_who_it_is():
    reader = Reader(lambda: Pipe(lambda _frame: [welcome(REVISION, FINGERPRINT)]))
    assert reader.info.chip == ""


@settings(max_examples=200)
@given(noise=st.binary(max_size=300))
def test_no_bytes_from_the_reader_raise_anything_but_a_reader_error(noise):
    link = link_that_hears(noise, timeout_s=0.0)
    try:
        link.request(Rest(), Done)
    except ReaderError:
        pass
    link._pipe.answer, link.limits = (lambda _frame: [Done()]), Limits(answer_s=1.0)
    list(link._deframer.pause())
    assert link.request(Rest(), Done) == Done()


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from([0x41, 0x42, 0x43, 0x44, 0x4F, 0x81, 0x84]), st.binary(max_size=40)), max_size=6))  # fmt: skip  # noqa: E501
def test_no_frames_from_the_reader_raise_anything_but_a_reader_error(frames):
    said = [Frame(kind, number, p).build() for number, (kind, p) in enumerate(frames)]
    link = link_that_hears(*said, timeout_s=0.0)
    try:
        transmit(link, b"\0\xb0\0\0\0")
    except ReaderError:
        pass


@pytest.fixture
def traffic(caplog):
    with caplog.at_level(TRAFFIC, logger="kazashi.link"):
        yield caplog


def verify(pin, *, extended=False):
    lc = b"\0" + len(pin).to_bytes(2, "big") if extended else bytes((len(pin),))
    return b"\x00\x20\x00\x98" + lc + pin


@pytest.mark.parametrize("extended", [False, True])
def test_a_pin_is_masked_in_the_traffic_log(traffic, extended):
    transmit(
        link_that_hears(Part(offset=0, data=b"\x90\0"), End(size=2, mac=b"")),
        verify(b"8642", extended=extended),
    )
    assert "00200098 and" in traffic.text
    frame = Frame(4, 1, b"\1" + verify(b"8642", extended=extended)).build()
    assert b"8642".hex() not in traffic.text
    assert frame[-4:].hex() not in traffic.text  # its CRC would give the PIN away


def test_every_part_of_a_long_secret_is_masked(traffic):
    link = Link(Pipe(lambda f: [End(size=0, mac=b"")] if f.payload[0] else []))
    transmit(link, b"\x00\x24\x01\x80" + b"\0\x07\xd0" + b"8642" * 500)
    assert "38363432" not in traffic.text
    assert traffic.text.count("masked") == 4


def test_who_switches_the_traffic_log_on_is_warned(traffic):
    link_that_hears()
    assert "test cards only" in traffic.text


def test_other_traffic_is_logged_when_it_is_asked_for_and_only_then(traffic, caplog):
    transmit(link_that_hears(End(size=0, mac=b"")), b"\0\xb0\x8a\0\0")
    assert "0100b08a0000" in traffic.text
    traffic.clear()
    with caplog.at_level(logging.DEBUG, logger="kazashi.link"):
        transmit(link_that_hears(End(size=0, mac=b"")), b"\0\xb0\x8a\0\0")
    assert traffic.text == ""
