"""The list of very many visits: each costs little, on a terminal with colours, too."""

import sys
from io import StringIO

import pytest

from kazashi.cli.console import Console
from kazashi.cli.journal import list_visits
from kazashi.cli.visit_table import show_visits
from kazashi.reception.journal import Journal, View

MOST = 40  # calls of functions a visit: Rich takes 400 a line, a visit with its facts 200


def write(path, visits):
    with Journal(path) as journal:
        for number in range(visits):
            visit = journal.begin("desk", "usb:1")
            visit.step("pin", way="pin", tries_left=number % 3)
            visit.steps("consent", [{"item": "tests"}] * (number % 3))
            if number % 5:
                visit.end("checked_in")


def calls(run, *arguments):
    """How many functions, of Python and C, `run` calls."""
    count = 0

    def counted(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        run(*arguments)
    finally:
        sys.setprofile(None)
    return count


@pytest.fixture(scope="module")
def journals(tmp_path_factory):
    """A journal of 200 visits, and one of 400."""
    folder = tmp_path_factory.mktemp("long")
    for visits in (200, 400):
        write(folder / f"{visits}.db", visits)
    return [folder / "200.db", folder / "400.db"]


def as_json(path):
    list_visits(limit=1000, as_json=True, journal=path)


def as_table(path):
    list_visits(limit=1000, journal=path)


def in_colours(path):
    console = Console(file=StringIO(), width=80, force_terminal=True, color_system="standard")
    with View(path) as view:
        show_visits(console, list(view.listed()))
    assert "\x1b[31minterrupted\x1b[0m" in console.file.getvalue()


@pytest.mark.parametrize("shown", [as_json, as_table, in_colours])
def test_a_visit_more_is_a_few_calls_more(journals, shown, capsys):
    for path in journals:
        shown(path)  # what is imported and remembered once
    fewer, more = (calls(shown, path) for path in journals)
    assert 0 < more - fewer <= 200 * MOST
