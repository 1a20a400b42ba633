"""照会番号: the clinic's own number of a patient, registered with the centre for one insurance.

Later answers about that insurance carry it as ReferenceNumber. It names a patient, never a visit;
the centre cannot be asked by it, and another insurance needs another registration.
"""

from collections.abc import Generator, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from secrets import token_hex
from threading import Event
from typing import NamedTuple

from kazashi.oqs.errors import (
    Block,
    OqsBroken,
    OqsError,
    OqsUnanswered,
    OqsUnkept,
    OqsUnopened,
    OqsUnpublished,
    OqsUnsent,
)
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
        CentreError: it is not registered; OqsUnanswered, OqsBroken, OqsUnopened: it may be.
        OqsError: something of it has no place in a file.
    """
    exchange.take(_registered(exchange, info, cancel or Event()))


def register_each(
    exchange: Exchange,
    registered: Registered,
    entries: Iterable[ToRegister],
    cancel: Event | None = None,
    *,
    again: bool = False,
) -> Generator[tuple[ToRegister, Registration | CentreError | OqsError]]:
    """Register one after the other, until the terminal does not answer, its answer cannot be
    opened, or the request cannot be recorded: the same would happen to the others.

    Nothing is sent that is registered, or was sent before and may be; answers that have come since
    are taken. So it can be interrupted anywhere, and called again with all of them.

    `again`: send once more what has no answer. No other answer is looked for from then on. One that
    gets none this time either may be at fault itself: the next is registered all the same.

    Raises:
        OqsUnsent: no late answers could be looked for.
        OqsUnopened: a late answer cannot be opened.
        OqsUnkept: what was asked before is not known.
        NotWritten: what was registered cannot be kept.
    """
    cancel = cancel or Event()
    broken: dict[str, OqsBroken] = {}
    for asked in exchange.ledger.open_ones(Kind.REGISTRATION):
        try:
            _take_late(exchange, registered, asked, cancel)
        except OqsBroken as error:
            broken[asked.suffix] = error
    for entry in entries:
        if registered.has(entry.info):
            yield entry, Registration.BEFORE
            continue
        before = _open_one(exchange, entry.info)
        if before and not again:
            yield entry, broken.get(before.suffix) or _unanswered(exchange, before)
            continue
        if not registered.claim(entry.info):
            yield entry, Registration.ELSEWHERE
            continue
        try:
            asked = _registered(exchange, entry.info, cancel, before)
        except (CentreError, OqsError) as error:
            if not _open_one(exchange, entry.info):
                registered.give_back(entry.info)
            yield entry, error
            is_second = before is not None and isinstance(error, OqsUnanswered)
            if isinstance(error, (CentreUnreachable, OqsUnopened, OqsUnkept)) and not is_second:
                return
        else:
            registered.keep(entry.info)  # first: who is killed here finds the answer again
            exchange.take(asked)
            yield entry, Registration.DONE


def _registered(
    exchange: Exchange,
    info: ReferenceNumberRegistrationInfo,
    cancel: Event,
    before: Asked | None = None,
) -> Asked:
    """What was asked, and is to be taken. `before`: of the same, and no longer awaited."""
    body = MessageBody(reference_number_registration_info=info)
    try:
        if before:
            exchange.give_up(before, cancel)
        asked, answer = exchange.ask(Kind.REGISTRATION, token_hex(REFERENCE_SIZE), body, cancel)
    except CentreUnreachable as error:
        if asked := _open_one(exchange, info):
            raise _unanswered(exchange, asked) from error
        raise _unsent(exchange.terminal.requests.path, error) from error
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
    except CentreUnreachable as error:
        raise _unsent(exchange.terminal.responses, error) from error
    registered.keep(info)
    exchange.take(asked)


def _open_one(exchange: Exchange, info: ReferenceNumberRegistrationInfo) -> Asked | None:
    """What was sent of it, and has no answer."""
    for asked in exchange.ledger.open_ones(Kind.REGISTRATION):
        sent = _info_in(asked.request)
        if sent is not None and is_same(sent, info):
            return asked
    return None


def _unanswered(exchange: Exchange, asked: Asked) -> OqsUnanswered:
    return OqsUnanswered(exchange.terminal.requests.path / asked.name, asked.day)


def _unsent(folder: Path, error: CentreUnreachable) -> OqsUnsent:
    """`folder`: that does not answer, if `error` does not say more."""
    cause = error.__cause__
    return OqsUnsent(cause if isinstance(cause, OqsError) else OqsUnpublished(folder, Block.SLOW))


def _info_in(message: XmlMsg) -> ReferenceNumberRegistrationInfo | None:
    body = message.message_body
    return body.reference_number_registration_info if body else None


def _check(exchange: Exchange, asked: Asked, answer: XmlMsg) -> None:
    """Raises AnswerMixedUp: it does not repeat the number. Then nothing more is to come."""
    info, said = _info_in(asked.request), _info_in(answer)
    if info is None or said is None or said.reference_number != info.reference_number:
        exchange.take(asked)
        raise AnswerMixedUp
