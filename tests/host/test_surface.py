"""The sessions on the card's surface, over the simulated card, and their parsers over anything."""

import hashlib

import pytest

from kazashi.cards.cv_certificate import CvAnchor
from kazashi.cards.errors import (
    CodeBlocked,
    CodeOutcomeUnknown,
    CodeRequired,
    Doubt,
    FewTriesLeft,
    LastTry,
    NotGenuine,
    PinAbsent,
    PinBlocked,
    PinRequired,
    SurfaceAbsent,
    WrongCode,
    WrongPin,
)
from kazashi.cards.face_surface import FaceSurfaceSession
from kazashi.cards.input_support import InputSupportSession
from kazashi.cards.jpki import JpkiSession
from kazashi.cards.surface import FourItems, IntegrityRecord, Sex, Surface
from kazashi.cards.tlv import Record
from kazashi.errors import CardGone
from kazashi.sim.authority import Authority, shared_authority
from kazashi.sim.card import BankCard, MyNumberCard
from kazashi.sim.issued import Issued
from kazashi.sim.jpki import ANDROID, IPHONE, Jpki
from kazashi.sim.person import MY_NUMBER, Person
from kazashi.sim.tlv import tlv
from said import raises, screen_of
from simulated import ANCHORS, Simulated

PERSON, INFANT = Person(), Person(is_infant=True)
CARD = MyNumberCard(PERSON)
FACE = CARD.face.files[0x0002].content
ITEMS = CARD.text.files[0x0002].content[:-64]  # without its padding
INTEGRITY = CARD.text.files[0x0003].content
CERTIFICATE = shared_authority().face_certificate
KEY = CERTIFICATE[42:307]


def face_of(card):
    """A session that has shown the right code."""
    session = FaceSurfaceSession(Simulated(card))
    session.verify_code_b(card.person.code_b)
    return session


def text_of(card):
    """A session that has shown the right code."""
    session = InputSupportSession(Simulated(card))
    session.verify_code_b(card.person.code_b)
    return session


def doubt(session, surface, anchors=ANCHORS):
    with pytest.raises(NotGenuine) as refused:
        session.prove_genuine(surface, anchors)
    return refused.value.reason


def test_the_photo_is_the_one_that_is_printed_on_the_card():
    assert face_of(MyNumberCard(PERSON)).surface().photo == PERSON.photo


def test_the_four_items_are_those_of_the_person():
    items = text_of(MyNumberCard(PERSON)).four_items()
    assert items == FourItems(PERSON.name, PERSON.address, PERSON.birth, Sex.FEMALE)


def test_the_pin_opens_the_four_items_too():
    session = InputSupportSession(Simulated(MyNumberCard(PERSON)))
    with pytest.raises(PinRequired):
        session.four_items()
    session.verify_pin("1234")
    assert session.four_items().name == PERSON.name


@pytest.mark.parametrize("takes_extended", [True, False])
def test_nothing_is_asked_for_beyond_the_end_of_the_photo(takes_extended):
    card = MyNumberCard(PERSON, Issued(takes_extended=takes_extended))
    card.face.files[0x0002].content += bytes(1000)
    session = face_of(card)
    assert session.surface() == Surface.parse(FACE)
    reads = [c for c in session._files.channel.commands if c[:2] == b"\x00\xb0"]
    end = max(int.from_bytes(c[2:4], "big") + int.from_bytes(c[4:], "big") for c in reads[1:])
    assert end == len(FACE)


def test_progress_grows_to_the_whole_photo():
    seen = []
    card = MyNumberCard(PERSON, Issued(takes_extended=False))
    face_of(card).surface(lambda so_far, size: seen.append((so_far, size)))
    assert seen[-1] == (len(FACE), len(FACE))
    assert len(seen) > 10
    assert seen == sorted(seen)


def test_nothing_here_reads_the_my_number():
    card = MyNumberCard(PERSON)
    session = face_of(card)
    session.prove_genuine(session.surface(), ANCHORS)
    text_of(card).four_items()
    assert card.my_number_reads == 0
    channel = Simulated(card)
    InputSupportSession(channel).verify_pin("1234")
    assert MY_NUMBER.encode() in channel.transmit(bytes.fromhex("00b0810000"))
    assert card.my_number_reads == 1


@pytest.mark.parametrize("label", [ANDROID, IPHONE])
@pytest.mark.parametrize("session", [FaceSurfaceSession, InputSupportSession])
def test_a_phone_has_no_surface(session, label):
    with raises(SurfaceAbsent, match="present the My Number Card itself"):
        session(Simulated(Jpki(PERSON, label=label)))
    with pytest.raises(SurfaceAbsent):
        session(Simulated(BankCard()))


def test_an_infant_has_no_photo_and_everything_else():
    session = face_of(MyNumberCard(INFANT))
    surface = session.surface()
    assert surface.photo == b""
    session.prove_genuine(surface, ANCHORS)


def test_a_face_without_the_object_of_the_photo_has_none():
    start = FACE.index(bytes.fromhex("df2782"))
    end = FACE.index(bytes.fromhex("df28820100"))
    body = FACE[5:start] + FACE[end:]
    assert Surface.parse(tlv(0xFF20, body)).photo == b""


# Is it genuine?


def test_a_card_of_a_known_issuer_is_genuine():
    session = face_of(MyNumberCard(PERSON))
    session.prove_genuine(session.surface(), ANCHORS)


def test_no_challenge_comes_twice():
    session = face_of(MyNumberCard(PERSON))
    surface = session.surface()
    for _ in range(2):
        session.prove_genuine(surface, ANCHORS)
    signed = [c for c in session._files.channel.commands if c[1] == 0x2A]
    assert signed[0] != signed[1]


@pytest.mark.parametrize("anchors", [[], [CvAnchor(bytes(16), ANCHORS[0].n, ANCHORS[0].e)]])
def test_a_card_of_an_issuer_that_nobody_configured_is_not(anchors):
    session = face_of(MyNumberCard(PERSON))
    assert doubt(session, session.surface(), anchors) is Doubt.UNKNOWN_ISSUER


def test_a_card_of_another_authority_is_not():
    session = face_of(MyNumberCard(Person(authority=Authority("Somebody"))))
    assert doubt(session, session.surface()) is Doubt.UNKNOWN_ISSUER


def test_a_certificate_that_its_issuer_did_not_sign_is_not():
    ours = ANCHORS[0]
    other = Authority("Somebody").cv_anchors[0]
    session = face_of(MyNumberCard(PERSON))
    anchors = [CvAnchor(ours.key_id, other.n, other.e)]
    assert doubt(session, session.surface(), anchors) is Doubt.FALSE_CERTIFICATE
    session.prove_genuine(session.surface(), [*anchors, ours])  # one of two that share an id


def test_the_anchor_of_the_other_application_does_not_vouch_for_this_one():
    session = face_of(MyNumberCard(PERSON))
    assert doubt(session, session.surface(), ANCHORS[1:]) is Doubt.UNKNOWN_ISSUER


@pytest.mark.parametrize("tag", [0xDF22, 0xDF23, 0xDF24, 0xDF25, 0xDF26, 0xDF27])
def test_a_face_with_anything_changed_is_not(tag):
    card = MyNumberCard(PERSON)
    session = face_of(card)
    value = Record(FACE, 0xFF20, "face").value(tag)
    changed = {0xDF22: b"20000101", 0xDF23: b"1"}.get(tag, value[:-3] + bytes(3))
    if tag == 0xDF24:
        changed = value[:100] + bytes(3) + value[103:]
    assert changed != value
    before = FACE.index(value, FACE.index(tag.to_bytes(2, "big")))
    card.face.files[0x0002].content = FACE[:before] + changed + FACE[before + len(value) :]
    assert doubt(session, session.surface()) is Doubt.CHANGED_RECORD


def test_a_copy_of_a_card_has_another_chip():
    person = Person()
    session = face_of(MyNumberCard(Person(seed=1), copy_of=person))
    surface = session.surface()
    assert surface.photo == person.photo
    assert doubt(session, surface) is Doubt.COPIED_CHIP


def test_a_chip_that_answers_anything_is_not_believed():
    card = MyNumberCard(PERSON)
    session = face_of(card)
    surface = session.surface()
    card.face._instructions[(0x80, 0x2A)] = lambda _command: bytes(256)
    assert doubt(session, surface) is Doubt.COPIED_CHIP


def test_four_items_that_were_changed_are_not_believed():
    card = MyNumberCard(PERSON)
    card.text.files[0x0002].content = ITEMS[:-1] + b"1"
    with raises(NotGenuine, match="not what its issuer signed"):
        text_of(card).four_items()


def test_an_integrity_record_that_nobody_signed_is_not_believed():
    card = MyNumberCard(PERSON)
    items = ITEMS[:-1] + b"1"
    digest = hashlib.sha256(items[items.index(b"\xdf\x22") :]).digest()
    fields = tlv(0xDF31, bytes(32)) + tlv(0xDF32, digest)
    card.text.files[0x0002].content = items
    card.text.files[0x0003].content = tlv(0xFF30, fields + tlv(0xDF33, bytes(256)))
    with pytest.raises(NotGenuine):
        text_of(card).four_items()


# Codes and PINs


@pytest.mark.parametrize("session", [FaceSurfaceSession, InputSupportSession])
def test_the_tries_are_read_before_the_code_is_shown_once(session):
    channel = Simulated(MyNumberCard(PERSON))
    with pytest.raises(WrongCode) as wrong:
        session(channel).verify_code_b("0" * 14)
    assert wrong.value.tries_left == 9
    assert [len(c) > 4 for c in channel.commands[1:]] == [False, True]


def test_the_face_wants_the_code_first():
    with raises(CodeRequired, match="照合番号B"):
        FaceSurfaceSession(Simulated(MyNumberCard(PERSON))).surface()


@pytest.mark.parametrize("left", [1, 2, 3])
def test_with_few_tries_left_a_code_is_never_shown(left):
    channel = Simulated(MyNumberCard(PERSON, Issued(code_tries=left)))
    with raises(FewTriesLeft, match=f"tries_left={left}"):
        FaceSurfaceSession(channel).verify_code_b(PERSON.code_b)
    assert not channel.verifies()


def test_a_right_code_resets_its_tries():
    card = MyNumberCard(PERSON, Issued(code_tries=4))
    face_of(card)
    assert card.face.code_b.left == 10


def test_a_blocked_code_is_said_to_be_blocked():
    channel = Simulated(MyNumberCard(PERSON, Issued(code_tries=0)))
    with pytest.raises(CodeBlocked):
        FaceSurfaceSession(channel).verify_code_b(PERSON.code_b)
    assert not channel.verifies()


@pytest.mark.parametrize("status", ["6983", "6984", "63c0"])
def test_a_blocked_code_is_one_whichever_status_says_so(status):
    class Blocked(Simulated):
        def transmit(self, apdu, on_progress=None):
            return bytes.fromhex(status) if apdu[1] == 0x20 else super().transmit(apdu)

    with pytest.raises(CodeBlocked):
        FaceSurfaceSession(Blocked(MyNumberCard(PERSON))).code_b_tries_left()


def test_a_code_without_a_limit_of_tries_is_shown():
    card = MyNumberCard(PERSON)
    card.face.code_b.is_limited = False
    session = FaceSurfaceSession(Simulated(card))
    assert session.code_b_tries_left() is None
    with pytest.raises(WrongCode) as wrong:
        session.verify_code_b("0" * 14)
    assert wrong.value.tries_left is None
    session.verify_code_b(PERSON.code_b)


def test_the_pin_of_input_support_has_tries_of_its_own():
    card = MyNumberCard(PERSON)
    channel = Simulated(card)
    session = InputSupportSession(channel)
    for error in (WrongPin, WrongPin, LastTry):
        with pytest.raises(error):
            session.verify_pin("0000")
    assert session.pin_tries_left() == 1
    assert JpkiSession(channel).pin_tries_left() == 3


def test_a_locked_card_still_shows_its_face():
    card = MyNumberCard(PERSON, Issued(tries_left=0))
    with pytest.raises(PinBlocked):
        JpkiSession(Simulated(card)).pin_tries_left()
    with pytest.raises(PinBlocked):
        InputSupportSession(Simulated(card)).verify_pin("1234")
    assert face_of(card).surface().photo
    assert text_of(card).four_items().name == PERSON.name


@pytest.mark.parametrize("session", [JpkiSession, InputSupportSession])
def test_a_card_without_a_pin_is_never_shown_one(session):
    channel = Simulated(MyNumberCard(PERSON, Issued(has_pin=False)))
    opened = session(channel)
    for ask in (opened.pin_tries_left, lambda: opened.verify_pin("1234", with_last_try=True)):
        with pytest.raises(PinAbsent) as absent:
            ask()
    assert "暗証番号のない" in screen_of(absent.value)
    assert not channel.verifies()


CODES = ["", "123", "0" * 13, "0" * 15, "６００３２１２０３４４３２１", "6003212034432x"]


@pytest.mark.parametrize("code", CODES)
def test_a_code_that_is_none_never_reaches_the_card(code):
    channel = Simulated(MyNumberCard(PERSON))
    with pytest.raises(ValueError, match="fourteen digits") as misuse:
        FaceSurfaceSession(channel).verify_code_b(code)
    assert len(channel.commands) == 1
    assert not code or code not in str(misuse.value)


def test_a_card_lost_while_the_code_is_shown_leaves_its_outcome_unknown():
    class Lost(Simulated):
        def transmit(self, apdu, on_progress=None):
            response = super().transmit(apdu)
            if self.verifies():
                raise CardGone
            return response

    channel = Lost(MyNumberCard(PERSON))
    with raises(CodeOutcomeUnknown, match="read how many tries are left"):
        FaceSurfaceSession(channel).verify_code_b(PERSON.code_b)
    assert channel.verifies() == 1


def test_no_error_tells_the_code_that_was_shown():
    card = MyNumberCard(PERSON)
    for wrong in ("9" * 14, PERSON.code_b[:-1] + "9"):
        with pytest.raises(WrongCode) as error:
            FaceSurfaceSession(Simulated(card)).verify_code_b(wrong)
        assert wrong not in f"{error.value}{error.value!r}{screen_of(error.value)}"


def test_no_repr_tells_who_it_is():
    said = repr([Surface.parse(FACE), FourItems.parse(ITEMS), IntegrityRecord.parse(INTEGRITY)])
    assert said == "[Surface(), FourItems(), IntegrityRecord()]"
