"""The ways to show who you are, a function each. A way that returns has found who it is.

With the PIN, or on a phone, the key of the certificate signs the caller's challenge. Without, only
an approved verifier's component may ask it for that (公的個人認証法 38条の2): face and visual check
prove that the record of the card's face is genuine and its chip no copy, and compare the person
with the photo, or with the card. `Visit.proof` tells which it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kazashi.cards.certificate import Certificate
from kazashi.cards.face_surface import FaceSurfaceSession
from kazashi.cards.jpki import JpkiSession
from kazashi.cards.surface import Surface
from kazashi.errors import (
    CodeBlocked,
    FewTriesLeft,
    NotGenuine,
    PinAbsent,
    PinBlocked,
    PinRequired,
    WrongCode,
    WrongPin,
)
from kazashi.reception.desk import AskCodeB, AskFrame, AskLastTry, AskPin, AskStaff
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.face.matching import (
    FaceMatcher,
    FaceNotAvailable,
    FrameProblem,
    PhotoUnusable,
)
from kazashi.reception.journal.facts import is_text
from kazashi.reception.patient import Patient, Refused, Tap, WayFailed
from kazashi.reception.profiles import Token, Way
from kazashi.reception.texts import Text, text_of
from kazashi.reception.visit import Outcome, Proof

_MOST_ANSWERS = 3  # that make no sense, until something else is offered
_MOST_FRAMES = 10

_NO_ANSWER = Text("入力がありませんでした。", "Nothing was entered.")
_FOUR_DIGITS = Text("暗証番号は四けたの数字です。", "The PIN has four digits.")
_FOURTEEN_DIGITS = Text("十四けたの数字を入力してください。", "The code has fourteen digits.")
_NO_PHOTO = Text("このカードには顔写真がありません。", "This card has no photo.")
_COPY = Text(
    "このカードは確認できません。係の者をお呼びください。",
    "This card is not genuine. Please call the staff.",
)
_NOT_THE_FACE = Text("顔を照合できませんでした。", "The face does not match the photo.")
_FACE_PAUSE = Text(
    "顔認証は、しばらくお待ちください。", "Face matching pauses after too many failures."
)
_SOMEBODY_ELSE = Text("ご本人と確認できませんでした。", "The staff say that this is somebody else.")
_STAFF_NAMELESS = Text(
    "目視確認には、職員の名前と理由が必要です。",
    "A visual check needs the staff's name and a reason.",
)


@dataclass(frozen=True)
class Faces:
    """Face matching at one reader."""

    matcher: FaceMatcher
    attempts: Attempts


def by_pin(patient: Patient) -> None:
    """Certificate, 4-digit PIN, signature."""
    tap = patient.tap(Token.CARD)
    patient.accept(_certificate(tap), tap.token)
    _show_pin(patient, tap.jpki)
    _prove_by_signature(patient, tap)


def by_android(patient: Patient) -> None:
    """The PIN comes first, on the reader; then the phone, its certificate, its signature."""
    pin = _ask_pin(patient, None) if patient.card is None else None
    tap = patient.tap(Token.ANDROID)
    _show_pin(patient, tap.jpki, pin)
    patient.begin("certificate")
    tap.certificate = Certificate.parse(tap.jpki.authentication_certificate())
    patient.accept(tap.certificate, tap.token)
    _prove_by_signature(patient, tap)
    tap.jpki.finish()


def by_iphone(patient: Patient) -> None:
    """The holder has confirmed on the phone: no PIN here, and a closing command."""
    tap = patient.tap(Token.IPHONE)
    patient.accept(_certificate(tap), tap.token)
    _prove_by_signature(patient, tap)
    tap.jpki.finish()


def by_face(patient: Patient, faces: Faces | FaceNotAvailable) -> None:
    """Certificate, photo from the chip, chip proved genuine, camera compared with the photo."""
    if isinstance(faces, FaceNotAvailable):
        raise WayFailed(text_of(faces))
    if faces.attempts.wait_s:
        raise WayFailed(_FACE_PAUSE)
    tap = patient.tap(Token.CARD)
    patient.accept(_certificate(tap), tap.token)
    surface = _genuine_surface(patient, tap)
    if surface is None:
        raise WayFailed(_NO_ANSWER)
    if not surface.photo:
        patient.has_photo = False
        raise WayFailed(_NO_PHOTO)
    _compare(patient, faces, surface.photo)


def by_visual_check(patient: Patient) -> None:
    """Staff compare the person with the photo in the chip, or with the card in their hand."""
    tap = patient.tap(Token.CARD)
    patient.accept(_certificate(tap), tap.token)
    surface = _genuine_surface(patient, tap)
    check = patient.ask(AskStaff(surface.photo if surface else b""))
    if check is None:
        raise WayFailed(_NO_ANSWER)
    if not all(word.strip() and is_text(word) for word in (check.staff, check.reason)):
        raise WayFailed(_STAFF_NAMELESS)
    patient.note(
        "visual check",
        staff=check.staff,
        reason=check.reason,
        compared_with=check.compared_with,
        is_match=check.is_same,
    )
    if not check.is_same:
        raise Refused(Outcome.NOT_IDENTIFIED, _SOMEBODY_ELSE)


def _certificate(tap: Tap) -> Certificate:
    if tap.certificate is None:  # a card that guards its certificate as Android does
        raise PinRequired
    return tap.certificate


def _ask_pin(patient: Patient, tries_left: int | None) -> str:
    """Four digits.

    Raises:
        WayFailed: the holder does not enter them.
    """
    for _ in range(_MOST_ANSWERS):
        pin = patient.ask(AskPin(tries_left))
        if pin is None:
            break
        if len(pin) == 4 and pin.isascii() and pin.isdigit():
            return pin
        patient.tell(_FOUR_DIGITS)
    raise WayFailed(_NO_ANSWER)


def _show_pin(patient: Patient, jpki: JpkiSession, pin: str | None = None) -> None:
    """Show the PIN to the token: each that the holder enters once, after the tries left were read.

    `pin`: one that was entered before the token came.
    """
    while True:
        patient.begin("pin")
        tries_left = _tries_left(patient, jpki)
        is_last = tries_left == 1
        if is_last and not patient.ask(AskLastTry()):
            raise WayFailed(_NO_ANSWER)
        pin = pin or _ask_pin(patient, tries_left)
        try:
            jpki.verify_pin(pin, with_last_try=is_last)
        except WrongPin as error:
            pin = None
            patient.note("pin", error="wrong", tries_left=error.tries_left)
            patient.tell(_wrong(error.tries_left))
        except PinBlocked as error:
            patient.note("pin", error="blocked", tries_left=0)
            patient.has_pin = False
            raise WayFailed(text_of(error)) from None
        else:
            patient.note("pin")
            return


def _tries_left(patient: Patient, jpki: JpkiSession) -> int:
    try:
        return jpki.pin_tries_left()
    except (PinBlocked, PinAbsent) as error:
        patient.note("pin", error="none to be used", tries_left=0)
        patient.has_pin = False
        raise WayFailed(text_of(error)) from None


def _prove_by_signature(patient: Patient, tap: Tap) -> None:
    """The key of the certificate signs the caller's challenge.

    Raises:
        Refused: it is another key.
    """
    visit = patient.visit
    patient.begin("signature")
    signature = tap.jpki.sign(visit.challenge)
    patient.begin("verification")
    if not _certificate(tap).verifies(signature, visit.challenge):
        patient.note("signature", error="not by the key of the certificate")
        raise Refused(Outcome.NOT_GENUINE, _COPY)
    visit.signature, visit.proof = signature, Proof.SIGNATURE
    patient.note("signature")


def _genuine_surface(patient: Patient, tap: Tap) -> Surface | None:
    """The record of the card's face, of a chip proved genuine; None where nobody has its code.

    Raises:
        Refused: it is a copy.
    """
    if patient.surface is None:
        patient.begin("surface")
        session = FaceSurfaceSession(tap.card)
        if not _show_code_b(patient, session):
            return None
        patient.begin("surface")
        surface = session.surface()
        try:
            session.prove_genuine(surface, patient.anchors.cv_keys)
        except NotGenuine as error:
            patient.note("surface", is_genuine=False, error=error.reason.name.lower())
            raise Refused(Outcome.NOT_GENUINE, _COPY) from error
        patient.visit.proof = Proof.INTERNAL_AUTHENTICATION
        patient.surface = surface
        patient.note("surface", is_genuine=True)
    return patient.surface


def _show_code_b(patient: Patient, session: FaceSurfaceSession) -> bool:
    """False where nobody enters it, or the card does not take it any more."""
    for _ in range(_MOST_ANSWERS):
        code = patient.ask(AskCodeB())
        if code is None:
            return False
        try:
            session.verify_code_b(code)
        except ValueError:
            patient.tell(_FOURTEEN_DIGITS)
        except WrongCode as error:
            patient.note("code", error="wrong", tries_left=error.tries_left)
            patient.tell(text_of(error))
        except (CodeBlocked, FewTriesLeft) as error:
            patient.note("code", error="too few tries left")
            patient.tell(text_of(error))
            return False
        else:
            return True
    return False


def _compare(patient: Patient, faces: Faces, photo: bytes) -> None:
    """Frames until one shows the face of the photo.

    Raises:
        WayFailed: none does, or nothing can be compared.
    """
    for _ in range(_MOST_FRAMES):
        if faces.attempts.wait_s:
            raise WayFailed(_FACE_PAUSE)
        frame = patient.ask(AskFrame())
        if frame is None:
            raise WayFailed(_NO_ANSWER)
        patient.begin("face")
        try:
            found = faces.matcher.compare(photo, frame)
        except PhotoUnusable as error:
            patient.has_photo = False
            raise WayFailed(text_of(error)) from error
        if isinstance(found, FrameProblem):
            patient.note("face", error=found.name.lower())
            patient.tell(found.text)
            continue
        faces.attempts.count(is_match=found.is_match)
        patient.note("face", score=found.score, threshold=found.threshold, is_match=found.is_match)
        if found.is_match:
            return
        patient.tell(_NOT_THE_FACE)
    raise WayFailed(_NOT_THE_FACE)


def _wrong(tries_left: int) -> Text:
    return Text(
        f"暗証番号がちがいます。あと{tries_left}回入力できます。",
        f"Wrong PIN, {tries_left} tries left.",
    )


RUNS: Mapping[Way, Callable[[Patient, Faces | FaceNotAvailable], None]] = {
    Way.FACE: by_face,
    Way.PIN: lambda patient, _faces: by_pin(patient),
    Way.VISUAL: lambda patient, _faces: by_visual_check(patient),
    Way.ANDROID: lambda patient, _faces: by_android(patient),
    Way.IPHONE: lambda patient, _faces: by_iphone(patient),
}
