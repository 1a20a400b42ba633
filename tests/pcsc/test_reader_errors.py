"""What PC/SC reports, as an error of ours that says what to do; with a fake of its functions."""

import sys

import pytest

from fake_scard import EMPTY, FakeScard
from kazashi.cards.errors import PinOutcomeUnknown
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import (
    BoardNeeded,
    CardGarbled,
    CardGone,
    CardInUse,
    CardReset,
    CardUnusable,
    NoCard,
    NotInstalled,
    PcscEmpty,
    PcscFailed,
    PcscForbidden,
    PcscMissing,
    PcscNotFound,
    ReaderUnplugged,
    SeveralReaders,
)
from kazashi.pcsc import connection, line
from kazashi.pcsc.names import chosen
from kazashi.pcsc.reader import PcscReader
from kazashi.pcsc.scard import Code, error_of, loaded
from kazashi.sim.card import MyNumberCard
from kazashi.sim.person import Person
from kazashi.words import Language, words_of
from kazashi_wire.messages import BitRate, Examination, Signal, Technology

URL = "pcsc:"
PERSON = Person()
UNKNOWN_STATE, UNAVAILABLE_STATE = 0x0004, 0x0008
SERVICE_ERRORS = {
    Code.NO_SERVICE: PcscMissing,
    Code.SERVICE_STOPPED: PcscMissing,
    Code.LOST_SERVICE: PcscMissing,
    Code.INVALID_HANDLE: PcscMissing,
    Code.SECURITY_VIOLATION: PcscForbidden,
    Code.NO_ACCESS: PcscForbidden,
    0x80100006: PcscFailed,
}
READER_ERRORS = SERVICE_ERRORS | {
    Code.UNKNOWN_READER: ReaderUnplugged,
    Code.READER_UNAVAILABLE: ReaderUnplugged,
    Code.NO_READERS: ReaderUnplugged,
}
CARD_ERRORS = READER_ERRORS | {
    Code.REMOVED_CARD: CardGone,
    Code.NO_SMARTCARD: CardGone,
    Code.RESET_CARD: CardReset,
    Code.UNPOWERED_CARD: CardReset,
    Code.SHARING_VIOLATION: CardInUse,
    Code.NOT_TRANSACTED: CardGarbled,
    Code.COMM_DATA_LOST: CardGarbled,
    Code.OK: CardGarbled,  # with an empty response
}
FINDING_ERRORS = READER_ERRORS | {
    Code.SHARING_VIOLATION: CardInUse,
    Code.UNRESPONSIVE_CARD: CardUnusable,
    Code.UNSUPPORTED_CARD: CardUnusable,
    Code.PROTO_MISMATCH: CardUnusable,
    Code.REMOVED_CARD: NoCard,  # none came that stayed
    Code.NO_SMARTCARD: NoCard,
    Code.UNPOWERED_CARD: NoCard,
}


@pytest.fixture(autouse=True)
def is_impatient(monkeypatch):
    monkeypatch.setattr(connection, "_GONE_S", 0.02)


@pytest.fixture
def scard():
    return FakeScard(MyNumberCard(PERSON))


@pytest.fixture
def reader(scard):
    with PcscReader(URL, scard=scard) as reader:
        yield reader


def answers_nothing(scard, code):
    scard.codes["SCardTransmit"] = code
    if code == Code.OK:
        scard.application.transmit = lambda _: type("Nothing", (), {"apdu": b""})


@pytest.mark.parametrize(("code", "error"), SERVICE_ERRORS.items())
def test_opening_the_service_raises(scard, code, error):
    scard.codes["SCardEstablishContext"] = code
    with pytest.raises(error):
        PcscReader(URL, scard=scard)


@pytest.mark.parametrize(("code", "error"), READER_ERRORS.items())
def test_looking_for_a_card_raises(scard, reader, code, error):
    scard.codes["SCardGetStatusChange"] = code
    with pytest.raises(error):
        reader.wait_for_card(0)


@pytest.mark.parametrize(("code", "error"), FINDING_ERRORS.items())
@pytest.mark.parametrize("function", ["SCardConnect", "SCardReconnect"])
def test_taking_a_card_raises(scard, reader, function, code, error):
    scard.codes[function] = code
    with pytest.raises(error):
        reader.wait_for_card(0)
    assert len(scard.called("SCardDisconnect")) == len(scard.called("SCardReconnect"))


@pytest.mark.parametrize(("code", "error"), CARD_ERRORS.items())
def test_a_command_raises_and_the_card_is_let_go(scard, reader, code, error):
    card = reader.wait_for_card(5)
    answers_nothing(scard, code)
    with pytest.raises(error):
        card.transmit(bytes(4))
    assert card.is_over
    assert scard.ended.is_set()


def test_a_command_that_fails_as_the_card_leaves_says_that_it_is_gone(scard, reader):
    card = reader.wait_for_card(5)
    scard.codes["SCardTransmit"] = Code.NOT_TRANSACTED
    scard.state = EMPTY
    with pytest.raises(CardGone):
        card.transmit(bytes(4))


@pytest.mark.parametrize("state", [UNKNOWN_STATE, UNAVAILABLE_STATE])
def test_a_reader_that_is_unplugged_is_told_by_its_state(scard, reader, state):
    card = reader.wait_for_card(5)
    scard.state = state
    with pytest.raises(ReaderUnplugged):
        reader.wait_for_removal(1)
    assert card.is_over


def test_of_a_pin_in_a_card_that_was_reset_the_outcome_is_unknown_and_it_is_asked_again(
    scard, reader
):
    jpki = JpkiSession(reader.wait_for_card(5))
    jpki.pin_tries_left()
    transmit = scard.SCardTransmit

    def reset_at_verify(card, protocol, apdu):
        if bytes(apdu[:5]) == bytes.fromhex("0020009804"):
            return [Code.RESET_CARD, []]
        return transmit(card, protocol, apdu)

    scard.SCardTransmit = reset_at_verify
    with pytest.raises(PinOutcomeUnknown):
        jpki.verify_pin("1234")
    scard.SCardTransmit = transmit
    JpkiSession(reader.wait_for_card(5)).verify_pin("1234")


def test_a_code_with_a_sign_is_the_same():
    assert isinstance(error_of(Code.RESET_CARD - 2**32), CardReset)
    assert error_of(0x80100006 - 2**32).code == "80100006"


def test_a_card_that_another_program_keeps_is_waited_for_so_long_and_no_longer(
    scard, reader, monkeypatch
):
    monkeypatch.setattr(line, "_IN_USE_S", 0.05)
    scard.codes["SCardConnect"] = Code.SHARING_VIOLATION
    with pytest.raises(CardInUse):
        reader.wait_for_card(30)


def test_a_card_that_leaves_while_another_program_keeps_it_is_absent(scard, reader):
    scard.codes["SCardConnect"] = Code.SHARING_VIOLATION
    connect = scard.SCardConnect

    def leave(*given):
        scard.state = EMPTY
        return connect(*given)

    scard.SCardConnect = leave
    with pytest.raises(NoCard):
        reader.wait_for_card(0.3)


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda reader: reader.show(Signal.DONE), "Show"),
        (lambda reader: reader.health(), "AskHealth"),
        (lambda reader: reader.stray_bytes(1), "AskHealth"),
        (lambda reader: reader.maintain(), "Maintain"),
        (lambda reader: reader.examine(Examination.BOARD), "Examine"),
        (lambda reader: reader.wait_for_card(0, fastest=BitRate.KBIT_424), "fastest"),
        (lambda reader: reader.wait_for_card(0, (Technology.TYPE_B,)), "technologies"),
    ],
)
def test_what_only_a_board_of_ours_can_do_is_said(reader, ask, what):
    with pytest.raises(BoardNeeded) as needed:
        ask(reader)
    assert needed.value.what == what
    assert what in words_of(needed.value).line


def test_a_command_for_the_reader_is_misuse(scard, reader):
    card = reader.wait_for_card(5)
    with pytest.raises(ValueError, match="class FF is for the reader"):
        card.transmit(bytes.fromhex("ffca000000"))
    assert not scard.called("SCardTransmit")


@pytest.mark.parametrize(
    ("url", "names", "found"),
    [
        ("pcsc:", ["A"], "A"),
        ("pcsc:a", ["A"], "A"),
        ("pcsc:acr", ["SONY RC-S300 0", "ACS ACR1252 0"], "ACS ACR1252 0"),
        ("pcsc:Reader 0", ["Reader 0", "Reader 01"], "Reader 0"),  # the whole name comes first
        ("pcsc:ソニー", ["ソニー RC-S300"], "ソニー RC-S300"),
    ],
)
def test_a_url_means_the_reader_that_alone_has_this_in_its_name(url, names, found):
    assert chosen(url, names) == found


def test_a_url_that_means_none_or_several_names_those_that_are_there():
    with pytest.raises(PcscEmpty):
        chosen("pcsc:", [])
    with pytest.raises(PcscNotFound) as unknown:
        chosen("pcsc:x", ["A", "B"])
    assert unknown.value.urls == ["pcsc:A", "pcsc:B"]
    assert "pcsc:A, pcsc:B" in words_of(unknown.value, Language.JAPANESE).line
    with pytest.raises(SeveralReaders) as several:
        chosen("pcsc:reader", ["Reader 0", "Reader 1", "B"])
    assert several.value.urls == ["pcsc:Reader 0", "pcsc:Reader 1"]


def test_a_service_without_readers_says_so(scard):
    scard.codes["SCardListReaders"] = Code.NO_READERS
    with pytest.raises(PcscEmpty):
        PcscReader(URL, scard=scard)


def test_without_pyscard_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "smartcard.scard", None)
    with pytest.raises(NotInstalled) as missing:
        loaded()
    assert missing.value.how == 'pip install "kazashi[pcsc]"'
