"""Ways by the key of the certificate, which signs the challenge: after a PIN, or on the phone."""

from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import PinAbsent, PinBlocked, PinRequired, WrongPin
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import ReaderError
from kazashi.reception.on_reader import Patient, Tap
from kazashi.reception.people import AskLastTry, AskPin
from kazashi.reception.rules import Proof, Token
from kazashi.reception.texts import Message
from kazashi.reception.typed import four_digits
from kazashi.reception.visit import Failure, Reason

_MOST_PINS = 5  # a card that counts has blocked its PIN before


def by_pin(patient: Patient, token: Token) -> None:
    """The 4-digit PIN, then the signature.

    A card's certificate is read before. A phone guards it: its PIN comes first, then the phone.
    """
    if token.is_phone and patient.card is None and not patient.pin:
        patient.pin = patient.need(AskPin(None, token), four_digits)
    tap = patient.tap(token)
    if not token.is_phone:
        patient.accept(certificate_of(tap), token)
    pin, patient.pin = patient.pin, ""  # for one phone, once
    _show_pin(patient, tap, pin)
    if token.is_phone:
        patient.begin("certificate")
        tap.certificate = Certificate.parse(tap.jpki.authentication_certificate())
        patient.accept(tap.certificate, token)
    _prove_by_signature(patient, tap)


def on_phone(patient: Patient, token: Token) -> None:
    """The holder has confirmed on the phone, by face or finger: no PIN here."""
    tap = patient.tap(token)
    patient.accept(certificate_of(tap), token)
    _prove_by_signature(patient, tap)


def certificate_of(tap: Tap) -> Certificate:
    """What was read as the card was found.

    Raises:
        PinRequired: it guards its certificate, as Android does.
    """
    if tap.certificate is None:
        raise PinRequired
    return tap.certificate


def _show_pin(patient: Patient, tap: Tap, pin: str) -> None:
    """Show the PIN to the token: each that the holder enters once, after the tries left were read.

    `pin`: one that was entered before the token came.

    Raises:
        Failure: none of them is right, or the holder enters none.
    """
    for _ in range(_MOST_PINS):
        patient.begin("pin")
        tries_left = _tries_left(patient, tap.jpki)
        is_last = tries_left == 1
        if is_last and not patient.ask(AskLastTry()):
            raise Failure(Reason.LAST_TRY_KEPT)
        pin = pin or patient.need(AskPin(tries_left, tap.token), four_digits)
        try:
            tap.jpki.verify_pin(pin, with_last_try=is_last)
        except WrongPin as error:
            pin = ""
            patient.note("pin", error="wrong", tries_left=error.tries_left)
            patient.tell(Message.of(error))
        except PinBlocked as error:
            patient.note("pin", error="blocked", tries_left=0)
            raise Failure(Reason.PIN_LOCKED, error) from None
        else:
            patient.note("pin")
            return
    raise Failure(Reason.PIN_WRONG)


def _tries_left(patient: Patient, jpki: JpkiSession) -> int | None:
    try:
        return jpki.pin_tries_left()
    except (PinBlocked, PinAbsent) as error:
        reason = Reason.NO_PIN if isinstance(error, PinAbsent) else Reason.PIN_LOCKED
        patient.note("pin", error=reason, tries_left=0)
        raise Failure(reason, error) from None


def _prove_by_signature(patient: Patient, tap: Tap) -> None:
    """The key of the certificate signs the caller's challenge; a phone is told that this was all.

    Raises:
        Failure: it is another key.
    """
    visit = patient.visit
    patient.begin("signature")
    signature = tap.jpki.sign(visit.challenge)
    patient.begin("verification")
    if not certificate_of(tap).verifies(signature, visit.challenge):
        patient.note("signature", error="not by the key of the certificate")
        raise Failure(Reason.NOT_GENUINE)
    visit.signature, visit.proof = signature, Proof.SIGNATURE
    patient.note("signature", proof=visit.proof)
    if tap.token.is_phone:
        _finish(patient, tap)


def _finish(patient: Patient, tap: Tap) -> None:
    """What the phone says to the closing command changes nothing."""
    try:
        tap.jpki.finish()
    except ReaderError as error:
        patient.note("finish", error=type(error).__name__)
