"""Reopen the line to a board that restarts: it is gone from USB for a second or two.

Then another program may hold its port: ModemManager probes every new serial port for a modem, for
about ten seconds. And udev gives the right to use a port only after the port is there.
"""

from collections.abc import Callable
from threading import Event
from time import monotonic, sleep
from typing import Protocol, TypeVar

from kazashi.errors import Cancelled, NoReader, ReaderBusy, ReaderForbidden, ReaderUnplugged

T = TypeVar("T")

_ABSENT_S, _BUSY_S = 3.0, 15.0
_LOOK_S = 0.1


class Clock(Protocol):
    """The time on this computer, which a line cannot influence."""

    def now(self) -> float: ...
    def sleep(self, seconds: float, /) -> None: ...


class WallClock:
    """This computer's clock."""

    now = staticmethod(monotonic)
    sleep = staticmethod(sleep)


def opened_again(
    connect: Callable[[], T], cancel: Event | None = None, clock: Clock | None = None
) -> T:
    """Open the line as soon as it can be.

    Raises:
        NoReader, ReaderUnplugged: it was absent for 3 s.
        ReaderBusy, ReaderForbidden: another program held it for 15 s, or it was not allowed.
        Cancelled: `cancel` was set.
    """
    clock = clock or WallClock()
    begin = present = clock.now()
    while True:
        if cancel and cancel.is_set():
            raise Cancelled
        try:
            return connect()
        except (ReaderBusy, ReaderForbidden):
            present = clock.now()
            if present - begin > _BUSY_S:
                raise
        except (NoReader, ReaderUnplugged):  # it may leave again when it is opened
            if clock.now() - present > _ABSENT_S:
                raise
        clock.sleep(_LOOK_S)
