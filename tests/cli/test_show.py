"""What commands show, whatever cards and people are called."""

from io import StringIO
from unicodedata import category

from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from kazashi.cli import listing, show
from kazashi.usb.ports import Attached


def printed(**shown):
    out = StringIO()
    show.show_facts(Console(file=out, width=400), **shown)
    return out.getvalue()


def test_a_name_with_brackets_is_a_name():
    assert printed(facts={"name": "[red]"}, title="架空[/]花子") == "\n架空[/]花子\nname  [red]\n"


@given(st.text(max_size=50), st.text(max_size=50))
@example("[/]", "\x1b[2J")
def test_any_name_prints_and_none_drives_the_terminal(title, value):
    out = printed(facts={"name": value}, title=title)
    out.encode()
    assert {each for each in out if category(each) == "Cc"} <= {"\n"}


def test_a_board_may_be_called_anything(monkeypatch, capsys):
    board = Attached("usb:1", "/dev/ttyACM0", "[/]", "[bold]Pico")
    monkeypatch.setattr(listing, "attached", lambda: [board])
    listing.list_readers()
    assert "[/]" in capsys.readouterr().out
