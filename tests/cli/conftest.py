"""`kazashi checkin` in this process."""

import pytest
from typer.testing import CliRunner

from kazashi.cli import app
from kazashi.reception import taps

SIM = "sim:?speed=20&tap=0&pin=7351"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.db"


@pytest.fixture
def checkin(path, monkeypatch):
    """Runs it with lines of stdin. What cannot be used is not waited for as long as ever."""
    monkeypatch.setattr(taps, "_REMOVAL_S", 0.1)
    monkeypatch.setattr(taps, "_SETTLE_S", 0.1)

    def run(*arguments, lines=(), card="mynumber", reader=SIM, test=("--test",)):
        url = f"{reader}&card={card}" if reader.startswith("sim:") else reader
        arguments = ["checkin", *test, *map(str, arguments), "--reader", url]
        return CliRunner().invoke(
            app, [*arguments, "--journal", str(path)], input="".join(f"{each}\n" for each in lines)
        )

    return run
