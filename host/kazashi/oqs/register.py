"""照会番号: the clinic's own number of a patient, registered with the centre for one insurance.

Later answers about that insurance carry it as ReferenceNumber. It names a patient, never a visit;
the centre cannot be asked by it, and another insurance needs another registration.
"""

from collections.abc import Generator, Iterable, Mapping
from enum import StrEnum
from secrets import token_hex
from threading import Event
from typing import NamedTuple

from kazashi.oqs.errors import OqsError, OqsUnkept, OqsUnopened
from kazashi.oqs.exchange import Exchange
from kazashi.oqs.insurance import result_of
from kazashi.oqs.ledger import Asked
from kazashi.oqs.match import is_same
from kazashi.oqs.message import MessageBody, ReferenceNumberRegistrationInfo, XmlMsg
from kazashi.oqs.names import Kind
from kazashi.oqs.registered import Registered
from kazashi.reception.centre import (
    REFERENCE_SIZE,
    AnswerMixedUp,
    CentreError,
    CentreFailed,
    CentreUnreachable,
)


class ToRegister(NamedTuple):
    """`line`: of a list. `number`: of the patient (診察券番号)."""

    line: int
    number: str
    info: ReferenceNumberRegistrationInfo


class Registration(StrEnum):
    """What came of it."""

    DONE = "registered"
    BEFORE = "registered before"
    ASKED = "asked before, not answered yet"
    ELSEWHERE = "sent by another computer, not answered yet"


def info_of(reference: str, insurance: Mapping[str, str]) -> ReferenceNumberRegistrationInfo:
    """Of an `insurance` of an `Eligibility`.

    Raises:
        OqsError: it has no place in a file.
    """
    result = result_of(insurance)
    return ReferenceNumberRegistrationInfo(
        reference_number=reference,
        insurer_number=result.insurer_number,
        insured_card_symbol=result.insured_card_symbol,
        insured_identification_number=result.insured_identification_number,
        insured_branch_number=result.insured_branch_number,
    )


def register(
    exchange: Exchange, info: ReferenceNumberRegistrationInfo, cancel: Event | None = None
) -> None:
    """Have the centre know the number of `info` for its insurance.

    Raises:
        CentreError: it is not registered; after a time-out, it may be.
        OqsError: something of it has no place in a file.
    """
    exchange.take(_registered(exchange, info, cancel or Event()))


def register_each(
    exchange: Exchange,
    registered: Registered,
    entries: Iterable[ToRegister],
    cancel: Event | None = None,
) -> Generator[tuple[ToRegister, Registration | CentreError | OqsError]]:
    """Register one after the other, until the terminal does not answer, its answer cannot be
    opened, or it cannot be kept what was asked: the others would fare the same.

    Nothing is sent that is registered, or was sent before and may be; answers that have come since
    are taken. So it can be interrupted anywhere, and called again with all of them.

    Raises:
        CentreUnreachable: no late answers could be looked for.
        OqsUnopened: a late answer cannot be opened.
        OqsUnkept: what was asked before is not known.
        NotWritten: what was registered cannot be kept.
    """
    cancel = cancel or Event()
    for asked in exchange.ledger.open_ones(Kind.REGISTRATION):
        _take_late(exchange, registered, asked, cancel)
    for entry in entries:
        if registered.has(entry.info):
            yield entry, Registration.BEFORE
            continue
        if _is_asked(exchange, entry.info):
            yield entry, Registration.ASKED
            continue
        if not registered.claim(entry.info):
            yield entry, Registration.ELSEWHERE
            continue
        try:
            asked = _registered(exchange, entry.info, cancel)
        except (CentreError, OqsError) as error:
            if not _is_asked(exchange, entry.info):
                registered.give_back(entry.info)
            yield entry, error
            if isinstance(error, (CentreUnreachable, OqsUnopened, OqsUnkept)):
                return
        else:
            registered.keep(entry.info)  # first: who is killed here finds the answer again
            exchange.take(asked)
            yield entry, Registration.DONE


def _registered(exchange: Exchange, info: ReferenceNumberRegistrationInfo, cancel: Event) -> Asked:
    """What was asked, and is to be taken."""
    body = MessageBody(reference_number_registration_info=info)
    asked, answer = exchange.ask(Kind.REGISTRATION, token_hex(REFERENCE_SIZE), body, cancel)
    _check(exchange, asked, answer)
    return asked


def _take_late(exchange: Exchange, registered: Registered, asked: Asked, cancel: Event) -> None:
    """If it was refused, it is asked again."""
    info = _info_in(asked.request)
    try:
        answer = exchange.look(asked, cancel)
        if info is None or answer is None:
            return
        _check(exchange, asked, answer)
    except (CentreFailed, AnswerMixedUp):
        if info:
            registered.give_back(info)
        return
    registered.keep(info)
    exchange.take(asked)


def _is_asked(exchange: Exchange, info: ReferenceNumberRegistrationInfo) -> bool:
    """Whether it was sent, and there is no answer."""
    open_ones = (_info_in(each.request) for each in exchange.ledger.open_ones(Kind.REGISTRATION))
    return any(each is not None and is_same(each, info) for each in open_ones)


def _info_in(message: XmlMsg) -> ReferenceNumberRegistrationInfo | None:
    body = message.message_body
    return body.reference_number_registration_info if body else None


def _check(exchange: Exchange, asked: Asked, answer: XmlMsg) -> None:
    """Raises AnswerMixedUp: it does not repeat the number. Then nothing more is to come."""
    info, said = _info_in(asked.request), _info_in(answer)
    if info is None or said is None or said.reference_number != info.reference_number:
        exchange.take(asked)
        raise AnswerMixedUp
