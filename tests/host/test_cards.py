"""APDUs and the JPKI session, over cards that answer by script, by simulation, or anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.apdu import Channel, Command, Response, send
from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import (
    CardStatus,
    LastTry,
    MalformedFile,
    MalformedResponse,
    NoCertificate,
    NotAMyNumberCard,
    PinBlocked,
    PinOutcomeUnknown,
    PinRequired,
    WrongPin,
)
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import CardError, CardGone
from kazashi.sim.apdu import CommandApdu, MalformedApdu
from kazashi.sim.application import Data
from kazashi.sim.issued import Issued
from kazashi.sim.jpki import ANDROID, Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import Response as CardResponse
from said import line_of, raises
from simulated import Simulated

PERSON = Person(1600)
SELECT = "00a4040c0ad392f000260100000001"


class Scripted(Channel):
    """Expects commands and gives responses, hex."""

    def __init__(self, *exchanges):
        self.exchanges = list(exchanges)

    def transmit(self, apdu, on_progress=None):
        command, response = self.exchanges.pop(0)
        assert apdu.hex() == command
        return bytes.fromhex(response)


COMMANDS = st.builds(
    Command,
    *[st.integers(0, 255)] * 4,
    data=st.binary(max_size=400),
    ne=st.integers(0, 65536),
)


@given(COMMANDS)
def test_a_card_reads_a_command_as_the_driver_built_it(command):
    read = CommandApdu.parse(command.build())
    assert (read.cla, read.ins, read.p1, read.p2) == (
        command.cla,
        command.ins,
        command.p1,
        command.p2,
    )
    assert (read.data, read.ne) == (command.data, command.ne)


@given(st.binary(max_size=40))
def test_no_command_raises_anything_but_malformed_apdu(noise):
    try:
        CommandApdu.parse(noise)
    except MalformedApdu:
        pass


@pytest.mark.parametrize(
    ("command", "apdu"),
    [
        (Command(0, 0x20, 0, 0x80), "00200080"),
        (Command(0, 0xB0, 0x8A, 0, ne=251), "00b08a00fb"),
        (Command(0, 0xB0, 0x8A, 0, ne=256), "00b08a0000"),
        (Command(0, 0xB0, 0, 251, ne=1349), "00b000fb000545"),
        (Command(0, 0xB0, 0, 0, ne=65536), "00b00000000000"),
        (Command(0, 0x20, 0, 0x98, b"1234"), "002000980431323334"),
        (Command(0, 0x84, data=b"ab", ne=16), "0084000002616210"),
        (Command(0, 0x84, data=b"ab", ne=300), "00840000000002616201 2c".replace(" ", "")),
        (Command(0, 0xD6, data=b"a" * 256), "00d60000000100" + "61" * 256),
    ],
)
def test_the_cases_of_iso_7816(command, apdu):
    assert command.build().hex() == apdu


def test_no_repr_tells_what_a_card_was_told_or_tells():
    assert "1234" not in repr(Command(0, 0x20, 0, 0x98, b"1234"))
    assert "name" not in repr(Response(b"name", 0x9000))


@pytest.mark.parametrize("command", [Command(0, 1, data=bytes(65536)), Command(0, 1, ne=65537)])
def test_a_length_beyond_extended_is_misuse(command):
    with pytest.raises(ValueError, match="no APDU"):
        command.build()


@pytest.mark.parametrize("apdu", [b"", b"\x90"])
def test_a_response_without_a_status_is_malformed(apdu):
    with pytest.raises(MalformedResponse):
        Response.parse(apdu)


def test_the_rest_is_fetched_where_the_card_says_there_is_more():
    card = Scripted(("00b0000004", "aa6101"), ("00c0000001", "bb9000"))
    assert send(card, Command(0, 0xB0, ne=4)).data == b"\xaa\xbb"


def test_a_card_that_promises_more_and_gives_nothing_is_not_asked_for_ever():
    card = Scripted(("00b0000004", "aa6101"), ("00c0000001", "6101"))
    with pytest.raises(CardStatus):
        send(card, Command(0, 0xB0, ne=4))


def test_a_wrong_length_is_corrected_once_as_the_card_says():
    card = Scripted(("00b0000000", "6c02"), ("00b0000002", "aabb9000"))
    assert send(card, Command(0, 0xB0, ne=256)).data == b"\xaa\xbb"


def test_verify_is_never_sent_a_second_time():
    card = Scripted(
        (SELECT, "9000"),
        ("00200098", "63c3"),
        ("002000980431323334", "6c04"),
    )
    with pytest.raises(CardStatus):
        JpkiSession(card).verify_pin("1234")


@pytest.mark.parametrize("status", ["6a82", "6d00", "6e00"])
def test_a_card_without_the_application_is_no_my_number_card(status):
    with pytest.raises(NotAMyNumberCard):
        JpkiSession(Scripted((SELECT, status)))


@pytest.mark.parametrize("status", ["6f00", "6f01"])
def test_an_application_that_gives_no_reason_for_refusing_is_selected_once_more(status):
    card = Scripted((SELECT, status), (SELECT, "9000"), ("00200098", "63c3"))
    assert JpkiSession(card).pin_tries_left() == 3
    with pytest.raises(CardStatus):
        JpkiSession(Scripted((SELECT, status), (SELECT, status)))


@pytest.mark.parametrize("status", ["6700", "6d00", "6f00", "6985", "6a86", "6b00", "6982"])
def test_an_extended_read_that_is_refused_is_tried_in_short_form(status):
    class WithoutExtended(Jpki):
        def transmit(self, apdu):
            is_extended = apdu[1] == 0xB0 and len(apdu) == 7
            return CardResponse(bytes.fromhex(status)) if is_extended else super().transmit(apdu)

    card = Simulated(WithoutExtended(PERSON))
    assert JpkiSession(card).authentication_certificate() == PERSON.certificate
    assert sum(len(command) == 7 for command in card.commands) == 1


def test_a_read_that_is_refused_in_short_form_too_is_refused():
    card = Simulated(Jpki(PERSON))
    whole = card.transmit
    card.transmit = lambda apdu, _progress=None: (
        b"\x69\x85" if apdu[1] == 0xB0 and apdu[2] < 0x80 else whole(apdu)
    )
    with raises(CardStatus, match="6985"):
        JpkiSession(card).authentication_certificate()


@pytest.mark.parametrize("pin", ["", "123", "12345", "abcd", "１２３４", "12 4"])
def test_a_pin_that_is_no_pin_never_reaches_the_card(pin):
    card = Simulated(Jpki(PERSON))
    session = JpkiSession(card)
    with pytest.raises(ValueError, match="four digits") as misuse:
        session.verify_pin(pin)
    assert len(card.commands) == 1
    assert not pin or pin not in str(misuse.value)


def test_progress_grows_to_the_whole():
    seen = []
    session = JpkiSession(Simulated(Jpki(PERSON)))
    session.authentication_certificate(lambda so_far, size: seen.append((so_far, size)))
    assert seen[0] == (251, 1600)
    assert seen == sorted(seen)


def test_the_certificate_is_what_the_card_holds_and_is_parsed():
    session = JpkiSession(Simulated(Jpki(PERSON)))
    certificate = Certificate.parse(session.authentication_certificate())
    assert certificate.der == PERSON.certificate
    assert certificate.subject == "CN=KAZASHITEST00000000000000000000A,C=JP"
    assert certificate.not_before < certificate.not_after
    assert certificate.pem.startswith("-----BEGIN CERTIFICATE-----\n")


def file_of(content):
    """A card whose certificate file holds this."""
    card = Jpki(PERSON)
    card.files[0x000A].content = content
    return Simulated(card)


@pytest.mark.parametrize(
    "content",
    [
        bytes(2000),
        b"\x30",
        b"\x30\x82\xff\xff" + bytes(2000),
        b"\x30\x82\x06\x3c" + bytes(100),
        b"\x30\x80\0\0",
    ],
)
def test_a_file_without_a_certificate_is_malformed(content):
    with pytest.raises(CardError):
        JpkiSession(file_of(content)).authentication_certificate()


def test_a_card_that_was_issued_without_a_certificate_says_so():
    card = Jpki(PERSON, Issued(has_certificate=False))
    with raises(NoCertificate, match="has no certificate for user authentication"):
        JpkiSession(Simulated(card)).authentication_certificate()
    del card.files[0x000A]
    with pytest.raises(NoCertificate):
        JpkiSession(Simulated(card)).authentication_certificate()


@pytest.mark.parametrize("availability", ["", "8f", "8f00", "8f8f00", "008f00"])
def test_a_card_that_does_not_say_that_it_has_none_has_a_broken_one(availability):
    card = Jpki(PERSON, Issued(has_certificate=False))
    card.files[0x0008] = Data(bytes.fromhex(availability))
    with pytest.raises(MalformedFile):
        JpkiSession(Simulated(card)).authentication_certificate()
    del card.files[0x0008]
    with pytest.raises(MalformedFile):
        JpkiSession(Simulated(card)).authentication_certificate()


def test_a_card_with_a_certificate_is_not_asked_whether_it_has_one():
    card = Simulated(Jpki(PERSON))
    JpkiSession(card).authentication_certificate()
    assert all(command[2] != 0x88 for command in card.commands)


def test_a_phone_that_wants_its_pin_is_not_asked_whether_it_has_one():
    card = Simulated(Jpki(PERSON, label=ANDROID))
    with pytest.raises(PinRequired):
        JpkiSession(card).authentication_certificate()
    assert all(command[2] != 0x88 for command in card.commands)


@given(st.binary(max_size=200))
def test_no_label_raises_anything_but_a_card_error(content):
    card = Jpki(PERSON)
    card.files[0x0006] = Data(content)
    try:
        JpkiSession(Simulated(card)).token_label()
    except CardError:
        pass


@given(st.binary(max_size=600))
def test_no_file_raises_anything_but_a_card_error(content):
    try:
        der = JpkiSession(file_of(content)).authentication_certificate()
        Certificate.parse(der)
    except CardError:
        pass


def test_a_blocked_pin_is_said_to_be_blocked():
    card = Simulated(Jpki(PERSON))
    session = JpkiSession(card)
    for expected in (WrongPin, WrongPin, LastTry, LastTry):
        with pytest.raises(expected):
            session.verify_pin("0000")
    for _ in range(2):
        with pytest.raises(PinBlocked):
            session.verify_pin("0000", with_last_try=True)
    with pytest.raises(PinBlocked):
        session.pin_tries_left()


def test_after_success_all_tries_are_left():
    session = JpkiSession(Simulated(Jpki(PERSON)))
    assert session.pin_tries_left() == 3
    session.verify_pin("1234")
    assert session.pin_tries_left() == 3


def test_the_tries_left_are_read_once_before_each_pin():
    channel = Simulated(Jpki(PERSON))
    session = JpkiSession(channel)
    assert session.pin_tries_left() == 3
    for _ in range(2):
        with pytest.raises(WrongPin):
            session.verify_pin("0000")
    for _ in range(2):
        with pytest.raises(LastTry):
            session.verify_pin("1234")
    session.verify_pin("1234", with_last_try=True)
    is_shown = [len(c) > 4 for c in channel.commands[1:]]
    assert is_shown == [False, True] * 3


def test_after_a_pin_whose_outcome_is_unknown_the_tries_left_are_read_again():
    channel = Simulated(Jpki(PERSON, Issued(tries_left=2)))
    session = JpkiSession(channel)
    assert session.pin_tries_left() == 2
    transmit, channel.transmit = channel.transmit, lose_answer(channel.transmit)
    with pytest.raises(PinOutcomeUnknown):
        session.verify_pin("0000")
    channel.transmit = transmit
    with pytest.raises(LastTry):
        session.verify_pin("0000")
    assert channel.verifies() == 1


def lose_answer(transmit):
    def transmit_in_vain(apdu, on_progress=None):
        transmit(apdu)
        raise CardGone

    return transmit_in_vain


@pytest.mark.parametrize("blocked", [0x6983, 0x6984])
def test_a_blocked_pin_is_one_whichever_status_says_so(blocked):
    card = Jpki(PERSON, Issued(tries_left=1))
    card.pin.blocked = blocked
    session = JpkiSession(Simulated(card))
    for _ in range(2):
        with pytest.raises(PinBlocked):
            session.verify_pin("0000", with_last_try=True)
    with pytest.raises(PinBlocked):
        JpkiSession(Scripted((SELECT, "9000"), ("00200098", f"{blocked:04x}"))).pin_tries_left()


def test_a_pin_without_a_limit_of_tries_is_not_taken_for_one_with_none_left():
    card = Jpki(PERSON)
    card.pin.is_limited = False
    session = JpkiSession(Simulated(card))
    assert session.pin_tries_left() is None
    with pytest.raises(WrongPin) as wrong:
        session.verify_pin("0000")
    assert wrong.value.tries_left is None
    assert "None" not in line_of(wrong.value)
    session.verify_pin("1234")
