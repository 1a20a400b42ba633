"""Ways by sight: the camera, or the staff, compare the person with a photo.

Without a PIN only an approved verifier's component may ask the card for a signature (公的個人認証法
38条の2). Here the record of the card's face is proved to be its issuer's, and its chip no copy:
nothing ties that chip to the certificate, so it proves a face and no more.
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
from kazashi.keeper import looked_after
from kazashi.reception.by_key import certificate_of
from kazashi.reception.face.matching import Compared, FaceNotAvailable, FrameProblem, PhotoUnusable
from kazashi.reception.face.presence import SeesTurns, Turn
from kazashi.reception.front.reading import ReadsFront
from kazashi.reception.on_reader import Patient, Tap
from kazashi.reception.passcode import PasscodePaused
from kazashi.reception.people import (
    AskFrame,
    AskFront,
    AskPasscode,
    AskStaff,
    AskTurn,
    StaffCheck,
)
from kazashi.reception.place import Faces
from kazashi.reception.rules import CodeB, Proof, Token
from kazashi.reception.texts import Message
from kazashi.reception.typed import required
from kazashi.reception.visit import Failure, Follows, Reason

_MOST_ANSWERS = 3  # that are wrong, until something else is offered
_MOST_PASSCODES = 10  # typed, those of a pause included
_MOST_FRAMES = 10
_MOST_TURNS = 3  # of the head
_MOST_FRONTS = 5  # pictures of a card's front; two of them must say the same


def by_face(patient: Patient, token: Token) -> None:
    """Certificate, photo from the chip, chip proved genuine, camera compared with the photo."""
    faces = patient.place.faces
    if isinstance(faces, FaceNotAvailable):
        raise Failure(Reason.FACE_NOT_AVAILABLE, faces)
    if faces.attempts.wait_s:
        raise Failure(Reason.FACE_PAUSE)
    tap = patient.tap(token)
    patient.accept(certificate_of(tap), token)
    surface = _genuine_surface(patient, tap)
    if not surface.photo:
        raise Failure(Reason.NO_PHOTO)
    _compare(patient, faces, surface.photo)


def by_visual_check(patient: Patient, token: Token) -> None:
    """Staff compare the person with the card in their hand, or with the photo in the chip."""
    tap = patient.tap(token)
    patient.accept(certificate_of(tap), token)
    _let_staff_in(patient)
    surface = _surface_to_look_at(patient, tap)
    question = AskStaff(surface.photo if surface else b"")
    check = patient.need(question, _signed_by_staff)
    patient.visit.staff, patient.visit.reason = check.staff, check.reason
    patient.note(
        "visual check",
        staff=check.staff,
        reason=check.reason,
        compared_with="photo" if surface else "card",
        is_match=check.is_same,
    )
    if not check.is_same:
        raise Failure(Reason.SOMEBODY_ELSE)


def _let_staff_in(patient: Patient) -> None:
    """The site's passcode opens one visual check, for this patient. One of a pause is no try.

    Raises:
        Failure: there is none, or it was not entered.
    """
    passcode = patient.place.passcode
    if passcode is None:
        raise Failure(Reason.NO_PASSCODE)
    wrong = 0
    for _ in range(_MOST_PASSCODES):
        typed = patient.need(AskPasscode())
        try:
            is_right = passcode.check(typed)
        except PasscodePaused as error:
            patient.note("passcode", error="paused")
            patient.tell(Message.of(error))
            continue
        if is_right:
            patient.note("passcode")
            return
        patient.note("passcode", error="wrong")
        patient.tell(Message("passcode.wrong"))
        wrong += 1
        if wrong == _MOST_ANSWERS:
            break
    raise Failure(Reason.PASSCODE_WRONG)


def _surface_to_look_at(patient: Patient, tap: Tap) -> Surface | None:
    """None if the card in the hand is all that there is to compare with."""
    place = patient.place
    if not place.photo_from_chip or place.code_b is CodeB.NONE:
        return None
    try:
        return _genuine_surface(patient, tap)
    except Failure as failure:
        if failure.follows is not Follows.ANOTHER_WAY:
            raise
        patient.tell(failure.message)
    except (CardStatus, MalformedFile, SurfaceAbsent) as error:
        patient.note("surface", error=type(error).__name__)
    return None


def _signed_by_staff(check: StaffCheck) -> StaffCheck:
    """Mistyped: without a name or a reason there is no check."""
    staff, reason = required("staff", check.staff), required("reason", check.reason)
    return StaffCheck(staff, reason, check.is_same)


def _genuine_surface(patient: Patient, tap: Tap) -> Surface:
    """The record of the card's face, of a chip proved genuine.

    Raises:
        Failure: its code was not entered, or its issuer is none that is configured; FALLBACK: it
            is a copy.
    """
    if patient.surface is None:
        patient.begin("surface")
        session = FaceSurfaceSession(tap.card)
        _show_code_b(patient, session)
        patient.begin("surface")
        surface = session.surface()
        try:
            session.prove_genuine(surface, patient.place.anchors.cv_keys)
        except NotGenuine as error:
            patient.note("surface", is_genuine=False, error=error.reason.name.lower())
            if error.reason is Doubt.UNKNOWN_ISSUER:  # of a card whose certificate we trust
                raise Failure(Reason.PHOTO_UNPROVED) from error
            raise Failure(Reason.NOT_GENUINE) from error
        patient.visit.proof = Proof.INTERNAL_AUTHENTICATION
        patient.surface = surface
        patient.note("surface", is_genuine=True)
    return patient.surface


def _show_code_b(patient: Patient, session: FaceSurfaceSession) -> None:
    """Raises Failure: it was not entered, or the card does not take it any more."""
    for _ in range(_MOST_ANSWERS):
        try:
            session.code_b_tries_left()
            code = patient.code_b or _code_on_front(patient) or patient.ask_code_b()
            if code is None:
                break
            session.verify_code_b(code)
            patient.may_read_front = True
            return
        except WrongCode as error:
            patient.code_b = ""
            patient.note("code", error="wrong", tries_left=error.tries_left)
            patient.tell(Message.of(error))
        except (CodeBlocked, FewTriesLeft) as error:
            is_blocked = isinstance(error, CodeBlocked)
            patient.note("code", error="blocked" if is_blocked else "too few tries left")
            raise Failure(Reason.CODE_BLOCKED, error) from None
    raise Failure(Reason.CODE_WRONG)


def _code_on_front(patient: Patient) -> str | None:
    """照合番号B as a camera above the card reads it, twice the same; None: it is to be typed.

    A wrong one costs a try of the few that the card gives: once in a visit the camera may be wrong.
    """
    front = patient.place.front
    if front is None or not patient.may_read_front:
        return None
    code = _seen_twice(patient, front)
    patient.may_read_front = False
    patient.note("front", is_read=code is not None)
    return code


def _seen_twice(patient: Patient, front: ReadsFront) -> str | None:
    seen = set[str]()
    for _ in range(_MOST_FRONTS):
        frame = patient.ask(AskFront())
        if frame is None:
            break
        patient.begin("front")
        code = _read(patient, front, frame)
        if code in seen:
            return code
        seen |= {code} if code else set()
    return None


def _read(patient: Patient, front: ReadsFront, frame: bytes) -> str | None:
    try:
        with looked_after(patient.card):  # it may take seconds
            return front.code_b(frame)
    except Exception as error:  # of any engine
        patient.note("front", error=type(error).__name__)
        return None


def _compare(patient: Patient, faces: Faces, photo: bytes) -> None:
    """Frames until one shows the face of the photo.

    Raises:
        Failure: none does, or nothing can be compared.
    """
    for _ in range(_MOST_FRAMES):
        if faces.attempts.wait_s:
            raise Failure(Reason.FACE_PAUSE)
        frame = patient.need(AskFrame())
        patient.begin("face")
        found = _compared(patient, faces, photo, frame)
        if isinstance(found, FrameProblem):
            patient.note("face", error=found.name.lower())
            patient.tell(found.message)
            continue
        faces.attempts.count(is_match=found.is_match)
        patient.note("face", score=found.score, threshold=found.threshold, is_match=found.is_match)
        if found.is_match:
            if faces.turns:
                _see_turn(patient, faces.turns, frame)
            return
        patient.tell(Reason.OTHER_FACE.message)
    raise Failure(Reason.OTHER_FACE)


def _compared(
    patient: Patient, faces: Faces, photo: bytes, frame: bytes
) -> Compared | FrameProblem:
    """Raises Failure: the photo cannot be used, or the engine failed."""
    try:
        found = faces.matcher.compare(photo, frame)
        if isinstance(found, FrameProblem):
            return found
        if not found.is_usable:
            raise ValueError("a score that is no number")
        return Compared(float(found.score), float(found.threshold))
    except PhotoUnusable as error:
        raise Failure(Reason.PHOTO_UNUSABLE, error) from error
    except FaceNotAvailable as error:  # its models are opened at the first face
        raise Failure(Reason.FACE_NOT_AVAILABLE, error) from error
    except Exception as error:  # of any engine
        patient.note("face", error=type(error).__name__)
        raise Failure(Reason.NO_COMPARISON) from error


def _see_turn(patient: Patient, turns: SeesTurns, frame: bytes) -> None:
    """The presence check: the head is turned as asked.

    Raises:
        Failure: it was not, or the engine failed.
    """
    before = _turned(patient, turns, frame)
    for _ in range(_MOST_TURNS):
        turn = Turn.any()
        after = _turned(patient, turns, patient.need(AskTurn(turn)))
        if isinstance(after, FrameProblem):
            patient.tell(after.message)
        elif not isinstance(before, FrameProblem) and turn.is_seen(before, after):
            patient.note("turn", is_match=True)
            return
        else:
            patient.tell(Reason.NO_TURN.message)
    patient.note("turn", is_match=False)
    raise Failure(Reason.NO_TURN)


def _turned(patient: Patient, turns: SeesTurns, frame: bytes) -> float | FrameProblem:
    patient.begin("face")
    try:
        return turns.turned(frame)
    except Exception as error:  # of any engine
        patient.note("turn", error=type(error).__name__)
        raise Failure(Reason.NO_COMPARISON) from error
