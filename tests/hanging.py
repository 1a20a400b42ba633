"""Files on a disk that does not answer, and files that are none, for tests."""

import os
from pathlib import Path
from threading import Event

import pytest

POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has no such pipes")
LIMIT_S = 60.0


class HangingPath(type(Path())):
    """Whatever asks about it waits until `answers` is set; the disk is gone then."""

    asked = 0

    def stat(self, **_options):
        self.asked += 1
        self.answers.wait(LIMIT_S)
        raise FileNotFoundError(2, "No such file or directory")


def hanging(path):
    found = HangingPath(path)
    found.answers = Event()
    return found


def pipe(path):
    """A pipe that nothing writes to: to open it takes for ever."""
    os.mkfifo(path, 0o600)
    return path
