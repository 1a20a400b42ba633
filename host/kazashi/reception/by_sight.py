"""Ways by sight: the camera, or the staff, compare the person with the photo in the chip.

Without a PIN only an approved verifier's component may ask the card for a signature (公的個人認証法
38条の2). Here the record of the card's face is proved to be its issuer's, and its chip no copy.
"""

from kazashi.cards.errors import (
    CardStatus,
    CodeBlocked,
    Doubt,
    FewTriesLeft,
    MalformedFile,
    NotGenuine,
    SurfaceAbsent,
    WrongCode,
)
from kazashi.cards.face_surface import FaceSurfaceSession
from kazashi.cards.surface import Surface
from kazashi.reception.by_key import certificate_of
from kazashi.reception.desk import AskCodeB, AskFrame, AskStaff, StaffCheck
from kazashi.reception.face.matching import FaceNotAvailable, FrameProblem, PhotoUnusable
from kazashi.reception.failures import Refused, WayFailed
from kazashi.reception.patient import Patient, Tap
from kazashi.reception.place import Faces
from kazashi.reception.profiles import Token
from kazashi.reception.texts import NO_ANSWER, NOT_GENUINE, Text, text_of
from kazashi.reception.typed import required
from kazashi.reception.visit import Outcome, Proof

_MOST_ANSWERS = 3  # that make no sense, until something else is offered
_MOST_FRAMES = 10

_FOURTEEN_DIGITS = Text("十四けたの数字を入力してください。", "The code has fourteen digits.")
_NO_CODE = Text(
    "カードの表の番号を確認できませんでした。", "The code was not entered, or is wrong."
)
_NO_PHOTO = Text("このカードには顔写真がありません。", "This card has no photo.")
_NOT_THE_FACE = Text("顔を照合できませんでした。", "The face does not match the photo.")
_NO_COMPARISON = Text("顔認証が止まりました。", "Face matching has failed.")
_FACE_PAUSE = Text(
    "顔認証は、しばらくお待ちください。", "Face matching pauses after too many failures."
)
_SOMEBODY_ELSE = Text("ご本人と確認できませんでした。", "The staff say that this is somebody else.")
_NOT_PROVED = Text(
    "カードの顔写真の発行元を確認できません。",
    "The issuer of the photo in the chip is not configured.",
)


def by_face(patient: Patient) -> None:
    """Certificate, photo from the chip, chip proved genuine, camera compared with the photo."""
    faces = patient.place.faces
    if isinstance(faces, FaceNotAvailable):
        patient.can_use_face = False
        raise WayFailed(text_of(faces))
    if faces.attempts.wait_s:
        raise WayFailed(_FACE_PAUSE)
    tap = patient.tap(Token.CARD)
    patient.accept(certificate_of(tap), tap.token)
    surface = _genuine_surface(patient, tap)
    if surface is None:
        raise WayFailed(_NO_CODE)
    if not surface.photo:
        patient.can_use_face = False
        raise WayFailed(_NO_PHOTO)
    _compare(patient, faces, surface.photo)


def by_visual_check(patient: Patient) -> None:
    """Staff compare the person with the photo in the chip, or with the card in their hand."""
    tap = patient.tap(Token.CARD)
    patient.accept(certificate_of(tap), tap.token)
    surface = _surface_to_look_at(patient, tap)
    question = AskStaff(surface.photo if surface else b"")
    check = patient.ask_checked(question, _signed_by_staff)
    if check is None:
        raise WayFailed(NO_ANSWER)
    patient.visit.staff, patient.visit.reason = check.staff, check.reason
    patient.note(
        "visual check",
        staff=check.staff,
        reason=check.reason,
        compared_with="photo" if surface else "card",
        is_match=check.is_same,
    )
    if not check.is_same:
        raise Refused(Outcome.NOT_IDENTIFIED, _SOMEBODY_ELSE)


def _surface_to_look_at(patient: Patient, tap: Tap) -> Surface | None:
    """None where the card in the hand is all that there is to compare with."""
    try:
        return _genuine_surface(patient, tap)
    except WayFailed as failure:
        patient.tell(failure.reason)
    except (CardStatus, MalformedFile, SurfaceAbsent) as error:
        patient.note("surface", error=type(error).__name__)
    return None


def _signed_by_staff(check: StaffCheck) -> StaffCheck:
    """Mistyped: without a name or a reason there is no check."""
    staff, reason = required("staff", check.staff), required("reason", check.reason)
    return StaffCheck(staff, reason, check.is_same)


def _genuine_surface(patient: Patient, tap: Tap) -> Surface | None:
    """The record of the card's face, of a chip proved genuine.

    None where nobody has its code.

    Raises:
        WayFailed: its issuer is none that is configured, or its code is blocked.
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
            session.prove_genuine(surface, patient.place.anchors.cv_keys)
        except NotGenuine as error:
            patient.note("surface", is_genuine=False, error=error.reason.name.lower())
            if error.reason is Doubt.UNKNOWN_ISSUER:  # of a card whose certificate we trust
                raise WayFailed(_NOT_PROVED) from error
            raise Refused(Outcome.NOT_GENUINE, NOT_GENUINE) from error
        patient.visit.proof = Proof.INTERNAL_AUTHENTICATION
        patient.surface = surface
        patient.note("surface", is_genuine=True)
    return patient.surface


def _show_code_b(patient: Patient, session: FaceSurfaceSession) -> bool:
    """False where nobody enters it.

    Raises:
        WayFailed: the card does not take it any more.
    """
    for _ in range(_MOST_ANSWERS):
        try:
            session.code_b_tries_left()
        except CodeBlocked as error:
            patient.note("code", error="blocked")
            raise WayFailed(text_of(error)) from None
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
            raise WayFailed(text_of(error)) from None
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
            raise WayFailed(NO_ANSWER)
        patient.begin("face")
        try:
            found = faces.matcher.compare(photo, frame)
        except PhotoUnusable as error:
            patient.can_use_face = False
            raise WayFailed(text_of(error)) from error
        except Exception as error:  # anybody's engine
            patient.note("face", error=type(error).__name__)
            patient.can_use_face = False
            raise WayFailed(_NO_COMPARISON) from error
        if isinstance(found, FrameProblem):
            patient.note("face", error=found.name.lower())
            patient.tell(found.text)
            continue
        faces.attempts.count(is_match=found.is_match)
        score, threshold = float(found.score), float(found.threshold)
        patient.note("face", score=score, threshold=threshold, is_match=found.is_match)
        if found.is_match:
            return
        patient.tell(_NOT_THE_FACE)
    raise WayFailed(_NOT_THE_FACE)
