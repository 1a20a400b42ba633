"""The ATR that PC/SC makes of what a card announces, and the commands that a reader answers."""

from functools import reduce
from operator import xor
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.pcsc import apdu
from kazashi.pcsc.atr import atr, historical_bytes
from kazashi.pcsc.contactless import contactless
from kazashi_wire.messages import Technology

ATQB = bytes.fromhex("50 00000000 000041e0 b381a1")
TYPE_A = bytes.fromhex("0400 20")  # ATQA, SAK
PLAIN = TYPE_A + bytes.fromhex("05 78 00 80 02")
TALKATIVE = TYPE_A + bytes.fromhex("09 78 00 80 02 c0ffee42")


def card(answer):
    return SimpleNamespace(technology=Technology.TYPE_A, answer=answer)


def test_a_type_b_card_has_the_atr_of_its_atqb():
    assert atr(Technology.TYPE_B, ATQB) == bytes.fromhex("3b888001 000041e0 b381a1 00 3b")


def test_a_type_a_card_has_the_atr_of_its_historical_bytes():
    assert atr(Technology.TYPE_A, PLAIN) == bytes.fromhex("3b80800101")
    assert atr(Technology.TYPE_A, TALKATIVE) == bytes.fromhex("3b848001 c0ffee42 96")


@pytest.mark.parametrize(
    ("ats", "historical"),
    [
        ("", ""),
        ("01", ""),
        ("02 00", ""),
        ("04 00 aabb", "aabb"),
        ("05 10 11 aabb", "aabb"),
        ("06 30 11 22 aabb", "aabb"),
        ("07 70 11 22 33 aabb", "aabb"),
        ("03 70 11 22 33 aabb", ""),  # shorter than T0 says
        ("04 00 aabb cccc", "aabb"),  # TL counts
        ("ff 00 aabb", "aabb"),
        ("14 00" + "aa" * 18, "aa" * 15),  # an ATR holds 15
    ],
)
def test_historical_bytes_are_what_follows_the_interface_bytes(ats, historical):
    answer = TYPE_A + bytes.fromhex(ats)
    assert historical_bytes(Technology.TYPE_A, answer) == bytes.fromhex(historical)


def test_the_atr_tells_the_host_of_any_pcsc_reader_what_card_it_is():
    told = contactless(atr(Technology.TYPE_B, ATQB))
    assert (told.technology, told.atqb) == (Technology.TYPE_B, ATQB)
    assert contactless(atr(Technology.TYPE_A, TALKATIVE)).technology is Technology.TYPE_A


@given(st.sampled_from([Technology.TYPE_A, Technology.TYPE_B]), st.binary(max_size=40))
def test_any_answer_of_a_card_makes_a_valid_atr(technology, answer):
    made = atr(technology, answer)
    assert made[0] == 0x3B
    assert made[1] >> 4 == 8
    assert made[2:4] == b"\x80\x01"
    assert len(made) == 4 + (made[1] & 15) + 1
    assert reduce(xor, made[1:]) == 0


@pytest.mark.parametrize(
    ("command", "response"),
    [
        ("ffca000000", "6a81"),  # the PUPI or UID stays inside
        ("ffca000004", "6a81"),
        ("ffca010000", "c0ffee42 9000"),
        ("ffca0100", "c0ffee42 9000"),
        ("ffca010004", "c0ffee42 9000"),
        ("ffca0100ff", "c0ffee42 6282"),
        ("ffca010003", "6c04"),
        ("ffca01000000", "6700"),
        ("ffca020000", "6a81"),
        ("ffb0000004", "6d00"),
        ("00", "6700"),
        ("00a404", "6700"),
    ],
)
def test_the_reader_answers_what_is_for_it(command, response):
    answered = apdu.answered_here(bytes.fromhex(command), card(TALKATIVE))
    assert answered == bytes.fromhex(response)


def test_a_card_without_historical_bytes_gives_none():
    assert apdu.answered_here(bytes.fromhex("ffca010000"), card(PLAIN)) == b"\x6a\x81"


@given(st.binary(min_size=4, max_size=300))
def test_every_other_command_is_for_the_card(command):
    answered = apdu.answered_here(command, card(TALKATIVE))
    assert (answered is None) == (command[0] != 0xFF)
