"""Other people's PC/SC programs use a reader of ours, through a real pcscd and vpcd."""

import pytest
from cryptography import x509

from kazashi.testing import SimulatedReader
from pcscd import VPCD, VPCD_READERS, Pcscd, needs
from slotted import in_slot

pytestmark = needs("ip", "pcsc_scan", "opensc-tool", "pkcs15-tool", drivers=[VPCD])

MYNUMBER_ATR, ANDROID_ATR = "3B 88 80 01 00 00 41 E0 B3 81 A1 00 3B", "3B 80 80 01 01"
SELECT, PIN, KEY = "00A4040C0AD392F000260100000001", "00A4020C020018", "00A4020C020017"
VERIFY, SIGN = "002000800431323334", "802A00800400010203"
OK, NOT_ALLOWED = "SW1=0x90, SW2=0x00", "SW1=0x69, SW2=0x82"
NO_APPLICATION = "SW1=0x69, SW2=0x85"


@pytest.fixture(scope="module")
def reader():
    with SimulatedReader(speed=20.0) as reader:
        yield reader


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, reader):
    """A pcscd, the reader in its first slot, a card on it."""
    folder = tmp_path_factory.mktemp("pcscd")
    with Pcscd(folder, VPCD_READERS, own_network=True) as daemon, in_slot(daemon, reader):
        yield daemon


@pytest.fixture
def card(reader):
    """The card's JPKI application."""
    return reader._pico.cards[0].blocks.application.jpki


@pytest.fixture
def run(daemon, tmp_path):
    """Runs a program of OpenSC, which resets the card in the end; its output."""
    configuration = tmp_path / "opensc.conf"
    configuration.write_text(
        "app default { card_drivers = jpki, default; reader_driver pcsc { "
        "disconnect_action = reset; } }\n"
    )
    environment = {"OPENSC_CONF": str(configuration), "HOME": str(tmp_path)}
    return lambda *command, status=0: daemon.run(*command, status=status, environment=environment)


def send(run, *commands):
    """The status words, as opensc-tool prints them."""
    apdus = (word for command in commands for word in ("--send-apdu", command))
    said = run("opensc-tool", "--card-driver", "default", *apdus)
    return [line.partition("(")[2].partition(")")[0] for line in said.splitlines() if "SW1" in line]


def test_opensc_takes_it_for_a_jpki_card(run):
    assert "jpki" in run("opensc-tool", "--name").lower()


def test_opensc_reads_the_card_s_certificate(run, card):
    pem = run("pkcs15-tool", "--read-certificate", "1")
    certificate = x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN") :].encode())
    assert certificate == x509.load_der_x509_certificate(card.person.certificate)


def test_a_wrong_pin_counts_down(run, card):
    run("pkcs15-tool", "--verify-pin", "--auth-id", "1", "--pin", "9999", status=1)
    assert card.pin.left == 2
    run("pkcs15-tool", "--verify-pin", "--auth-id", "1", "--pin", "1234")
    assert card.pin.left == 3


def test_the_next_program_finds_no_verified_pin(run):
    assert send(run, SELECT, PIN, VERIFY, KEY, SIGN) == [OK] * 5
    assert send(run, SIGN, SELECT, KEY, SIGN) == [NO_APPLICATION, OK, OK, NOT_ALLOWED]


def test_the_pupi_stays_inside(run):
    assert send(run, "FFCA000000") == ["SW1=0x6A, SW2=0x81"]


def test_pcsc_scan_sees_a_card_go_and_others_come(daemon, reader):
    with daemon.running("pcsc_scan", "-n") as scan:
        at = 0

        def seen(*texts):
            """Wait until they are seen, one after the other, behind what was seen before."""
            nonlocal at
            for text in texts:
                is_seen = lambda text=text, at=at: text in scan.said[at:]  # noqa: E731
                daemon.wait_until(is_seen, text)
                at = scan.said.index(text, at) + len(text)

        seen("Card inserted", MYNUMBER_ATR)
        reader.take_away()
        seen("Card removed")
        reader.lay("android")
        seen("Card inserted", ANDROID_ATR)
        reader.lay()  # at once
        seen("Card removed")
        seen("Card inserted", MYNUMBER_ATR)
