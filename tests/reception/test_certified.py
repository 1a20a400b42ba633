"""An approved component at work."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from kazashi.cards.apdu import Channel
from kazashi.errors import CardGone, NoCard
from kazashi.reception.centre import Identity, Standing
from kazashi.reception.certified import CertifiedFailed, CertifiedResult, identify
from kazashi.reception.rules import Way
from kazashi.traffic import TRAFFIC
from reception.issuing import HOLDER, Authority
from said import raises

CERTIFICATE = Authority().issue()
CHALLENGE = b"a challenge"
SIGNATURE = HOLDER.sign(CHALLENGE, padding.PKCS1v15(), hashes.SHA256())
COMMANDS = [bytes.fromhex("00a40000"), b"\x80\xa2\x00\xc1\x00\x01\x33" + bytes(307)]


class Card(Channel):
    """Answers with what it heard."""

    def transmit(self, apdu, on_progress=None):
        return bytes(reversed(apdu)) + b"\x90\x00"


class Component:
    """Sends COMMANDS, then does `then`."""

    def __init__(self, then):
        self.then, self.heard = then, []

    def identify(self, transmit, way, challenge):
        self.transmit, self.asked = transmit, (way, challenge)
        self.heard = [transmit(command) for command in COMMANDS]
        if isinstance(self.then, Exception):
            raise self.then
        return self.then


def run(then, way=Way.FACE):
    component = Component(then)
    return component, identify(component, Card(), way, CHALLENGE)


def test_its_commands_reach_the_card_unchanged_whatever_their_length():
    component, _ = run(CertifiedResult(CERTIFICATE.der, SIGNATURE))
    assert component.heard == [bytes(reversed(each)) + b"\x90\x00" for each in COMMANDS]
    assert component.asked == (Way.FACE, CHALLENGE)


def test_it_says_who_was_identified_and_what_the_centre_answered():
    identity = Identity("1", Standing.VALID)
    _, (certificate, result) = run(CertifiedResult(CERTIFICATE.der, SIGNATURE, identity))
    assert certificate == CERTIFICATE
    assert result.identity is identity


def test_a_component_may_keep_the_signature_to_itself():
    _, (certificate, _) = run(CertifiedResult(CERTIFICATE.der))
    assert certificate == CERTIFICATE


def test_a_signature_of_another_challenge_identifies_nobody():
    wrong = HOLDER.sign(b"another", padding.PKCS1v15(), hashes.SHA256())
    with raises(CertifiedFailed, match="signature does not fit"):
        run(CertifiedResult(CERTIFICATE.der, wrong))


def test_what_is_no_certificate_identifies_nobody():
    with raises(CertifiedFailed, match="no certificate"):
        run(CertifiedResult(b"nonsense"))


@pytest.mark.parametrize(
    "result",
    [
        None,
        CertifiedResult(None),
        CertifiedResult("certificate"),
        CertifiedResult(CERTIFICATE.der, "signature"),
        CertifiedResult(CERTIFICATE.der, b"", "valid"),
    ],
)
def test_a_result_of_other_types_identifies_nobody(result):
    with raises(CertifiedFailed, match="another type"):
        run(result)


def test_a_foreign_error_is_ours_and_repeats_nothing_of_the_traffic():
    with raises(CertifiedFailed, match="ended with RuntimeError") as raised:
        run(RuntimeError(COMMANDS[1].hex()))
    assert COMMANDS[1].hex() not in str(raised.value)


def test_a_card_that_left_is_told_as_such():
    with pytest.raises(CardGone):
        run(CardGone())


@pytest.mark.parametrize("then", [CertifiedResult(CERTIFICATE.der), RuntimeError()])
def test_afterwards_the_way_to_the_card_is_closed(then):
    component = Component(then)
    try:
        identify(component, Card(), Way.VISUAL, CHALLENGE)
    except CertifiedFailed:
        pass
    with pytest.raises(NoCard):
        component.transmit(COMMANDS[0])


def test_no_component_runs_while_traffic_is_logged(caplog):
    with caplog.at_level(TRAFFIC, "kazashi.link"), raises(CertifiedFailed, match="logged"):
        run(CertifiedResult(CERTIFICATE.der))
