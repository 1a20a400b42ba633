"""Network or centre down: the patient is held with their four items, from the chip or typed.

Source: システム障害時モード (wic-net 10145/8; kyotoihou ?p=14265). outage.py asks about them later.
"""

from dataclasses import replace

from kazashi.cards.input_support import InputSupportSession
from kazashi.cards.surface import FourItems
from kazashi.errors import ReaderError
from kazashi.reception.centre import CentreError
from kazashi.reception.on_reader import Patient
from kazashi.reception.people import AskFourItems, AskItemsPin
from kazashi.reception.rules import Token, Way
from kazashi.reception.texts import Message
from kazashi.reception.typed import digits, required
from kazashi.reception.visit import Failure, Outcome


def hold(patient: Patient, error: CentreError) -> None:
    """Keep the person until the centre can be asked: the four items, from the chip or typed."""
    visit = patient.visit
    if not patient.can_hold or visit.is_held:
        return
    patient.tell(Message("held-for-later"))
    patient.tell(Message("outage-mode"))
    items = _items_of_chip(patient)
    if items is None:
        items = patient.ask_checked(AskFourItems(), _without_my_number)
    if items is not None and patient.hold(items, type(error).__name__):
        visit.is_held, visit.outcome = True, Outcome.HELD


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
    except Failure:  # the patient went back: the staff type them
        return None
    except (ReaderError, ValueError) as error:
        patient.note("four items", error=type(error).__name__)
        if isinstance(error, ReaderError):
            patient.tell(Message.of(error))
        return None


def _show_pin(patient: Patient, session: InputSupportSession) -> bool:
    """Never the last try: typing costs none."""
    tries_left = session.pin_tries_left()
    has_more = tries_left is None or tries_left > 1
    pin = patient.ask(AskItemsPin(tries_left)) if has_more else None
    if pin is not None:
        session.verify_pin(digits(pin))
    return pin is not None


def _show_code_b(patient: Patient, session: InputSupportSession) -> bool:
    code = patient.code_b or patient.ask_code_b()
    if code is not None:
        session.verify_code_b(code)
    return code is not None
