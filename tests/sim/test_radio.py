"""The radio's time, against figures that were computed apart from this code (facts on the air)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.jpki import AID
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, TypeA, TypeB
from kazashi.sim.radio import (
    Air,
    AirFrame,
    Disturbance,
    crc_a,
    crc_b,
    etu,
    frame_time,
    frame_waiting_time,
    time_to_card,
    time_to_reader,
)
from kazashi_wire.messages import Technology

PERSON = Person(1600)
SELECT = b"\x00\xa4\x04\x0c\x0a" + AID
A, B = Technology.TYPE_A, Technology.TYPE_B


@pytest.mark.parametrize(("bit_rate", "us"), [(106, 94.4), (212, 47.2), (424, 23.6), (848, 11.8)])
def test_a_byte_of_type_b_takes_ten_etu(bit_rate, us):
    assert 10 * etu(bit_rate) * 1e6 == pytest.approx(us, abs=0.05)


@pytest.mark.parametrize(("bit_rate", "us"), [(106, 132.2), (212, 85.0), (424, 61.4), (848, 49.6)])
def test_the_pause_before_the_reader_of_type_b(bit_rate, us):
    assert time_to_reader(B, bit_rate) * 1e6 == pytest.approx(us, abs=0.1)


def test_the_pause_before_the_card():
    assert time_to_card(B) * 1e6 == pytest.approx(169.9, abs=0.05)
    assert time_to_card(A) * 1e6 == pytest.approx(86.4, abs=0.05)


def test_waking_a_type_b_card_takes_four_and_a_half_milliseconds():
    pause = time_to_card(B) + time_to_reader(B)
    frames = (5, False), (14, True), (11, False), (3, True)
    total = 2 * pause + sum(frame_time(B, n, from_card=f) for n, f in frames)
    assert total * 1e3 == pytest.approx(4.55, abs=0.01)


def spent_on(commands, frame_size=256, uncounted=()):
    """Air time in ms of APDUs to an activated card with zero time of its own."""
    card = TypeB(Jpki(PERSON, command_s=0.0), BlockSettings(block_s=0.0))
    air = Air()
    air.switch(on=True)
    air.place(card)
    fsdi = {64: 5, 256: 8}[frame_size]

    def send(block):
        heard = air.exchange(AirFrame(B, block + crc_b(block)), 0.0, 1.0)
        return heard.data[:-2]

    send(b"\x05\x00\x08")
    send(b"\x1d" + card.atqb[1:5] + bytes((0, fsdi, 1, 0)))
    air.spent_s, number = 0.0, 0
    for command in (*uncounted, *commands):
        if command is commands[0]:
            air.spent_s = 0.0
        block = send(bytes((2 | number,)) + command)
        number ^= 1
        while block[0] & 0x10:
            block = send(bytes((0xA2 | number,)))
            number ^= 1
    return air.spent_s * 1e3


def test_the_floor_of_a_certificate_of_1600_bytes():
    read = bytes.fromhex("00b08a00000640")
    assert spent_on([SELECT, read]) == pytest.approx(163.8, abs=0.05)


@pytest.mark.parametrize(
    ("frame_size", "le", "ms"), [(256, 251, 204.3), (256, 256, 213.3), (64, 256, 244.1)]
)
def test_two_kilobytes_in_short_reads(frame_size, le, ms):
    first = bytes.fromhex("00b08a00") + bytes((le & 0xFF,))
    offsets = range(le, 2000, le)
    sizes = [min(le, 2000 - offset) for offset in offsets]
    rest = [
        b"\x00\xb0" + o.to_bytes(2, "big") + bytes((n & 0xFF,))
        for o, n in zip(offsets, sizes, strict=True)
    ]
    assert spent_on([first, *rest], frame_size, uncounted=[SELECT]) == pytest.approx(ms, abs=0.1)


def test_frame_waiting_times():
    assert frame_waiting_time(8) * 1e3 == pytest.approx(77.3, abs=0.05)
    assert frame_waiting_time(13) == pytest.approx(2.474, abs=0.001)


def test_crcs_of_the_standards_examples():
    assert crc_a(b"\x00\x00").hex() == "a01e"  # ISO/IEC 14443-3 annex B
    assert crc_a(b"\x12\x34").hex() == "26cf"
    assert crc_b(b"\x00\x00\x00").hex() == "ccc6"
    assert crc_b(b"\x0f\xaa\xff").hex() == "fcd1"
    assert crc_b(b"\x0a\x12\x34\x56").hex() == "2cf6"


class Talk:
    """A reader and a card, at any bit rates."""

    def __init__(self, rates=0xB3):
        self.air = field(cards=0)
        self.card = TypeB(Jpki(PERSON), rates=rates)
        self.air.place(self.card)

    def say(self, data, to_card=106, from_card=106):
        frame = AirFrame(B, data + crc_b(data), bit_rate=to_card, answer_rate=from_card)
        data = self.air.exchange(frame, 0.0, 0.01).data
        return data and (data[:-2].hex() if crc_b(data[:-2]) == data[-2:] else "garbled")

    def attrib(self, rates):
        self.say(b"\x05\x00\x08")
        return self.say(b"\x1d" + self.card.atqb[1:5] + bytes((0, rates << 4 | 8, 1, 0)))


NAK, ACK = b"\xb2", "a3"
DESELECT = b"\xc2"


def test_after_attrib_a_card_speaks_at_the_rates_chosen_and_at_no_others():
    talk = Talk()
    assert talk.attrib(0b1010) == "00"  # said at 106 kbit/s
    assert talk.say(NAK, 424, 424) == ACK
    assert talk.say(NAK, 424, 106) == "garbled"
    assert talk.say(NAK, 212, 424) is None
    assert talk.say(NAK) is None


def test_a_card_that_leaves_the_session_is_back_at_106():
    talk = Talk()
    talk.attrib(0b1010)
    assert talk.say(DESELECT, 424, 424) == "c2"
    assert talk.attrib(0b0101) == "00"
    talk.air.switch(on=False)
    talk.air.switch(on=True)
    assert talk.attrib(0b0000) == "00"
    assert talk.say(NAK) == ACK


@pytest.mark.parametrize(
    ("offered", "chosen", "answer"),
    [
        (0x00, 0b0000, "00"),
        (0x00, 0b0101, None),
        (0x11, 0b0101, "00"),
        (0x11, 0b1010, None),
        (0x22, 0b0101, None),
        (0x30, 0b1000, "00"),  # from the card alone
        (0x30, 0b0010, None),
        (0xB3, 0b1000, None),  # only the same both ways
    ],
)
def test_a_card_takes_only_rates_that_it_offers(offered, chosen, answer):
    assert Talk(offered).attrib(chosen) == answer


@pytest.mark.parametrize(("chosen", "bit_rate"), [(0b0000, 106), (0b0101, 212), (0b1010, 424)])
def test_a_frame_takes_half_as_long_at_twice_the_rate(chosen, bit_rate):
    talk = Talk()
    talk.attrib(chosen)
    talk.air.spent_s = 0.0
    talk.say(NAK, bit_rate, bit_rate)
    frames_etu = 2 * (12 + 3 * 10 + 10)
    pauses = time_to_card(B) + time_to_reader(B, bit_rate)
    assert talk.air.spent_s == pytest.approx(frames_etu * etu(bit_rate) + pauses)


def wupb():
    return AirFrame(B, b"\x05\x00\x08" + crc_b(b"\x05\x00\x08"))


def field(cards=1):
    air = Air()
    air.switch(on=True)
    for _ in range(cards):
        air.place(TypeB(Jpki(PERSON)))
    return air


def test_two_cards_answer_at_once_and_neither_is_understood():
    data = field(cards=2).exchange(wupb(), 0.0, 0.01).data
    assert crc_b(data[:-2]) != data[-2:]


def test_with_the_field_off_nobody_answers():
    air = field()
    air.switch(on=False)
    assert air.exchange(wupb(), 0.0, 0.01).data is None


@pytest.mark.parametrize("disturbance", Disturbance)
def test_a_disturbed_answer_is_not_taken_for_a_good_one(disturbance):
    air = field()
    air.disturb = lambda *_: disturbance
    data = air.exchange(wupb(), 0.0, 0.01).data
    assert data is None or crc_b(data[:-2]) != data[-2:]


def test_plans_happen_at_their_time():
    air, seen = field(), []
    air.plan(2.0, lambda: seen.append("two"))
    air.plan(1.0, lambda: seen.append("one"))
    air.exchange(wupb(), 0.5, 0.01)
    assert seen == []
    air.exchange(wupb(), 2.0, 0.01)
    assert seen == ["one", "two"]


@given(st.binary(max_size=40), st.sampled_from([A, B]), st.sampled_from([7, 8]))
def test_no_frame_on_air_breaks_a_card(data, technology, bits):
    card = CARDS[technology]
    for frame in (data, data + crc_a(data), data + crc_b(data)):
        if frame:
            card.receive(AirFrame(technology, frame, bits))


CARDS = {A: TypeA(Jpki(PERSON)), B: TypeB(Jpki(PERSON))}
