"""No text of a card, reader or person drives the terminal, in whatever command it is shown."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from kazashi.cli import doctor, listing, show
from kazashi.cli.console import Console, folded
from kazashi.cli.monitor import View
from kazashi.cli.visit_table import show_visits
from kazashi.monitor import Event
from kazashi.reception.journal.listing import ListedStep, ListedVisit
from kazashi.usb.ports import Attached, Change
from kazashi.visible import is_safe
from program import command

AT = datetime(2026, 4, 1, tzinfo=UTC)
HARMFUL = "a\x1b[2J\x9b1m\u202eb\u200b\U000e0041"
texts = st.text(max_size=40)


def printed(show_it, **settings):
    out = StringIO()
    show_it(Console(file=out, width=200, **settings))
    return out.getvalue()


def expect_safe(out):
    out.encode()
    assert all(each == "\n" or is_safe(each) for each in out)


@given(texts)
def test_facts_and_rows_are_safe(text):
    expect_safe(printed(lambda console: show.show_facts(console, {text: text}, text)))
    expect_safe(printed(lambda console: console.print(Text(text), text, markup=False)))


@given(texts)
def test_the_monitor_is_safe(text):
    view = View()
    view.take(Event("connected", {"chip": text, "board": text, "firmware": text}))
    card = {"token": text, "to_card": 106, "from_card": 106, "technology": "B"}
    view.take(Event("card", card))
    view.take(Event("error", {"seen": text, "remedy": text}))
    expect_safe(printed(lambda console: console.print(view.picture())))


@given(texts)
def test_the_journal_is_safe(text):
    steps = (ListedStep(text, None, 1), ListedStep(text, text, 2))
    visit = ListedVisit(1, AT, AT, text, text, text, False, text, text, steps)
    expect_safe(printed(lambda console: show_visits(console, [visit])))


def test_a_board_is_safe(monkeypatch, capsys):
    board = Attached(HARMFUL, HARMFUL, HARMFUL, HARMFUL)
    monkeypatch.setattr(listing, "attached", lambda: [board])
    for as_json in (False, True):
        listing.list_readers(as_json=as_json)
        expect_safe(capsys.readouterr().out)
    monkeypatch.setattr(listing, "changes", lambda look: [Change(True, each) for each in look()])
    for as_json in (False, True):
        listing.list_readers(watch=True, as_json=as_json)
        expect_safe(capsys.readouterr().out)


def test_a_finding_is_safe():
    fields = {"interpreter": HARMFUL, "oldest": HARMFUL}
    finding = doctor.Finding("host", doctor.Level.FAILURE, "interpreter.too-old", fields)
    expect_safe(printed(lambda console: console.print(doctor._row(finding, 80))))


@given(st.text("aあ。(\n 	"), st.integers(2, 20))
def test_folded_lines_lose_nothing_but_spaces(text, cells):
    out = folded(text, cells)
    assert "".join(out.split()) == "".join(text.split())


def test_a_line_of_japanese_is_full_and_keeps_words_and_full_stops():
    assert folded("→ 配線を kazashi flash で。直す", 10) == "→ 配線を\nkazashi\nflash で。\n直す"


@pytest.mark.parametrize(
    "arguments",
    [
        ("read", "--reader", f"/dev/{HARMFUL}"),
        ("read", f"--{HARMFUL}"),
        (HARMFUL,),
        ("checkin", "--no-card", "--config", HARMFUL),
        ("journal", "list", "--journal", HARMFUL),
        ("journal", "export", f"{HARMFUL}.txt"),
        ("flash", HARMFUL),
        ("info", "--reader", f"sim:?card={HARMFUL}"),
    ],
)
def test_what_a_person_typed_is_safe_in_an_error(arguments):
    done = command(*arguments)
    assert done.returncode in (1, 2)
    expect_safe(done.stderr)
