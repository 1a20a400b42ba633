"""照会番号: the clinic's own number of a patient, registered with the centre for one insurance.

Later answers about that insurance carry it as ReferenceNumber. It names a patient, never a visit;
the centre cannot be asked by it, and another insurance needs another registration.
"""

from collections.abc import Mapping
from secrets import token_hex
from threading import Event

from kazashi.oqs.exchange import Exchange
from kazashi.oqs.insurance import result_of
from kazashi.oqs.message import MessageBody, ReferenceNumberRegistrationInfo
from kazashi.oqs.names import Kind
from kazashi.reception.centre import REFERENCE_SIZE, AnswerMixedUp


def register(
    exchange: Exchange, number: str, insurance: Mapping[str, str], cancel: Event | None = None
) -> None:
    """Register `number` for an `insurance` of an `Eligibility`.

    Raises:
        CentreError: it is not registered; after a time-out, it may be.
        OqsError: the number is too long, or the insurance has no place in a file.
    """
    result = result_of(insurance)
    info = ReferenceNumberRegistrationInfo(
        reference_number=number,
        insurer_number=result.insurer_number,
        insured_card_symbol=result.insured_card_symbol,
        insured_identification_number=result.insured_identification_number,
        insured_branch_number=result.insured_branch_number,
    )
    answer = exchange.ask(
        Kind.REGISTRATION,
        token_hex(REFERENCE_SIZE),
        MessageBody(reference_number_registration_info=info),
        cancel or Event(),
    )
    said = answer.message_body and answer.message_body.reference_number_registration_info
    if said is None or said.reference_number != number:
        raise AnswerMixedUp


def number_of(insurance: Mapping[str, str]) -> str | None:
    """The clinic's number of this patient, if it was registered for this insurance."""
    return insurance.get("ReferenceNumber") or None
