"""A way with what lies on the reader, again from the start if card or reader were lost.

A chip that is not sensed is said to be just that, and what is no My Number Card, too.
"""

from collections.abc import Callable
from time import monotonic

from kazashi.cards.errors import (
    CardStatus,
    MalformedFile,
    NoCertificate,
    NotAMyNumberCard,
    SurfaceAbsent,
)
from kazashi.errors import (
    CardError,
    CardGarbled,
    CardGone,
    CardProtocolBroken,
    CardUnusable,
    LinkError,
    NoCard,
    ProtocolError,
    ReaderError,
    ReaderFault,
    ReadInterrupted,
    SeveralCards,
)
from kazashi.reception.on_reader import Patient
from kazashi.reception.rules import Token
from kazashi.reception.texts import Message
from kazashi.reception.visit import Failure, Follows, Reason

_TAPS = 3  # that may fail, until something else is offered
_REMOVAL_S, _LOOK_S = 5.0, 0.5  # how long what cannot be used may lie there; a look at it
_SETTLE_S = 1.0  # a card that loses contact again and again
_LOST = (CardGone, CardGarbled, CardProtocolBroken, ReadInterrupted)
_NOT_FOR_THIS_WAY = (CardStatus, MalformedFile, SurfaceAbsent)  # laying it down again is no help

_READER_BACK = Message("reader-back")


def with_taps(patient: Patient, token: Token, run: Callable[[], None]) -> None:
    """Run a way; if card or reader are lost, again from the start, a few times.

    Raises:
        Failure: as `run` does; ANOTHER_WAY too if the card refuses this way; ANOTHER_TOKEN if
            the card could not be read again and again.
        LinkError: the reader is gone, and did not come back.
    """
    error: ReaderError | Failure | None = None
    for failures in range(_TAPS):
        try:
            _await_change(patient, error, failures)
            run()
            return
        except Failure as met:
            if met.follows is not Follows.ANOTHER_TAP:
                raise
            error = met
            patient.lose_card()
            patient.tell(met.message)
        except NoCertificate as met:
            raise Failure(Reason.NO_CERTIFICATE, met, token=token) from met
        except (CardError, ReaderFault, ProtocolError) as met:
            error = met
            patient.note("failure", way=patient.visit.way, error=type(error).__name__)
            if isinstance(error, _NOT_FOR_THIS_WAY) and patient.certificate:
                raise Failure(Reason.REFUSED_BY_CARD, error) from error
            patient.lose_card()
            patient.tell(_not_sensed(token) if _is_unsensed(error) else Message.of(error))
        except LinkError as met:
            error = met
            patient.note("failure", way=patient.visit.way, error=type(error).__name__)
            patient.lose_card()
            patient.reader.reconnect(patient.cancel)
            patient.tell(_READER_BACK)
    raise _given_up(error, token)


def _await_change(patient: Patient, error: ReaderError | Failure | None, failures: int) -> None:
    """Until what cannot be used is taken away: it would be found again at once."""
    with patient.waiting("removal"):
        if isinstance(error, CardUnusable | SeveralCards):
            _look_until_changed(patient)
        elif isinstance(error, CardError | Failure):
            patient.reader.wait_for_removal(_REMOVAL_S, patient.cancel)
            if isinstance(error, _LOST) and failures > 1:
                patient.cancel.wait(_SETTLE_S)


def _look_until_changed(patient: Patient) -> None:
    deadline = monotonic() + _REMOVAL_S
    while monotonic() < deadline:
        try:
            patient.reader.wait_for_card(_LOOK_S, cancel=patient.cancel)
        except (CardUnusable, SeveralCards):
            continue
        except NoCard:
            pass
        return


def _is_unsensed(error: object) -> bool:
    return isinstance(error, NoCard) and error.waited_s is not None


def _not_sensed(token: Token) -> Message:
    return Message("not-sensed.phone" if token.is_phone else "not-sensed.card")


def _given_up(error: ReaderError | Failure | None, token: Token) -> Failure:
    """After the last tap: another token may help, and not this one."""
    match error:
        case Failure():
            follows = Follows.ANOTHER_TOKEN
            return Failure(error.reason, follows=follows, outcome=error.outcome, token=token)
        case NoCard() if _is_unsensed(error):
            return Failure(Reason.NOT_SENSED, _not_sensed(token), token=token)
        case NotAMyNumberCard() | CardUnusable():
            reason = Reason.NOT_A_MY_NUMBER_CARD
        case SeveralCards():
            reason = Reason.SEVERAL_CARDS
        case ReaderFault() | LinkError() | ProtocolError():
            reason = Reason.READER_FAILED
        case _:
            reason = Reason.UNREADABLE
    return Failure(reason, token=token)
