"""What the centre is asked about a patient: after their consent, and later where it is down."""

import secrets
from datetime import timedelta

from kazashi.cards.input_support import InputSupportSession
from kazashi.cards.surface import FourItems
from kazashi.errors import CardError
from kazashi.reception.certificate_paper import CertificatePaper
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
    Centre,
    CentreError,
    Identified,
    Request,
)
from kazashi.reception.patient import Patient
from kazashi.reception.profiles import Token, Way
from kazashi.reception.texts import Text, text_of
from kazashi.reception.visit import Outcome

_LATER = Text(
    "いま資格を確認できないため、氏名などを預かり、あとで確認します。",
    "Eligibility cannot be confirmed now: name and address are kept, it is asked for later.",
)


def ask_consents(patient: Patient, last: timedelta) -> None:
    """What the profile asks for, and the certificate allows. Silence is no consent."""
    visit, profile = patient.visit, patient.profile
    patient.begin("consents")
    items = profile.items_for(visit.validity) if visit.validity else ()
    if profile.is_emergency:
        visit.consents = Consents.hard_to_obtain(items)
    elif items:
        agreed = patient.ask(AskConsents(items))
        visit.consents = Consents.record(items, agreed, patient.now(), lasts=last)
    patient.note_each("consent", [consent.to_facts() for consent in visit.consents.items])
    if profile.asks_prescription:
        visit.prescription = patient.ask(AskPrescription())
        if visit.prescription:
            patient.note("prescription", prescription=visit.prescription.name.lower())


def ask_centre(patient: Patient, centre: Centre, about: Identified | CertificatePaper) -> None:
    """Eligibility; where the centre does not answer, the visit is held until it does."""
    visit = patient.visit
    patient.begin("eligibility")
    reference = secrets.token_hex(REFERENCE_SIZE)
    request = Request(reference, about, visit.consents, visit.prescription)
    try:
        visit.eligibility = centre.ask(request)
    except CentreError as error:
        patient.note("eligibility", reference=reference, error=type(error).__name__)
        patient.tell(text_of(error))
        hold(patient, type(error).__name__)
        return
    visit.outcome = Outcome.CHECKED_IN
    standing = visit.eligibility.standing
    patient.note("eligibility", reference=reference, eligibility=standing.name.lower())
    patient.tell(standing.text)


def hold(patient: Patient, reason: str) -> None:
    """Outage mode: name, address, birth and sex are kept, from the chip, or as staff type them."""
    patient.tell(_LATER)
    items = _items_of_chip(patient) or patient.ask(AskFourItems())
    is_held = items is not None and patient.hold(items, reason)
    patient.visit.outcome = Outcome.HELD if is_held else Outcome.NOT_ANSWERED


def _items_of_chip(patient: Patient) -> FourItems | None:
    """None where the card is gone, is a phone, or its code is not shown: one attempt."""
    if patient.card is None or patient.visit.token is not Token.CARD:
        return None
    patient.begin("four items")
    try:
        session = InputSupportSession(patient.card)
        if patient.visit.way is Way.PIN:
            pin = patient.ask(AskItemsPin(session.pin_tries_left()))
            if pin is None:
                return None
            session.verify_pin(pin)
        else:
            code = patient.ask(AskCodeB())
            if code is None:
                return None
            session.verify_code_b(code)
        return session.four_items()
    except (CardError, ValueError) as error:
        patient.note("four items", error=type(error).__name__)
        if isinstance(error, CardError):
            patient.tell(text_of(error))
        return None
