"""The PIN-less sequence, between the simulated card and the approved component's counterpart."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from kazashi.sim.application import Refused
from kazashi.sim.approved import ApprovedComponent
from kazashi.sim.authority import Authority, shared_authority
from kazashi.sim.card import MyNumberCard
from kazashi.sim.issued import Issued
from kazashi.sim.person import Person
from kazashi.sim.tlv import signed

PERSON = Person()
SELECT = "00a4040c0ad392f000260100000001"
TERMINAL_CA = "00a4020c020016"
CHALLENGE = "0084000010"
SIGN = "802a00970161" + "00"
TEST = shared_authority()
CERTIFICATE = "80a200be000238" + TEST.terminal_certificate.hex()


@pytest.fixture
def card():
    return MyNumberCard(PERSON)


def ask(card, *commands):
    """The response to the last command, hex."""
    return [card.transmit(bytes.fromhex(c)).apdu.hex() for c in commands][-1]


def proof(card, key=TEST.terminal_key, message=None):
    """EXTERNAL AUTHENTICATE, with the card's challenge signed."""
    challenge = bytes.fromhex(ask(card, CHALLENGE))[:-2]
    return "00820000000100" + signed(key, challenge if message is None else message).hex()


@pytest.mark.parametrize("kind", [{}, {"has_pin": False}, {"tries_left": 0}])
def test_a_card_signs_without_its_pin_for_the_approved_component(kind):
    card = MyNumberCard(PERSON, Issued(**kind))
    signature = ApprovedComponent(lambda apdu: card.transmit(apdu).apdu).sign_without_pin(b"hello")
    PERSON.key.public_key().verify(signature, b"hello", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("away", [[SELECT], ["00a4040c0ad3921000310001010402", SELECT], None])
def test_it_trusts_the_terminal_until_selection_or_power_is_lost(card, away):
    ask(card, SELECT, TERMINAL_CA, CERTIFICATE)
    assert ask(card, proof(card), SIGN)[-4:] == "9000"
    if away is None:
        card.reset()
    assert ask(card, *(away or [SELECT]), SIGN) == "6982"
    assert ask(card, proof(card)) == "6985"  # its certificate is forgotten, too


def test_the_component_of_another_authority_is_refused(card):
    other = Authority("Somebody")
    component = ApprovedComponent(lambda apdu: card.transmit(apdu).apdu, other)
    with pytest.raises(Refused, match="6A80"):
        component.sign_without_pin(b"hello")
    assert ask(card, SELECT, SIGN) == "6982"


@pytest.mark.parametrize("at", [0, 9, 12, 30, 45, 47, 200, 310, 500, 567])
def test_a_certificate_with_a_byte_changed_is_refused(card, at):
    changed = bytearray(TEST.terminal_certificate)
    changed[at] ^= 1
    commands = SELECT, TERMINAL_CA, "80a200be000238" + changed.hex()
    status = ask(card, *commands)
    assert status == "6a80"
    assert ask(card, proof(card)) == "6985"


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        ([SELECT, CERTIFICATE], "6a86"),  # EF 0016 is not selected
        ([SELECT, TERMINAL_CA, CERTIFICATE.replace("80a200be", "80a20000")], "6a86"),
        ([SELECT, TERMINAL_CA, "80a200be0161"], "6a80"),
        ([SELECT, "0084000008"], "6700"),
        ([SELECT, "0084010010"], "6a86"),
        ([SELECT, "00820000" + "000100" + "00" * 256], "6985"),  # nobody asked for a challenge
        ([SELECT, CHALLENGE, "00820000" + "000100" + "00" * 256], "6985"),  # no terminal's key
        ([SELECT, TERMINAL_CA, CERTIFICATE, CHALLENGE, "00820100000100" + "00" * 256], "6a86"),
        ([SELECT, TERMINAL_CA, CERTIFICATE, CHALLENGE, "00820000000100" + "00" * 256], "6982"),
        ([SELECT, "00b0960010"], "6982"),  # nobody reads the key
    ],
)
def test_status_words(card, commands, status):
    assert ask(card, *commands) == status


def test_a_challenge_is_good_once(card):
    ask(card, SELECT, TERMINAL_CA, CERTIFICATE)
    answer = proof(card)
    assert ask(card, proof(card, key=PERSON.key)) == "6982"
    assert ask(card, answer) == "6985"
    assert ask(card, proof(card, message=b"")) == "6982"
    assert ask(card, proof(card)) == "9000"


def test_the_signature_key_stays_closed(card):
    ask(card, SELECT, TERMINAL_CA, CERTIFICATE)
    assert ask(card, proof(card), "802a009a0161" + "00") == "6982"
