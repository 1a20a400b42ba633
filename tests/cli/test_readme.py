"""The programs and commands in the READMEs run as printed, and their links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from program import command

ROOT = Path(__file__).parents[2]
README, HOST = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "host/README.md")
)
ROOMS = ("boards", "firmware", "host", "protocol", "tests")
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md")),
    *(page for room in ROOMS for page in (ROOT / room).rglob("README.md")),
]
PROGRAMS = re.findall(r"```python\n(.*?)```", README + HOST, re.DOTALL)
# tests/site/test_readme.py runs these.
SITE = README[README.index("## At the site") : README.index("## What it can")]
COMMANDS = [
    line.partition("#")[0].strip()
    for line in (README.replace(SITE, "") + HOST).splitlines()
    if line.startswith("uv run kazashi ")
]
# They need a board, an image or the Internet, or minutes, or never end.
LEFT_OUT = ("flash", "list", "doctor", "read", "bench", "simulate", "pcsc", "serve")
HERE = [each for each in COMMANDS if "pico:" not in each and each.split()[3] not in LEFT_OUT]
TYPED = "1\n2\n1234\n0\n2\n"  # the card, by its PIN, all consents, paper
PORTAL = "1\n1\n"  # the card is there, and the screen


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """Of a person whose files and journals lie in `tmp_path`, beside the project's tests."""
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("program", "said"), [*zip(PROGRAMS, ("checked_in", ""), strict=True)])
def test_each_program_runs_as_printed(program, said):
    done = subprocess.run(
        [sys.executable, "-c", program], input=TYPED, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_a_patient_is_checked_in_by_ten_lines():
    lines = [line for line in PROGRAMS[0].splitlines() if line.strip()]
    assert len(lines) <= 10


def test_the_readme_has_commands_for_every_machine():
    assert {each.split()[3] for each in HERE} >= {"demo", "checkin", "journal"}


def test_the_commands_run_one_after_the_other():
    for printed in HERE:
        done = command(*printed.split()[3:], stdin=PORTAL if "--no-card" in printed else TYPED)
        assert done.returncode == 0, (printed, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr


def test_the_readme_is_short_and_has_its_commands_on_the_first_screen():
    lines = README.splitlines()
    assert len(lines) <= 160
    first_screen = "\n".join(lines[:20])
    assert "uv run kazashi demo" in first_screen
    assert "uv run pytest" in first_screen


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        name, _, heading = link.partition("#")
        if "://" in name or "$" in name:
            continue
        target = page.parent / name if name else page
        assert target.exists(), link
        if heading:
            assert heading in headings(target), link


def headings(page):
    """Their anchors, as GitHub makes them."""
    lines = page.read_text(encoding="utf-8").splitlines()
    titles = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}
