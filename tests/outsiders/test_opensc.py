"""OpenSC judges the card model: its JPKI driver, through a real pcscd and vpcd."""

import functools

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from pcscd import VPCD, VPCD_READERS, Pcscd, needs
from vpcd_card import CardInSlot

PERSON = Person()

pytestmark = needs("ip", "opensc-tool", "pkcs15-tool", "pkcs15-crypt", drivers=[VPCD])


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    with Pcscd(tmp_path_factory.mktemp("pcscd"), VPCD_READERS, own_network=True) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def slot(daemon):
    with CardInSlot(daemon, Jpki(PERSON)) as slot:
        yield slot


@pytest.fixture
def card(slot):
    """A fresh card in the slot."""
    slot.application = Jpki(PERSON, command_s=0.0, sign_s=0.0)
    return slot.application


@pytest.fixture
def run(daemon, tmp_path):
    """Runs a program of OpenSC; its output."""
    configuration = tmp_path / "opensc.conf"
    configuration.write_text("app default { card_drivers = jpki; }\n")
    environment = {"OPENSC_CONF": str(configuration), "HOME": str(tmp_path)}
    return functools.partial(daemon.run, environment=environment)


def test_opensc_takes_it_for_a_jpki_card(card, run):
    assert "jpki" in run("opensc-tool", "--name").lower()


def test_opensc_lists_and_reads_the_certificate(card, run):
    listed = run("pkcs15-tool", "--list-certificates")
    assert "User Authentication Certificate" in listed
    pem = run("pkcs15-tool", "--read-certificate", "1")
    start = pem.index("-----BEGIN")
    certificate = x509.load_pem_x509_certificate(pem[start:].encode())
    assert certificate == x509.load_der_x509_certificate(card.person.certificate)


def test_opensc_counts_a_wrong_pin_down(card, run):
    run("pkcs15-tool", "--verify-pin", "--auth-id", "1", "--pin", "9999", status=1)
    assert card.pin.left == 2
    run("pkcs15-tool", "--verify-pin", "--auth-id", "1", "--pin", "1234")
    assert card.pin.left == 3


def test_opensc_signs_and_the_signature_verifies(card, run, tmp_path):
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"challenge")
    (tmp_path / "digest").write_bytes(digest.finalize())
    arguments = ("--sign", "--key", "1", "--pkcs1", "--sha-256", "--pin", "1234", "--raw")
    files = ("--input", str(tmp_path / "digest"), "--output", str(tmp_path / "signature"))
    run("pkcs15-crypt", *arguments, *files)
    key = x509.load_der_x509_certificate(card.person.certificate).public_key()
    signature = (tmp_path / "signature").read_bytes()
    key.verify(signature, b"challenge", padding.PKCS1v15(), hashes.SHA256())
