"""Whether the clock can be right, as far as that shows without the network.

Ref: adjtimex(2), ntp_adjtime(3): modes 0 changes nothing, and needs no permission.
"""

import ctypes
import sys
from datetime import datetime, timedelta
from pathlib import Path

from kazashi.finding import Finding, Level, bad, doubtful, good
from kazashi.reception.japan import JAPAN
from kazashi.reception.journal import JournalError, View

_TIME_ERROR = 5  # returned by adjtimex(2): the clock is not synchronised
_TIMEX_BYTES = 512  # more than struct timex has on any Linux
_SLACK = timedelta(minutes=1)


def clock(journal: Path, now: datetime, *, is_synchronised: bool | None) -> Finding:
    """`is_synchronised`: by NTP or the like; None: the system does not say."""
    latest = _latest(journal)
    if latest and latest > now + _SLACK:
        fields = {"latest": _shown(latest), "now": _shown(now)}
        return bad("clock", "clock.behind", **fields)
    if is_synchronised is None:
        return Finding("clock", Level.NOTED, "clock.unknown")
    if not is_synchronised:
        return doubtful("clock", "clock.alone", now=_shown(now))
    return good("clock", "clock")


def is_synchronised() -> bool | None:
    """What the kernel has been told by the program that sets its clock. None: not Linux."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _TIME_ERROR


def _latest(journal: Path) -> datetime | None:
    """When the last visit was written to the journal. None: there is none."""
    try:
        with View(journal) as view:
            last = next(view.visits(limit=1), None)
    except JournalError:
        return None  # the staff screen says so by itself
    return last and max([last.begun_at, *(step.at for step in last.steps)])


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(JAPAN):%Y-%m-%d %H:%M}"
