"""The slot of CCID, message by message and packet by packet, as no driver would send them."""

import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asking import HELLO, PERSON
from ccid_host import (
    ABORT,
    ABORTED,
    ABSENT,
    ACTIVE,
    CLASS_ABORT,
    CLOCK_FREQUENCIES,
    COME,
    DATA,
    DATA_RATES,
    ESCAPE,
    EXTENSION,
    FAILED,
    GET_PARAMETERS,
    GET_SLOT_STATUS,
    GONE,
    GOOD,
    INACTIVE,
    KNOWN,
    LENGTH,
    LEVEL,
    MUTE,
    PARAMETERS,
    POWER,
    POWER_OFF,
    POWER_ON,
    RESET_PARAMETERS,
    SECURE,
    SELECT,
    SELECT_KEY,
    SELECT_PIN,
    SET_PARAMETERS,
    SET_RATE,
    SIGN,
    SLOT,
    SLOT_STATUS,
    T1,
    TRANSFER,
    VERIFY,
    Host,
)
from kazashi.sim.jpki import Jpki
from kazashi.sim.picc import BlockSettings, Response, TypeA, TypeB
from kazashi_wire.messages import (
    CardFound,
    Failed,
    Log,
    Welcome,
)
from rig import clock
from usb_bus import IN, PACKET


@pytest.fixture
def host():
    return Host()


@pytest.fixture
def powered(host):
    host.until(COME)
    host.power_on()
    return host


def test_a_card_comes_gets_power_answers_and_leaves(host):
    assert host.ask(GET_SLOT_STATUS) == (SLOT_STATUS, ABSENT, 0, 0, b"")
    host.until(COME)
    assert host.ask(GET_SLOT_STATUS) == (SLOT_STATUS, INACTIVE, 0, 0, b"")
    assert host.power_on() == bytes.fromhex("3b888001000041e0b381a1003b")
    assert host.ask(GET_SLOT_STATUS)[1] == ACTIVE
    assert host.transmit(SELECT) == GOOD
    host.run(0.3)  # the rig lays its card down once more
    assert host.ask(POWER_OFF) == (SLOT_STATUS, INACTIVE, 0, 0, b"")
    host.board.air.clear()
    host.until(GONE)
    assert host.ask(GET_SLOT_STATUS)[1] == ABSENT
    assert host.ask(POWER_ON) == (DATA, FAILED | ABSENT, MUTE, 0, b"")


@pytest.mark.parametrize(("fwi", "limit_s"), [(8, 1.0), (10, 1.0), (12, 3.5)])
def test_a_removal_is_told_after_one_repetition(fwi, limit_s):
    host = Host(blocks=BlockSettings(fwi=fwi))
    host.until(COME)
    host.power_on()
    host.transmit(SELECT)
    host.board.air.clear()
    assert host.until(GONE) <= limit_s


@pytest.mark.parametrize("kind", [k for k in range(256) if k not in KNOWN])
def test_what_it_does_not_know_it_says_so(powered, kind):
    answers = {SECURE: DATA, ESCAPE: 0x83, SET_RATE: 0x84}
    for body in (b"", b"\x01\x02\x03", bytes(300)):
        answer = (answers.get(kind, SLOT_STATUS), FAILED | ACTIVE, 0, 0, b"")
        assert powered.ask(kind, body) == answer


def test_parameters_are_those_of_t1_and_nothing_follows_from_them(powered):
    for kind in (GET_PARAMETERS, RESET_PARAMETERS):
        assert powered.ask(kind) == (PARAMETERS, ACTIVE, 0, 1, T1)
    assert powered.ask(SET_PARAMETERS, T1, extra=b"\1\0\0") == (PARAMETERS, ACTIVE, 0, 1, T1)
    assert powered.ask(SET_PARAMETERS, bytes(5))[1:3] == (FAILED | ACTIVE, 7)  # T=0
    assert powered.ask(SET_PARAMETERS, bytes(5), extra=b"\1\0\0")[1:3] == (FAILED | ACTIVE, LENGTH)


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"kind": GET_SLOT_STATUS, "slot": 1}, SLOT),
        ({"kind": TRANSFER, "body": SELECT, "slot": 7}, SLOT),
        ({"kind": POWER_ON, "extra": b"\4\0\0"}, POWER),
        ({"kind": POWER_ON, "body": b"\0"}, LENGTH),
        ({"kind": GET_SLOT_STATUS, "body": bytes(54)}, LENGTH),  # one whole packet
        ({"kind": TRANSFER}, LENGTH),
        ({"kind": TRANSFER, "body": SELECT, "size": 14}, LENGTH),
        ({"kind": TRANSFER, "body": SELECT, "size": 16}, LENGTH),
        ({"kind": TRANSFER, "body": SELECT, "size": 0xFFFFFFFF}, LENGTH),
        ({"kind": TRANSFER, "body": bytes(54), "size": 2000}, LENGTH),  # the rest never comes
        ({"kind": TRANSFER, "body": bytes(3063)}, LENGTH),
        ({"kind": TRANSFER, "body": SELECT, "extra": b"\0\4\0"}, LEVEL),
        ({"kind": TRANSFER, "body": SELECT, "extra": b"\0\2\0"}, LEVEL),  # the end of nothing
        ({"kind": TRANSFER, "body": b"", "extra": b"\0\x10\0"}, LEVEL),
    ],
)
def test_a_malformed_message_has_its_error_and_the_next_is_answered(powered, how, error):
    answer = powered.ask(how.pop("kind"), how.pop("body", b""), **how)
    assert answer[1] & FAILED
    assert answer[2] == error
    assert powered.ask(GET_SLOT_STATUS)[2] == 0


def test_a_message_shorter_than_its_header_has_an_error(powered):
    powered.bus.send(bytes((GET_SLOT_STATUS, 0, 0)))
    assert powered.hear()[2:4] == (FAILED | ACTIVE, LENGTH)
    assert powered.ask(GET_SLOT_STATUS)[1] == ACTIVE


def test_an_empty_packet_behind_a_message_of_whole_packets_is_none(powered):
    powered.send(TRANSFER, SELECT_PIN + bytes(47))
    powered.bus.packets.append(b"")
    powered.hear()
    assert powered.ask(GET_SLOT_STATUS)[2] == 0


def test_a_response_of_whole_packets_ends_with_an_empty_one():
    class Fixed(Jpki):
        def transmit(self, apdu):
            return Response(bytes(52) + GOOD)

    host = Host(TypeB(Fixed(PERSON)))
    host.until(COME)
    host.power_on()
    assert host.transmit(SELECT) == bytes(52) + GOOD


def test_nothing_reaches_a_card_without_power(host):
    host.until(COME)
    host.board.air.disturb = lambda *_: pytest.fail("on air")
    assert host.ask(TRANSFER, SELECT) == (DATA, FAILED | INACTIVE, MUTE, 0, b"")


def test_power_off_power_on_and_reset_forget_a_verified_pin(powered):
    def sign():
        assert powered.transmit(SIGN) != GOOD  # at once: a new SELECT would end it, too
        return powered.transmit(SELECT, SELECT_KEY, SIGN)

    for leave in ((POWER_OFF, POWER_ON), (POWER_ON,)):
        assert powered.transmit(SELECT, SELECT_PIN, VERIFY) == GOOD
        for kind in leave:
            powered.ask(kind)
        assert sign() == b"\x69\x82"
    assert powered.transmit(SELECT, SELECT_PIN, VERIFY) == GOOD
    powered.bus.plug()  # another host
    powered.until(COME)
    powered.power_on()
    assert sign() == b"\x69\x82"


def test_no_pin_and_no_response_stays_in_its_buffers(powered):
    powered.transmit(SELECT, SELECT_PIN, VERIFY)
    usb = powered.board.rig.ccid
    assert b"1234" not in bytes(usb.rx)
    certificate = PERSON.certificate[:40]
    powered.transmit(bytes.fromhex("00a4020c02000a"), bytes.fromhex("00b00000000400"))
    assert certificate in bytes(usb.tx)
    powered.ask(POWER_OFF)
    assert certificate not in bytes(usb.tx)


def test_the_pupi_stays_inside_and_historical_octets_do_not():
    host = Host(TypeA(Jpki(PERSON)))
    host.until(COME)
    assert host.power_on() == bytes.fromhex("3b80800101")
    get_uid, get_historical = bytes.fromhex("ffca000000"), bytes.fromhex("ffca010000")
    assert host.transmit(get_uid) == b"\x6a\x81"
    assert host.transmit(get_historical) == b"\x6a\x81"
    answer = host.ccid._field.answer
    answer[3] += 3  # an ATS with three historical octets
    answer[8:11] = b"abc"
    host.ccid._field.count += 3
    assert host.transmit(get_historical) == b"abc" + GOOD
    assert host.transmit(bytes.fromhex("ffca010003")) == b"abc" + GOOD
    assert host.transmit(bytes.fromhex("ffca010002")) == b"\x6c\x03"
    assert host.transmit(bytes.fromhex("ffca010004")) == b"abc\x62\x82"
    assert host.transmit(get_uid) == b"\x6a\x81"
    assert host.transmit(bytes.fromhex("ff82000006") + bytes(6)) == b"\x6d\x00"


def test_class_requests(host):
    bus = host.bus
    assert bytes(bus.request(CLOCK_FREQUENCIES, direction=1)) == struct.pack("<I", 4000)
    assert bytes(bus.request(DATA_RATES, direction=1)) == struct.pack("<I", 10753)
    assert bus.request(4) is False
    assert bus.request(CLASS_ABORT, interface=0) is False  # the serial port's


# --- a card that takes long, and a host that does not wait --------------------------------------


@pytest.fixture
def slow():
    """A card that takes 4.5 s for each command."""
    host = Host(TypeB(Jpki(PERSON, command_s=4.5), BlockSettings(fwi=14)))
    host.until(COME)
    host.power_on()
    return host


def test_the_host_is_told_each_second_that_a_card_takes_longer(slow):
    begin_s = clock.s
    number = slow.send(TRANSFER, SELECT)
    heard = [slow.hear()]
    while heard[-1][2] & EXTENSION:
        heard.append(slow.hear())
    assert heard[-1] == (DATA, number, ACTIVE, 0, 0, GOOD)
    assert heard[:-1] == [(DATA, number, EXTENSION | ACTIVE, 1, 0, b"")] * len(heard[:-1])
    assert len(heard) - 1 == int(clock.s - begin_s) > 3


@pytest.mark.parametrize("is_request_first", [True, False])
def test_an_abort_ends_the_command_and_is_answered(slow, is_request_first):
    halves = [
        lambda: slow.bus.request(CLASS_ABORT, 10 << 8),
        lambda: slow.send(ABORT, number=10),
    ]
    for i, half in enumerate(halves if is_request_first else reversed(halves)):
        slow.bus.plans.append((clock.s + 0.5 + i / 10, half))
    slow.send(TRANSFER, SELECT, number=9)
    assert slow.hear()[:4] == (DATA, 9, FAILED | INACTIVE, ABORTED)
    assert slow.hear()[:4] == (SLOT_STATUS, 10, INACTIVE, 0)
    assert slow.ask(TRANSFER, SELECT)[1:3] == (FAILED | INACTIVE, MUTE)


def test_an_abort_without_its_other_half_is_given_up(powered):
    assert powered.ask(ABORT, number=3)[:3] == (SLOT_STATUS, FAILED | ACTIVE, ABORTED)
    assert powered.ask(GET_SLOT_STATUS)[2] == 0
    powered.bus.request(CLASS_ABORT, 4 << 8)
    assert powered.ask(GET_SLOT_STATUS)[2] == ABORTED
    powered.run(3)
    assert powered.ask(GET_SLOT_STATUS)[2] == 0


def test_a_host_that_fetches_nothing_stops_only_itself(powered):
    powered.bus.is_fetching = False
    powered.send(GET_SLOT_STATUS)
    powered.send(GET_SLOT_STATUS)
    powered.run(3)
    assert isinstance(powered.link(HELLO)[-1], Welcome)
    powered.bus.is_fetching = True
    assert powered.hear()[0] == powered.hear()[0] == SLOT_STATUS


def test_a_command_that_does_not_go_on_is_given_up(powered):
    assert powered.ask(TRANSFER, SELECT[:5], extra=b"\0\1\0") == (DATA, ACTIVE, 0, 0x10, b"")
    powered.run(9)
    assert powered.ask(TRANSFER, SELECT[5:], extra=b"\0\2\0")[-1] == GOOD
    powered.ask(TRANSFER, SELECT[:5], extra=b"\0\1\0")
    powered.run(11)
    assert powered.ask(GET_SLOT_STATUS)[1] == INACTIVE


# --- anything at all ----------------------------------------------------------------------------

HEADER = st.builds(
    lambda kind, size, slot, number, extra, body: (
        struct.pack("<BIBB", kind, len(body) if size is None else size, slot, number) + extra + body
    ),
    st.sampled_from(KNOWN) | st.integers(0, 255),
    st.none() | st.integers(0, 400) | st.integers(0, 0xFFFFFFFF),
    st.just(0) | st.integers(0, 255),
    st.integers(0, 255),
    st.just(b"\0\0\0")
    | st.sampled_from([b"\0\1\0", b"\0\2\0", b"\0\3\0", b"\0\x10\0"])
    | st.binary(min_size=3, max_size=3),
    st.sampled_from([b"", SELECT, SELECT_PIN, VERIFY, SIGN, b"\xff\xca\0\0\0"])
    | st.binary(max_size=300),
)
REAL = b"".join(
    struct.pack("<BIBB", kind, len(body), 0, 7) + b"\0\0\0" + body
    for kind, body in [(POWER_ON, b""), (TRANSFER, SELECT), (TRANSFER, SIGN), (POWER_OFF, b"")]
)


@st.composite
def mutated(draw):
    """A real conversation, with some octets changed, left out or doubled."""
    octets = bytearray(REAL)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(octets) - 1))
        octets[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=3))
    return bytes(octets)


@st.composite
def deeds(draw):
    """What a host does on the bus: transfers, cut anywhere, class requests, a reset."""
    return draw(
        st.lists(
            st.tuples(st.just("send"), HEADER | mutated() | st.binary(max_size=200))
            | st.tuples(st.just("packet"), st.binary(max_size=PACKET))
            | st.tuples(st.just("request"), st.tuples(st.integers(0, 5), st.integers(0, 0xFFFF)))
            | st.tuples(st.just("plug"), st.none())
            | st.tuples(st.just("run"), st.floats(0, 1.5))
            | st.tuples(st.just("fetch"), st.booleans()),
            max_size=8,
        )
    )


@settings(max_examples=60, deadline=None)
@given(deeds())
@example([("send", REAL[:70]), ("run", 0.1), ("plug", None)])
def test_whatever_a_host_does_the_reader_answers_the_next_and_says_nothing_else(done):
    host = Host()
    for deed, what in done:
        if deed == "send":
            host.bus.send(what)
        elif deed == "packet":
            host.bus.packets.append(what)
        elif deed == "request":
            host.bus.request(what[0], what[1], direction=what[0] > 1)
        elif deed == "plug":
            host.bus.plug()
        elif deed == "fetch":
            host.bus.is_fetching = what
        else:
            host.run(what)
    host.bus.is_fetching = True
    host.run(13)  # what is under way ends, or is given up
    said = host.board.messages()
    assert not [each for each in said if isinstance(each, (Log, Failed, CardFound))]
    host.bus.heard[IN].clear()
    number = host.send(GET_SLOT_STATUS, number=0xA5)
    answer = host.hear()
    assert answer[:2] == (SLOT_STATUS, number)
    assert answer[3] == 0
    assert isinstance(host.link(HELLO)[-1], Welcome)
