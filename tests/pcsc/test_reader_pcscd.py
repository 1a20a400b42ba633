"""kazashi.open("pcsc:"): a PC/SC reader, through a real pcscd and vpcd."""

import json
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from threading import Event, Timer
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

import kazashi
from kazashi.cards.errors import PinOutcomeUnknown, PinRequired, WrongPin
from kazashi.cards.face_surface import FaceSurfaceSession
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import (
    Cancelled,
    CardGone,
    CardInUse,
    NoCard,
    PcscNotFound,
    SeveralReaders,
)
from kazashi.sim.card import MyNumberCard
from kazashi.sim.issued import Issued
from kazashi.sim.person import Person
from kazashi.testing import SimulatedReader
from kazashi_wire.messages import Technology
from pcscd import VPCD, VPCD_READERS, Pcscd, needs
from program import command
from slotted import in_slot
from vpcd_card import CardInSlot

pytestmark = [
    needs("ip", "opensc-tool", drivers=[VPCD]),
    pytest.mark.skipif(not find_spec("smartcard"), reason="missing: uv sync --extra pcsc"),
]
PERSON = Person()
URL, NAME = "pcsc:PCD 00 00", "Virtual PCD 00 00"
READ, VERIFY = 0xB0, 0x20
SIGN = bytes.fromhex("802a00800400010203")

# Verifies the PIN, says so, and waits to be killed.
VERIFYING = f"""
import kazashi, time
from kazashi.cards.jpki import JpkiSession
reader = kazashi.open({URL!r})
JpkiSession(reader.wait_for_card(5)).verify_pin("1234")
print("verified", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    with Pcscd(tmp_path_factory.mktemp("pcscd"), VPCD_READERS, own_network=True) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def used_slot(daemon):
    with CardInSlot(daemon, MyNumberCard(PERSON)) as slot:
        yield slot


@pytest.fixture
def slot(used_slot):
    """A My Number Card, as good as new, in the first slot."""
    used_slot.application = MyNumberCard(PERSON)
    used_slot.commands.clear()
    if not used_slot.is_there:
        used_slot.lay()
    return used_slot


@pytest.fixture
def empty(used_slot):
    """The slot, with nothing in it."""
    used_slot.take_away()
    return used_slot


@pytest.fixture
def reader(slot):
    with kazashi.open(URL) as reader:
        yield reader


@contextmanager
def held_by_another(*, share=None):
    """Another program has the card; a pair of its functions and its handle."""
    from smartcard import scard

    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    share = scard.SCARD_SHARE_EXCLUSIVE if share is None else share
    code, card, _ = scard.SCardConnect(context, NAME, share, scard.SCARD_PROTOCOL_T1)
    try:
        yield scard, card, code
    finally:
        if code == 0:
            scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
        scard.SCardReleaseContext(context)


def test_a_card_is_found_read_verified_and_signs(reader):
    card = reader.wait_for_card(5)
    assert card.technology is Technology.TYPE_B
    assert card.atqb == bytes.fromhex("50 00000000 000041e0 b381a1")
    assert (card.to_card, card.from_card) == (None, None)
    jpki = JpkiSession(card)
    assert jpki.authentication_certificate() == PERSON.certificate
    jpki.verify_pin("1234")
    x509.load_der_x509_certificate(PERSON.certificate).public_key().verify(
        jpki.sign(b"challenge"), b"challenge", padding.PKCS1v15(), hashes.SHA256()
    )


def test_a_certificate_takes_one_command_of_extended_length_for_its_rest(reader, slot):
    JpkiSession(reader.wait_for_card(5)).authentication_certificate()
    assert [command[1] for command in slot.commands] == [0xA4, READ, READ]


def test_a_card_without_extended_length_is_read_in_short_pieces(reader, slot):
    slot.application = MyNumberCard(PERSON, Issued(takes_extended=False))
    assert JpkiSession(reader.wait_for_card(5)).authentication_certificate() == PERSON.certificate
    assert len(slot.commands) > 7


def test_the_photo_is_read_after_the_code(reader):
    surface = FaceSurfaceSession(reader.wait_for_card(5))
    surface.verify_code_b(PERSON.code_b)
    assert surface.surface().photo == PERSON.photo


def test_a_wrong_pin_counts_and_is_sent_once(reader, slot):
    jpki = JpkiSession(reader.wait_for_card(5))
    with pytest.raises(WrongPin) as wrong:
        jpki.verify_pin("9999")
    assert wrong.value.tries_left == 2
    assert [c[5:] for c in slot.commands if c[1] == VERIFY and len(c) > 4] == [b"9999"]


def test_a_card_that_is_pulled_in_a_command_is_gone_and_read_when_it_is_back(reader, slot):
    slot.leaves_at = b"\x00\xb0"
    jpki = JpkiSession(reader.wait_for_card(5))
    with pytest.raises(CardGone):
        jpki.authentication_certificate()
    assert reader.wait_for_removal(0)
    slot.lay()
    assert JpkiSession(reader.wait_for_card(5)).authentication_certificate() == PERSON.certificate


def test_of_a_pin_whose_card_is_pulled_it_is_unknown_whether_it_counted(reader, slot):
    jpki = JpkiSession(reader.wait_for_card(5))
    slot.leaves_at = bytes.fromhex("0020009804")  # VERIFY with a PIN
    with pytest.raises(PinOutcomeUnknown):
        jpki.verify_pin("1234")


def test_removal_is_noticed_and_absence_is_told(reader, slot):
    reader.wait_for_card(5)
    assert not reader.wait_for_removal(0.1)
    slot.take_away()
    assert reader.wait_for_removal(5)
    with pytest.raises(NoCard) as absent:
        reader.wait_for_card(0)
    assert absent.value.waited_s == 0


def test_no_other_program_can_use_or_reset_a_card_that_is_held(reader):
    jpki = JpkiSession(reader.wait_for_card(5))
    jpki.verify_pin("1234")
    for share in (1, 2, 3):  # exclusive, shared, direct
        with held_by_another(share=share) as (scard, _, code):
            assert code == scard.SCARD_E_SHARING_VIOLATION
    assert len(jpki.sign(b"challenge")) == 256


def test_what_another_program_has_verified_is_forgotten_when_the_card_is_taken(reader, slot):
    with held_by_another() as (scard, card, _):
        for sent in ("00a4040c0ad392f000260100000001", "00a4020c020018", "002000800431323334"):
            _, answer = scard.SCardTransmit(card, 2, [*bytes.fromhex(sent)])
            assert bytes(answer) == b"\x90\x00"
    with pytest.raises(PinRequired):
        JpkiSession(reader.wait_for_card(5)).sign(b"challenge")


def test_a_card_that_another_program_has_is_in_use_until_that_lets_go(reader):
    with held_by_another(), pytest.raises(CardInUse):
        reader.wait_for_card(0.2)
    reader.wait_for_card(5)


def test_after_rest_and_after_close_the_card_has_forgotten_its_pin(reader, slot):
    for end in (reader.rest, reader.close):
        jpki = JpkiSession(reader.wait_for_card(5))
        jpki.verify_pin("1234")
        assert slot.application.transmit(SIGN).apdu[-2:] != b"\x69\x82"
        end()
        with held_by_another() as (scard, card, _):
            for sent in ("00a4040c0ad392f000260100000001", "00a4020c020017", SIGN.hex()):
                _, answer = scard.SCardTransmit(card, 2, [*bytes.fromhex(sent)])
        assert bytes(answer) == b"\x69\x82"


def test_a_program_that_is_killed_leaves_no_verified_pin(slot):
    process = subprocess.Popen([sys.executable, "-c", VERIFYING], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"verified\n"
    process.kill()
    process.communicate()
    with kazashi.open(URL) as reader, pytest.raises(PinRequired):
        JpkiSession(reader.wait_for_card(5)).sign(b"challenge")


def test_a_wait_for_a_card_is_cancelled(empty):
    cancel, begin = Event(), monotonic()
    with kazashi.open(URL) as reader:
        Timer(0.2, cancel.set).start()
        with pytest.raises(Cancelled):
            reader.wait_for_card(30, cancel=cancel)
    assert monotonic() - begin < 20


def test_a_name_is_found_by_a_part_of_it_in_any_case(daemon):
    with kazashi.open("pcsc:virtual pcd 00 01") as reader:
        assert reader.info.board == "PC/SC: Virtual PCD 00 01"
    both = ["pcsc:Virtual PCD 00 00", "pcsc:Virtual PCD 00 01"]
    with pytest.raises(SeveralReaders) as several:
        kazashi.open("pcsc:")
    assert several.value.urls == both
    with pytest.raises(PcscNotFound) as unknown:
        kazashi.open("pcsc:ACR1252")
    assert unknown.value.urls == both


def test_the_list_shows_pcsc_readers(daemon):
    listed = json.loads(command("list", "--json").stdout)
    assert [each["url"] for each in listed if each["url"].startswith("pcsc:")] == [
        "pcsc:Virtual PCD 00 00",
        "pcsc:Virtual PCD 00 01",
    ]


def test_the_command_line_reads_a_card(slot):
    done = command("read", "--reader", URL, "--test", "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["certificate"]["issuer_check"] == "trusted"
    assert facts["card"]["kbit_s"] == {"to_card": None, "from_card": None}


@pytest.mark.parametrize("word", ["doctor", "info", "monitor"])
def test_what_pcsc_cannot_do_is_said_before_anything_is_opened(word):
    done = command(word, "--reader", URL)
    assert done.returncode == 2
    assert "is a PC/SC reader" in done.stderr


def test_a_reader_of_ours_that_is_served_to_pcsc_is_a_reader_again(daemon, empty):
    with (
        SimulatedReader("android", speed=20.0) as ours,
        in_slot(daemon, ours),
        kazashi.open(URL) as reader,
    ):
        card = reader.wait_for_card(5)
        assert card.technology is Technology.TYPE_A
        assert JpkiSession(card).token_label() == "JPKIAPGPSETOKEN"
