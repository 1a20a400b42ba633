"""Ways by the key of the certificate: the 4-digit PIN, or a phone. It signs the challenge."""

from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import PinAbsent, PinBlocked, PinRequired, WrongPin
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import ReaderError
from kazashi.reception.desk import AskLastTry, AskPin
from kazashi.reception.failures import Refused, WayFailed
from kazashi.reception.patient import Patient, Tap
from kazashi.reception.profiles import Token
from kazashi.reception.texts import NO_ANSWER, NOT_GENUINE, Text, text_of
from kazashi.reception.visit import Outcome, Proof

_MOST_ANSWERS = 3  # that make no sense, until something else is offered
_MOST_PINS = 5  # a card that counts has blocked its PIN before

_WRONG_PINS = Text("暗証番号を確認できませんでした。", "The PIN was wrong too often.")
_FOUR_DIGITS = Text("暗証番号は四けたの数字です。", "The PIN has four digits.")
_LAST_TRY_KEPT = Text("暗証番号を使わずに進みます。", "Going on without the PIN.")


def by_pin(patient: Patient) -> None:
    """Certificate, 4-digit PIN, signature."""
    tap = patient.tap(Token.CARD)
    patient.accept(certificate_of(tap), tap.token)
    _show_pin(patient, tap.jpki)
    _prove_by_signature(patient, tap)


def by_android(patient: Patient) -> None:
    """The PIN comes first, on the reader; then the phone, its certificate, its signature."""
    if patient.card is None and not patient.pin:
        patient.pin = _ask_pin(patient, None)
    tap = patient.tap(Token.ANDROID)
    pin, patient.pin = patient.pin, ""  # for one phone, once
    _show_pin(patient, tap.jpki, pin)
    patient.begin("certificate")
    tap.certificate = Certificate.parse(tap.jpki.authentication_certificate())
    patient.accept(tap.certificate, tap.token)
    _prove_by_signature(patient, tap)
    _finish(patient, tap)


def by_iphone(patient: Patient) -> None:
    """The holder has confirmed on the phone: no PIN here, and a closing command."""
    tap = patient.tap(Token.IPHONE)
    patient.accept(certificate_of(tap), tap.token)
    _prove_by_signature(patient, tap)
    _finish(patient, tap)


def certificate_of(tap: Tap) -> Certificate:
    """What was read as the card was found.

    Raises:
        PinRequired: it guards its certificate, as Android does.
    """
    if tap.certificate is None:
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
    raise WayFailed(NO_ANSWER)


def _show_pin(patient: Patient, jpki: JpkiSession, pin: str = "") -> None:
    """Show the PIN to the token: each that the holder enters once, after the tries left were read.

    `pin`: one that was entered before the token came.

    Raises:
        WayFailed: none of them is right, or the holder enters none.
    """
    for _ in range(_MOST_PINS):
        patient.begin("pin")
        tries_left = _tries_left(patient, jpki)
        is_last = tries_left == 1
        if is_last and not patient.ask(AskLastTry()):
            raise WayFailed(_LAST_TRY_KEPT)
        pin = pin or _ask_pin(patient, tries_left)
        try:
            jpki.verify_pin(pin, with_last_try=is_last)
        except WrongPin as error:
            pin = ""
            patient.note("pin", error="wrong", tries_left=error.tries_left)
            patient.tell(text_of(error))
        except PinBlocked as error:
            patient.note("pin", error="blocked", tries_left=0)
            patient.can_use_pin = False
            raise WayFailed(text_of(error)) from None
        else:
            patient.note("pin")
            return
    raise WayFailed(_WRONG_PINS)


def _tries_left(patient: Patient, jpki: JpkiSession) -> int | None:
    try:
        return jpki.pin_tries_left()
    except (PinBlocked, PinAbsent) as error:
        patient.note("pin", error="none to be used", tries_left=0)
        patient.can_use_pin = False
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
    if not certificate_of(tap).verifies(signature, visit.challenge):
        patient.note("signature", error="not by the key of the certificate")
        raise Refused(Outcome.NOT_GENUINE, NOT_GENUINE)
    visit.signature, visit.proof = signature, Proof.SIGNATURE
    patient.note("signature")


def _finish(patient: Patient, tap: Tap) -> None:
    """The phone is told that nothing more comes. What it says to that changes nothing."""
    try:
        tap.jpki.finish()
    except ReaderError as error:
        patient.note("finish", error=type(error).__name__)
