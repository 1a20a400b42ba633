"""What the tests of the doctor share."""

import pytest

from kazashi import doctor
from kazashi.limits import Limits
from kazashi.reader import Reader


@pytest.fixture
def impatient(monkeypatch):
    """The doctor gives up on a silent reader after 0.5 s instead of 9."""

    def open_reader(connect, cancel):
        return Reader(connect, Limits(answer_s=0.5), cancel)

    monkeypatch.setattr(doctor, "Reader", open_reader)
