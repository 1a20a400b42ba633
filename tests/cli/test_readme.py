"""The programs in the README run, word for word, on a simulated reader."""

import re
from pathlib import Path

import pytest

import kazashi
from kazashi.cli.simulate import write_anchors

README = Path(__file__).parents[2] / "README.md"
PROGRAMS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
READER = "sim:?tap=0&speed=20"


@pytest.fixture
def _desk(monkeypatch, tmp_path):
    """A reader is attached, and configured in the working directory; somebody types the PIN."""
    opened = kazashi.open
    monkeypatch.setattr(kazashi, "open", lambda _url=None: opened(READER))
    monkeypatch.setattr("builtins.input", lambda _prompt: "1234")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write_anchors(tmp_path)


def test_there_are_programs_in_the_readme():
    assert [("check_in" in program) for program in PROGRAMS] == [True, False]


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize("program", PROGRAMS)
def test_each_runs(program, capsys):
    exec(program, {})
    if "check_in" in program:
        assert capsys.readouterr().out.startswith("checked_in ")


def test_a_patient_is_checked_in_by_ten_lines():
    lines = [line for line in PROGRAMS[0].splitlines() if line.strip()]
    assert len(lines) <= 10
