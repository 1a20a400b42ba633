"""The firmware as a CCID reader, on CPython and on unix MicroPython, judged by others: libccid in a
real pcscd, OpenSC, pcsc-tools, openssl."""

import secrets

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import Response, TypeA, TypeB
from plugged import INTERPRETERS, READER, Plugged, needs_libccid

pytest.importorskip("smartcard", reason="kazashi[pcsc] is not installed; .ci/run does")
from smartcard.scard import SCARD_RESET_CARD, SCARD_UNPOWER_CARD

pytestmark = needs_libccid("opensc-tool", "pkcs15-tool", "pkcs15-crypt", "pkcs11-tool", "openssl")

PERSON = Person()
SELECT = "00A4040C0AD392F000260100000001"
SELECT_PIN = (SELECT, "00A4020C020018")
SELECT_KEY = (SELECT, "00A4020C020017")
VERIFY = "00200080" + "04" + b"1234".hex()
SIGN = "802A0080" + "33" + "3031300d060960864801650304020105000420" + 32 * "AA" + "00"


def status(connection, *commands):
    """Status word of the last of these commands."""
    for command in commands:
        *_, sw1, sw2 = connection.transmit(list(bytes.fromhex(command)))
    return f"{sw1:02X}{sw2:02X}"


class Echo:
    """Answers with the body of the command, however long it is."""

    def reset(self):
        pass

    def transmit(self, apdu):
        return Response(apdu[7:-2] + b"\x90\x00")


@pytest.fixture(scope="module", params=INTERPRETERS)
def plugged(request, tmp_path_factory):
    """A board with a pcscd; nothing that goes wrong here is on purpose, so nothing is critical."""
    with Plugged(tmp_path_factory.mktemp("ccid"), interpreter=request.param, speed=20) as plugged:
        yield plugged
        assert not plugged.pcscd.criticals


@pytest.fixture(scope="module")
def laid(plugged):
    """A card that lies there for the whole module."""
    card = TypeB(Jpki(PERSON))
    plugged.lay(card)
    return card


@pytest.fixture
def card(laid):
    """The application of that card, a fresh one for each test."""
    laid.blocks.application = Jpki(PERSON, command_s=0.0, sign_s=0.0)
    return laid.blocks.application


@pytest.fixture
def run(plugged, tmp_path):
    """Runs a program of OpenSC; its output."""
    configuration = tmp_path / "opensc.conf"
    configuration.write_text("app default { card_drivers = jpki; }\n")
    environment = {"OPENSC_CONF": str(configuration), "HOME": str(tmp_path)}
    return lambda *command, status=0: plugged.pcscd.run(
        *command, status=status, environment=environment
    )


def test_pcsc_scan_shows_the_reader_and_a_type_b_card(plugged, card):
    said = plugged.pcscd.run("pcsc_scan", "-n", "-c")
    assert READER in said
    assert "3B 88 80 01 00 00 41 E0 B3 81 A1 00 3B" in said


def test_opensc_takes_it_for_a_jpki_card(card, run, plugged):
    assert "jpki" in plugged.pcscd.run("opensc-tool", "--name").lower()  # by itself


def test_opensc_lists_and_reads_the_certificate(card, run):
    assert "User Authentication Certificate" in run("pkcs15-tool", "--list-certificates")
    pem = run("pkcs15-tool", "--read-certificate", "1")
    certificate = x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN") :].encode())
    assert certificate == x509.load_der_x509_certificate(PERSON.certificate)


def test_opensc_counts_a_wrong_pin_down(card, run):
    run("pkcs15-tool", "--verify-pin", "--auth-id", "1", "--pin", "9999", status=1)
    assert card.pin.left == 2
    asked = [word for command in (*SELECT_PIN, "00200080") for word in ("-s", command)]
    assert "SW1=0x63, SW2=0xC2" in run("opensc-tool", *asked)
    run("pkcs15-tool", "--verify-pin", "--auth-id", "1", "--pin", "1234")
    assert card.pin.left == 3


def test_opensc_signs_and_the_signature_verifies(card, run, tmp_path):
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"challenge")
    (tmp_path / "digest").write_bytes(digest.finalize())
    arguments = ("--sign", "--key", "1", "--pkcs1", "--sha-256", "--pin", "1234", "--raw")
    files = ("--input", tmp_path / "digest", "--output", tmp_path / "signature")
    run("pkcs15-crypt", *arguments, *files)
    key = x509.load_der_x509_certificate(PERSON.certificate).public_key()
    signature = (tmp_path / "signature").read_bytes()
    key.verify(signature, b"challenge", padding.PKCS1v15(), hashes.SHA256())


def test_a_signature_by_pkcs11_is_verified_by_openssl(card, run, tmp_path):
    files = {name: tmp_path / name for name in ("data", "signature", "key.pem")}
    files["data"].write_bytes(b"challenge")
    key = x509.load_der_x509_certificate(PERSON.certificate).public_key()
    files["key.pem"].write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    login = ("--login", "--pin", "1234")
    sign = ("--sign", "--id", "01", "--mechanism", "SHA256-RSA-PKCS")
    run("pkcs11-tool", *login, *sign, "-i", files["data"], "-o", files["signature"])
    verify = ("-sha256", "-verify", files["key.pem"], "-signature", files["signature"])
    assert "Verified OK" in run("openssl", "dgst", *verify, files["data"])


def test_commands_and_responses_of_any_length_pass(plugged, laid):
    laid.blocks.application = Echo()
    with plugged.connected() as connection:
        for count in (1, 5, 57, 64, 250, 300, 3000, 3055, 3056, 5000, 6000, 60_000):
            body = secrets.token_bytes(count)
            command = [0, 0xD6, 0, 0, 0, *count.to_bytes(2, "big"), *body, 0, 0]
            data, *status = connection.transmit(command)
            assert (bytes(data), status) == (body, [0x90, 0x00]), count


def test_power_off_and_reset_forget_a_verified_pin(plugged, card):
    for leave in (SCARD_UNPOWER_CARD, SCARD_RESET_CARD):
        with plugged.connected(leave) as connection:
            assert status(connection, *SELECT_PIN, VERIFY) == "9000"
        with plugged.connected(leave) as connection:
            assert status(connection, SIGN) != "9000"  # at once: SELECT would end the PIN, too
            assert status(connection, *SELECT_KEY, SIGN) == "6982"


def test_the_pupi_is_not_told(plugged, laid, card):
    with plugged.connected() as connection:
        assert status(connection, "FFCA000000") == "6A81"
        assert status(connection, "FFCA010000") == "6A81"  # Type B has no historical octets
        assert status(connection, "FF00000000") == "6D00"
        assert laid.atqb[1:5].hex() not in plugged.pcscd.log.replace(" ", "").lower()


def test_a_type_a_card_has_its_atr_and_opensc_takes_it_for_a_jpki_card(plugged, laid):
    plugged.lay(TypeA(Jpki(PERSON)))
    assert "3B 80 80 01 01" in plugged.pcscd.run("pcsc_scan", "-n", "-c")
    assert "jpki" in plugged.pcscd.run("opensc-tool", "--name").lower()
