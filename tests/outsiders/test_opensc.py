"""OpenSC judges the card model: its JPKI driver, through a real pcscd and vpcd."""

import functools
import threading
from contextlib import closing, suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from kazashi.pcsc.vpcd import PORT, Connection, Control, Disconnected
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from pcscd import VPCD, VPCD_READERS, Pcscd, needs

PERSON = Person()

# Type B, PC/SC part 3: application data, protocol info and MBLI of the simulated ATQB.
CARD_ATR = bytes.fromhex("3b8880010000 41e0 b381a1 00 3b".replace(" ", ""))

pytestmark = needs("ip", "opensc-tool", "pkcs15-tool", "pkcs15-crypt", drivers=[VPCD])


class Slot:
    """vpcd's slot without a reader, from a thread, until close(). `card` lies in it."""

    def __init__(self, connection):
        self.card = Jpki(PERSON)
        self._connection = connection
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        self._ends.set()
        self._thread.join()

    def _serve(self):
        with closing(self._connection) as connection, suppress(Disconnected):
            while not self._ends.is_set():
                request = connection.request(0.1)
                if request == bytes((Control.ATR,)):
                    connection.answer(CARD_ATR)
                elif request and len(request) == 1:
                    self.card.reset()
                elif request:
                    connection.answer(self.card.transmit(request).apdu)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    with Pcscd(tmp_path_factory.mktemp("pcscd"), VPCD_READERS, own_network=True) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def slot(daemon):
    with daemon.network():
        filled = Slot(Connection(("127.0.0.1", PORT)))
    daemon.run("opensc-tool", "--wait", "--atr")
    yield filled
    filled.close()


@pytest.fixture
def card(slot):
    """A fresh card in the slot."""
    slot.card = Jpki(PERSON, command_s=0.0, sign_s=0.0)
    return slot.card


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
