"""OpenSC judges the card model: its JPKI driver, through a real pcscd and vpcd.

vpcd is an IFD handler that speaks TCP: a 16-bit length and a payload; one byte is a control code,
more is an APDU.
"""

import functools
import socket
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from pcscd import VPCD, VPCD_PORT, VPCD_READERS, Pcscd, needs

PERSON = Person()
POWER_OFF, POWER_ON, RESET, ATR = b"\0", b"\1", b"\2", b"\4"

# Type B, PC/SC part 3: application data, protocol info and MBLI of the simulated ATQB.
CARD_ATR = bytes.fromhex("3b8880010000 41e0 b381a1 00 3b".replace(" ", ""))

pytestmark = needs("ip", "opensc-tool", "pkcs15-tool", "pkcs15-crypt", drivers=[VPCD])


class Slot:
    """vpcd's slot, from a thread, until close(). `card` lies in it."""

    def __init__(self, connection):
        self.card = Jpki(PERSON)
        self._socket = connection
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        """Take the card out: vpcd notices a closed socket and nothing else."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while payload := self._receive():
            if payload == ATR:
                self._send(CARD_ATR)
            elif payload in (POWER_OFF, POWER_ON, RESET):
                self.card.reset()
            else:
                self._send(self.card.transmit(payload).apdu)

    def _receive(self):
        size = self._exactly(2)
        return self._exactly(int.from_bytes(size, "big")) if size else b""

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                more = self._socket.recv(count - len(data))
            except OSError:
                return b""
            if not more:
                return b""
            # vpcd sends length and payload apart: a delayed ACK would cost 44 ms an APDU
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            data += more
        return data

    def _send(self, data):
        self._socket.sendall(len(data).to_bytes(2, "big") + data)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    with Pcscd(tmp_path_factory.mktemp("pcscd"), VPCD_READERS, own_network=True) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def slot(daemon):
    with daemon.network():
        filled = Slot(socket.create_connection(("127.0.0.1", VPCD_PORT)))
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
