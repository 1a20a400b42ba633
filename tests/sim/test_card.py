"""The simulated JPKI application. OpenSC's driver judges it too."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from kazashi.sim.card import BankCard
from kazashi.sim.issued import Issued
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person

PERSON = Person(1600)
SELECT = "00a4040c0ad392f000260100000001"
DIGEST_INFO = "3031300d060960864801650304020105000420"


@pytest.fixture
def card():
    return Jpki(PERSON)


def ask(card, *commands):
    """The response to the last command, hex."""
    return [card.transmit(bytes.fromhex(c)).apdu.hex() for c in commands][-1]


@pytest.mark.parametrize("size", range(1200, 2001, 25))
def test_a_certificate_has_exactly_the_size_asked_for(size):
    assert len(Person(size).certificate) == size


@pytest.mark.parametrize("size", [500, 965, 1100])
def test_an_impossible_size_is_refused(size):
    with pytest.raises(ValueError, match="1200 to 2000"):
        Person(size)


def test_the_certificate_is_signed_by_its_authority():
    certificate = x509.load_der_x509_certificate(PERSON.certificate)
    certificate.verify_directly_issued_by(
        x509.load_der_x509_certificate(PERSON.authority.certificate)
    )
    assert "Test" in certificate.issuer.rfc4514_string()


def test_the_file_is_longer_than_the_certificate(card):
    whole = bytes.fromhex(ask(card, SELECT, "00b08a00000000"))
    assert whole == PERSON.certificate + bytes(400) + b"\x90\x00"


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        (["00a4040c0ad392f000260100000002"], "6a82"),  # another application
        (["00b08a0000"], "6985"),  # nothing selected
        ([SELECT, "00a4020c020099"], "6a82"),  # no such file
        ([SELECT, "00b0000010"], "6986"),  # no current file
        ([SELECT, "00b08a0010", "00b0100010"], "6b00"),  # beyond the end
        ([SELECT, "00b0990010"], "6a82"),
        ([SELECT, "00b0970010"], "6985"),  # a key cannot be read
        ([SELECT, "00b0810010"], "6982"),  # the other certificate wants its own PIN
        ([SELECT, "00a4020c020018", "00200080"], "63c3"),
        ([SELECT, "00200098"], "63c3"),
        ([SELECT, "002000980431323334"], "9000"),
        ([SELECT, "002000980431323335"], "63c2"),
        ([SELECT, *["002000980431323335"] * 3], "63c0"),
        ([SELECT, *["002000980431323335"] * 3, "002000980431323334"], "6984"),
        ([SELECT, "002000980431323335", "002000980431323334", "00200098"], "9000"),
        ([SELECT, "802a0097" + "33" + DIGEST_INFO + "00" * 32 + "00"], "6982"),
        ([SELECT, "00ca000000"], "6d00"),
        ([SELECT, "08b08a0010"], "6e00"),
        ([SELECT, "00"], "6700"),
        ([SELECT, "00b08a0005aa"], "6700"),
    ],
)
def test_status_words(card, commands, status):
    assert ask(card, *commands)[-4:] == status


def test_a_card_without_extended_length_refuses_it():
    assert ask(Jpki(PERSON, Issued(takes_extended=False)), SELECT, "00b08a00000000") == "6700"


def test_selecting_again_and_losing_power_log_out(card):
    assert ask(card, SELECT, "002000980431323334", SELECT, "00200098") == "63c3"
    assert ask(card, "002000980431323334", "00200098") == "9000"
    card.reset()
    assert ask(card, SELECT, "00200098") == "63c3"


@pytest.mark.parametrize("info", [DIGEST_INFO + "11" * 32, "abcdef"])
def test_what_is_given_is_padded_and_signed_as_it_is(card, info):
    command = f"802a0097{len(info) // 2:02x}{info}00"
    response = bytes.fromhex(ask(card, SELECT, "002000980431323334", command))
    signature, status = response[:-2], response[-2:]
    assert status == b"\x90\x00"
    recovered = PERSON.key.public_key().recover_data_from_signature(
        signature, padding.PKCS1v15(), None
    )
    assert recovered.hex() == info


def test_the_signature_of_a_digest_verifies(card):
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"challenge")
    info = DIGEST_INFO + digest.finalize().hex()
    response = ask(card, SELECT, "002000980431323334", f"802a009733{info}00")
    signature = bytes.fromhex(response)[:-2]
    PERSON.key.public_key().verify(signature, b"challenge", padding.PKCS1v15(), hashes.SHA256())


def test_a_bank_card_knows_its_directory_and_nothing_of_ours():
    directory = "00a404000e325041592e5359532e444446303100"
    assert ask(BankCard(), directory).endswith("9000")
    assert ask(BankCard(), SELECT) == "6a82"


@given(st.lists(st.binary(max_size=64), max_size=6))
def test_no_command_breaks_the_card(commands):
    card = Jpki(PERSON)
    for command in [bytes.fromhex(SELECT), *commands]:
        assert len(card.transmit(command).apdu) >= 2
