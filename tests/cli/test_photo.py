"""The photo of a card on a terminal."""

from io import StringIO

from rich.console import Console

from kazashi.cli.photo import show_photo
from kazashi.sim.portrait import portrait


def test_a_photo_is_shown_on_a_terminal():
    console = Console(record=True, force_terminal=True, file=StringIO())
    show_photo(console, portrait(0))
    rows = console.export_text().splitlines()
    assert len(rows) > 20
    assert all(set(row) <= {"▀"} for row in rows)


def test_a_photo_that_is_none_shows_nothing():
    console = Console(record=True, force_terminal=True, file=StringIO())
    show_photo(console, b"no picture")
    assert console.export_text() == ""
