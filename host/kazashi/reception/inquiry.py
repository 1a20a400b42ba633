"""What the centre is asked about a patient: after their consent, and later where it is down."""

import secrets
from dataclasses import replace

from kazashi.cards.input_support import InputSupportSession
from kazashi.cards.surface import FourItems
from kazashi.errors import ReaderError
from kazashi.reception.anchors import TEST_MARK
from kazashi.reception.consents import Consents
from kazashi.reception.desk import (
    AskCodeB,
    AskConsents,
    AskFourItems,
    AskItemsPin,
    AskPrescription,
)
from kazashi.reception.eligibility import (
    REFERENCE_SIZE,
    CentreError,
    Eligibility,
    Identified,
    Request,
    answer_of,
)
from kazashi.reception.journal.facts import is_word
from kazashi.reception.paper import CertificatePaper
from kazashi.reception.patient import Patient
from kazashi.reception.profiles import Token, Way
from kazashi.reception.texts import Text, text_of
from kazashi.reception.typed import required
from kazashi.reception.visit import Outcome

_NO_REFERENCE = "none"

_LATER = Text(
    "いま資格を確認できないため、氏名などを預かり、あとで確認します。",
    "Eligibility cannot be confirmed now: name and address are kept, it is asked for later.",
)


def ask_consents(patient: Patient) -> None:
    """What the profile asks for, and the certificate allows. Silence is no consent."""
    place, visit = patient.place, patient.visit
    patient.begin("consents")
    items = place.profile.items_for(visit.validity) if visit.validity else ()
    if place.profile.is_emergency:
        visit.consents = Consents.hard_to_obtain(items)
    elif items:
        agreed = patient.ask(AskConsents(items)) or ()
        offered = [item for item in items if item in agreed]
        visit.consents = Consents.record(items, offered, place.now(), lasts=place.consents_last)
    patient.note_each("consent", [consent.to_facts() for consent in visit.consents.items])
    if place.profile.asks_prescription:
        visit.prescription = patient.ask(AskPrescription())
        if visit.prescription:
            patient.note("prescription", prescription=visit.prescription.name.lower())


def ask_centre(patient: Patient, about: Identified | CertificatePaper) -> None:
    """Eligibility; where the centre does not answer, the visit is held until it does."""
    visit = patient.visit
    patient.begin("eligibility")
    reference = secrets.token_hex(REFERENCE_SIZE)
    request = Request(reference, about)
    if isinstance(about, Identified):
        request = Request(reference, about, visit.consents, visit.prescription)
    try:
        answer = answer_of(patient.place.centre, request)
    except CentreError as error:
        patient.note("eligibility", reference=reference, error=type(error).__name__)
        patient.tell(text_of(error))
        if _hold(patient, type(error).__name__):
            visit.outcome = Outcome.HELD
        elif visit.outcome is Outcome.INTERRUPTED:  # nothing else has come of it
            visit.outcome = Outcome.NOT_ANSWERED
    else:
        take_answer(patient, answer)


def take_answer(patient: Patient, answer: Eligibility) -> None:
    """Keep and tell it, a simulated one as what it is."""
    patient.visit.eligibility = answer
    patient.visit.outcome = Outcome.CHECKED_IN
    patient.note(
        "eligibility",
        reference=answer.reference if is_word(answer.reference) else _NO_REFERENCE,
        eligibility=answer.standing.name.lower(),
        is_test=answer.is_simulated,
    )
    text, mark = answer.standing.text, TEST_MARK if answer.is_simulated else ""
    patient.tell(Text(mark + text.ja, mark + text.en))


def _hold(patient: Patient, reason: str) -> bool:
    """Outage mode: name, address, birth and sex are kept, from the chip, or as staff type them."""
    if not patient.can_hold:
        return False
    patient.tell(_LATER)
    items = _items_of_chip(patient)
    if items is None:
        items = patient.ask_checked(AskFourItems(), _without_my_number)
    return items is not None and patient.hold(items, reason)


def _without_my_number(items: FourItems) -> FourItems:
    """As staff typed them. Mistyped: there is one among them, or nothing."""
    name, address = required("name", items.name), required("address", items.address)
    return replace(items, name=name, address=address)


def _items_of_chip(patient: Patient) -> FourItems | None:
    """None if card or reader are gone, it is a phone, or no code is shown: one attempt.

    Nor of a card from before the fall-backs: it may be somebody else's.
    """
    if patient.visit.token is not Token.CARD or patient.visit.fallback:
        return None
    patient.begin("four items")
    try:
        card = patient.same_card()
        if card is None:
            return None
        session = InputSupportSession(card)
        if not (_show_pin if patient.visit.way is Way.PIN else _show_code_b)(patient, session):
            return None
        return session.four_items()
    except (ReaderError, ValueError) as error:
        patient.note("four items", error=type(error).__name__)
        if isinstance(error, ReaderError):
            patient.tell(text_of(error))
        return None


def _show_pin(patient: Patient, session: InputSupportSession) -> bool:
    """Never the last try: typing costs none."""
    tries_left = session.pin_tries_left()
    has_more = tries_left is None or tries_left > 1
    pin = patient.ask(AskItemsPin(tries_left)) if has_more else None
    if pin is not None:
        session.verify_pin(pin)
    return pin is not None


def _show_code_b(patient: Patient, session: InputSupportSession) -> bool:
    code = patient.ask(AskCodeB())
    if code is not None:
        session.verify_code_b(code)
    return code is not None
