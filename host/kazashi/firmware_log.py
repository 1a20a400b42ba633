"""Lines that the firmware logs, passed on to the logger ``kazashi.link``."""

import logging

from kazashi.visible import visible

_SECOND_S = 1.0
logger = logging.getLogger("kazashi.link")


class FirmwareLog:
    """Passes on `most` lines a second, and then says how many were dropped."""

    def __init__(self, most: int, now: float) -> None:
        self._most = most
        self._begin = now  # start of this second
        self._count = 0  # lines in it

    def add(self, text: bytes, now: float) -> None:
        """Pass a line on, unless there were too many."""
        self.turn(now)
        self._count += 1
        if self._count <= self._most:
            logger.warning("reader: %s", visible(text.decode("utf-8", "replace")))

    def turn(self, now: float) -> None:
        """Begin a new second if it is time."""
        if now - self._begin >= _SECOND_S:
            self.end()
            self._begin = now

    def end(self) -> None:
        """Say how many lines of this second were dropped."""
        if self._count > self._most:
            logger.warning("reader: %d more lines were dropped", self._count - self._most)
        self._count = 0
