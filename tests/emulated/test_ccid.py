"""The firmware as a CCID reader on the emulated Pico, judged by libccid in a real pcscd and OpenSC.

The rest of what they judge is in tests/pcsc: there the same files run some twenty times faster.
"""

import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from kazashi.cards.jpki import JpkiSession
from kazashi.reader import Reader
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.jpki import Jpki
from kazashi.sim.options import Options
from kazashi.sim.person import Person
from kazashi.sim.picc import TypeB
from plugged import READER, free_address, needs_libccid, pcscd_for

SLOW = 20  # than a real board
LIMIT_S = 120
PERSON = Person()


@pytest.fixture
def pico(image):
    """A board whose USB another program has; it runs in a thread meanwhile."""
    pico = EmulatedPico(image, Options(card="none", chip=0.0, usb=free_address()))
    pipe = pico.connect_paced()
    has_ended = threading.Event()

    def run():
        while not has_ended.is_set():
            pipe.let_pass(0.1)

    thread = threading.Thread(target=run)
    thread.start()
    yield pico
    has_ended.set()
    thread.join()
    pipe.close()


@needs_libccid("pkcs15-tool", "pkcs15-crypt")
def test_libccid_and_opensc_read_and_sign_and_see_the_card_leave(pico, tmp_path):
    configuration = tmp_path / "opensc.conf"
    configuration.write_text("app default { card_drivers = jpki; }\n")
    environment = {"OPENSC_CONF": str(configuration), "HOME": str(tmp_path)}
    with pcscd_for(pico.options.usb, tmp_path, slow=SLOW) as pcscd:

        def run(*command):
            return pcscd.run(*command, environment=environment, timeout_s=LIMIT_S)

        pico.air.place(TypeB(Jpki(PERSON)))
        pcscd.wait_until(lambda: "Card inserted" in pcscd.log, "insertion", LIMIT_S)
        said = run("pcsc_scan", "-n", "-c")
        assert READER in said
        assert "3B 88 80 01 00 00 41 E0 B3 81 A1 00 3B" in said

        pem = run("pkcs15-tool", "--read-certificate", "1")
        certificate = x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN") :].encode())
        assert certificate == x509.load_der_x509_certificate(PERSON.certificate)

        digest = hashes.Hash(hashes.SHA256())
        digest.update(b"challenge")
        (tmp_path / "digest").write_bytes(digest.finalize())
        arguments = ("--sign", "--key", "1", "--pkcs1", "--sha-256", "--pin", "1234", "--raw")
        files = ("--input", tmp_path / "digest", "--output", tmp_path / "signature")
        run("pkcs15-crypt", *arguments, *files)
        signature = (tmp_path / "signature").read_bytes()
        key = certificate.public_key()
        key.verify(signature, b"challenge", padding.PKCS1v15(), hashes.SHA256())

        pico.air.clear()
        pcscd.wait_until(lambda: "Card Removed" in pcscd.log, "removal", LIMIT_S)
        assert not pcscd.criticals


def heap_used(reader):
    JpkiSession(reader.wait_for_card(10)).authentication_certificate()
    return reader.health().heap_used


def test_ccid_adds_at_most_19_kb_of_heap(reader, image):
    pico = EmulatedPico(image, Options(tap=0.0, usb=free_address()))
    with_ccid = Reader(pico.connect)
    assert heap_used(with_ccid) - heap_used(reader) <= 19_000
    with_ccid.close()
