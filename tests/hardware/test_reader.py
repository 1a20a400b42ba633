"""What any reader does with a My Number Card on it: simulated, emulated, or real with --port."""

import pytest

from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import PinRequired, WrongPin
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import NoCard
from kazashi.link import send
from kazashi_wire.messages import Examination, Technology


def test_the_reader_says_who_it_is(reader):
    assert reader.info.board == "pico"
    assert reader.info.chip.startswith("PN532 ")
    assert reader.info.interpreter.startswith(("micropython 1.", "cpython 3."))
    assert len(bytes.fromhex(reader.info.serial)) == 8


def test_the_card_is_found_without_its_pupi(reader):
    card = reader.wait_for_card(10)
    assert card.technology is Technology.TYPE_B
    assert card.atqb[:5] == b"\x50" + bytes(4)


def test_its_certificate_is_read(reader):
    der = JpkiSession(reader.wait_for_card(10)).authentication_certificate()
    assert Certificate.parse(der).der == der
    assert 1200 <= len(der) <= 2000


def test_to_ask_for_the_tries_left_costs_none(reader):
    jpki = JpkiSession(reader.wait_for_card(10))
    assert jpki.pin_tries_left() == jpki.pin_tries_left() > 0


def test_without_the_pin_there_is_no_signature(reader):
    with pytest.raises(PinRequired):
        JpkiSession(reader.wait_for_card(10)).sign(b"challenge")


def test_what_the_card_refuses_does_not_end_the_session(reader):
    card = reader.wait_for_card(10)
    unknown = bytes.fromhex("00a4040c08f0") + b"kazashi"
    assert card.transmit(unknown) == b"\x6a\x82"
    assert JpkiSession(card).token_label() == "JPKIAPICCTOKEN2"


def test_a_card_that_stays_is_there(reader):
    card = reader.wait_for_card(10)
    assert not reader.wait_for_removal(0.6)  # two looks: one every 250 ms
    assert JpkiSession(card).token_label()


def test_after_rest_there_is_no_card(reader):
    card = reader.wait_for_card(10)
    reader.rest()
    with pytest.raises(NoCard):
        card.transmit(b"\x00\xa4\x00\x00")


def test_a_card_of_type_b_is_none_of_type_a(reader):
    with pytest.raises(NoCard):
        reader.wait_for_card(0.2, (Technology.TYPE_A,))


def test_every_examination_comes_to_its_end(reader):
    assert [examination for examination in Examination if reader.examine(examination).fault] == []


def test_a_flood_from_the_host_loses_nothing(reader):
    send(reader._link._pipe, bytes(4096))
    assert JpkiSession(reader.wait_for_card(10)).token_label() == "JPKIAPICCTOKEN2"


def test_the_right_pin_opens_the_key_and_a_wrong_one_costs_a_try(reader, pin):
    jpki = JpkiSession(reader.wait_for_card(10))
    der = jpki.authentication_certificate()
    jpki.verify_pin(pin)
    assert Certificate.parse(der).verifies(jpki.sign(b"challenge"), b"challenge")
    with pytest.raises(WrongPin) as wrong:
        jpki.verify_pin(f"{(int(pin) + 1) % 10_000:04}")
    assert wrong.value.tries_left == jpki.pin_tries_left() == 2
    jpki.verify_pin(pin)
    assert jpki.pin_tries_left() == 3
