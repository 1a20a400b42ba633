"""A desk of a site that asks about people held, again and again, until it is killed.

    python held_child.py URL JOURNAL LOG SECONDS

A claim lasts SECONDS. In LOG, for each question: "pid begin NAME", "pid end NAME".
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event

from kazashi.reception.journal import claims
from kazashi.reception.outage import ask_held
from kazashi.site import held, people
from kazashi.site.settings import DatabaseSettings
from kazashi.testing.centre import SimulatedCentre

_PAUSE = Event()


class Telling(SimulatedCentre):
    """Its answers take a few milliseconds."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def identify(self, reference, who):
        self._tell("begin", who)
        _PAUSE.wait(0.005)
        answer = super().identify(reference, who)
        self._tell("end", who)
        return answer

    def _tell(self, what, who):
        os.write(self._log, f"{os.getpid()} {what} {who.name}\n".encode())


def main(url: str, journal: str, log: str, seconds: str) -> None:
    claims.LENGTH = held.LENGTH = people.LENGTH = timedelta(seconds=float(seconds))
    while True:
        with people.SitePeople(Path(journal), DatabaseSettings(url, "a desk")) as at_site:
            for _ in ask_held(at_site, Telling(Path(log)), is_test=True):
                pass
        _PAUSE.wait(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
