"""Search for a card: the reader switches its field on and searches until it finds one."""

import logging
from dataclasses import dataclass
from threading import Event

from kazashi.ahead import Lengths, Plan, ReadAhead
from kazashi.card import Card
from kazashi.errors import (
    Cancelled,
    CardError,
    CardUnusable,
    EventLost,
    LinkError,
    NoCard,
    ReaderError,
    ReaderSilent,
    SeveralCards,
)
from kazashi.limits import Wait
from kazashi.line import Line
from kazashi.link import Link
from kazashi_wire.messages import (
    BitRate,
    CardFound,
    CardLost,
    CardRefused,
    Done,
    Keep,
    Refusal,
    Rest,
    Rested,
    Technology,
    Watch,
)

_LONGEST_PERIOD_S = 65.0
_LONGEST_LEASE_S = 255
_FIRST_LOOK_S = 0.05  # from the answer to Watch to the first search: the reader collects garbage
_NO_CARD_YET = bytes(4)  # in place of its number
_SEARCH_S = 1.0  # one search without a card takes this long at most
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Search:
    """What a reader searches for, and how. See `Reader.wait_for_card`.

    Raises:
        ValueError: no reader can search like that.
    """

    technologies: tuple[Technology, ...]
    plan: Plan | None
    fastest: BitRate
    period_s: float
    lease_s: int

    def __post_init__(self) -> None:
        if not 1 <= len(self.technologies) <= 8 or {*self.technologies} <= {Technology.APPLE_ECP}:
            raise ValueError("technologies are one to eight, with TYPE_A or TYPE_B among them")
        if not 0 <= self.period_s <= _LONGEST_PERIOD_S:
            raise ValueError(f"period_s is 0 to {_LONGEST_PERIOD_S}")
        if not 1 <= self.lease_s <= _LONGEST_LEASE_S:
            raise ValueError(f"lease_s is 1 to {_LONGEST_LEASE_S}")

    def watch(self) -> Watch:
        """The request that begins the search."""
        return Watch(
            fastest=self.fastest,
            period_ms=round(self.period_s * 1000),
            lease_s=self.lease_s,
            order=bytes(self.technologies),
        )


def find(
    link: Line, search: Search, lengths: Lengths, timeout_s: float, cancel: Event | None
) -> Card:
    """Wait for a card. Raises as `Reader.wait_for_card` does.

    `lengths`: of the last certificates, for the guess of the next.
    """
    armed = link if isinstance(link, Link) else None  # no other reader reads by itself
    plan = search.plan.guessing(lengths) if search.plan and armed else None
    begin = link.now()
    last = Wait(begin, begin + timeout_s + link.limits.late_s, cancel)
    try:
        _start(link, search, plan, last)
        until = max(begin + timeout_s, link.now() + _FIRST_LOOK_S)
        found = _found(link, search, plan, last.not_after(until))
        if not found and timeout_s < _SEARCH_S:  # the first search is still running: let it end
            link.settle(last)
            found = _found(link, search, plan, last.not_after(link.now()))
        if found:
            ahead = ReadAhead(armed, plan, lengths) if plan and armed else None
            return Card(link, found, search.lease_s, ahead, cancel)
    except CardError:
        rest_quietly(link, last._replace(cancel=None))
        raise
    except Cancelled:
        _leave(link)
        raise
    raise _in_vain(link, timeout_s, last)


def rest_quietly(link: Line, wait: Wait) -> None:
    """Switch the field off; log errors instead of raising, since another one is being raised."""
    try:
        link.request(Rest(), Rested, wait)
    except (ReaderError, Cancelled) as error:
        logger.warning("the reader did not rest: %r", error)
    finally:
        link.forget()


def _start(link: Line, search: Search, plan: Plan | None, last: Wait) -> None:
    answer = link.wait(link.limits.answer_s, last.cancel).not_after(last.until)
    if plan:
        link.request(plan.request(), Done, answer)
    link.request(search.watch(), Done, answer)
    link.forget_events()  # events of the card before


def _found(link: Line, search: Search, plan: Plan | None, wait: Wait) -> CardFound | None:
    """The card that is found in time. Renews the lease of the search."""
    while True:
        event = link.event(wait.not_after(link.now() + search.lease_s / 3))
        if isinstance(event, CardFound):
            return event
        if isinstance(event, CardRefused):
            raise SeveralCards if event.refusal == Refusal.SEVERAL_CARDS else CardUnusable
        if link.now() >= wait.until:
            return None
        if isinstance(event, CardLost):  # this program had stopped for longer than the lease
            _start(link, search, plan, wait)
        elif event is None:
            link.tell(Keep(card=_NO_CARD_YET), wait)


def _in_vain(link: Line, timeout_s: float, last: Wait) -> ReaderError:
    """Return the reason why no card came. Switches the field off."""
    rested = link.request(Rest(), Rested, last)
    came_late = link.event(last.not_after(link.now()))  # raises if it is a failure
    link.forget()
    if rested.has_found and not came_late:
        return EventLost()
    if timeout_s >= _SEARCH_S and not (rested.searches or rested.has_found):
        return ReaderSilent(timeout_s)  # it had time to search, and did not
    return NoCard(timeout_s)


def _leave(link: Line) -> None:
    """Switch the field off without waiting for the answer."""
    link.forget()
    try:
        link.tell(Rest(), link.wait(0.0))
    except LinkError as error:
        logger.warning("the reader did not rest: %r", error)
