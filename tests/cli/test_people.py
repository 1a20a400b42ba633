"""The people at a terminal: whatever is typed is understood, or asked again."""

from io import BytesIO, StringIO, TextIOWrapper

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from kazashi.cli import people as terminal
from kazashi.cli.people import Given, TerminalPeople
from kazashi.reception.people import AskConsents, AskFourItems, AskFrame, AskPin, AskPrescription
from kazashi.reception.rules import Group
from kazashi.words import Language

SEVERAL = (Group.SURGERY, Group.TREATMENT, Group.CHECKUPS)
ALL = tuple(Group)
NOTHING = Given()


class Terminal(TextIOWrapper):
    def isatty(self):
        return True


class Desk(TerminalPeople):
    """With `typed` on stdin; `seen` is what people have read."""

    def __init__(
        self, monkeypatch, *typed, given=NOTHING, language=Language.ENGLISH, stdin=TextIOWrapper
    ):
        lines = [each if isinstance(each, bytes) else each.encode() for each in typed]
        stream = BytesIO(b"".join(line + b"\n" for line in lines))
        monkeypatch.setattr("sys.stdin", stdin(stream, "utf-8"))
        self.out = StringIO()
        super().__init__(Console(file=self.out, width=300), language, given)

    @property
    def seen(self):
        return self.out.getvalue()


@pytest.mark.parametrize(
    ("typed", "agreed"),
    [
        ("1 3", [0, 2]),
        ("3,1", [0, 2]),
        ("１、３", [0, 2]),
        ("１，　３", [0, 2]),
        ("1 1", [0]),
        ("4", [3]),
        ("1 2", [0, 1]),
        ("0", range(4)),
        ("０", range(4)),
        ("-", []),
        ("－", []),
        ("ー", []),
    ],
)
def test_consents_are_numbers_in_any_width(monkeypatch, typed, agreed):
    desk = Desk(monkeypatch, typed)
    assert [*desk.ask(AskConsents(ALL))] == [ALL[each] for each in agreed]


@pytest.mark.parametrize("typed", ["4", "1 4", "0 1", "all", "1-2", "1.5", ",", "9" * 5000, "1 -"])
def test_a_consent_that_is_not_offered_is_told_and_asked_again(monkeypatch, typed):
    desk = Desk(monkeypatch, typed, "2")
    assert desk.ask(AskConsents(SEVERAL)) == [Group.TREATMENT]
    assert "Type a number from 1 to 3" in desk.seen


@pytest.mark.parametrize(
    ("language", "typed", "told"),
    [
        ("en", "4", "Specified-disease certificate"),
        ("ja", "1 2", "手術・傷病名・感染症の情報"),
        ("en", "-", "Agreed to nothing"),
    ],
)
def test_what_was_understood_is_told(monkeypatch, language, typed, told):
    desk = Desk(monkeypatch, typed, language=Language(language))
    desk.ask(AskConsents(ALL))
    assert told in desk.seen[desk.seen.rindex("4  ") :]


@pytest.mark.parametrize("typed", [[], [""], ["x", "y", "z", "1"]])
def test_silence_and_nonsense_are_no_consent(monkeypatch, typed):
    assert Desk(monkeypatch, *typed).ask(AskConsents(SEVERAL)) is None


def test_a_picture_that_is_not_there_is_told_and_asked_again(monkeypatch, tmp_path):
    (tmp_path / "frame.jpg").write_bytes(b"picture")
    names = map(str, (tmp_path / "no", tmp_path, "\0", tmp_path / "frame.jpg"))
    desk = Desk(monkeypatch, *names)
    assert desk.ask(AskFrame()) is None
    assert desk.seen.count("cannot be read") == 3
    assert desk.ask(AskFrame()) == b"picture"


def test_a_given_picture_is_for_one_comparison(monkeypatch, tmp_path):
    given, taken = tmp_path / "given.jpg", tmp_path / "taken.jpg"
    given.write_bytes(b"given")
    taken.write_bytes(b"taken")
    desk = Desk(monkeypatch, str(taken), given=Given(frame=given))
    assert [desk.ask(AskFrame()) for _ in range(3)] == [b"given", b"taken", None]


def test_a_given_picture_that_is_gone_is_told_and_asked(monkeypatch, tmp_path):
    taken = tmp_path / "taken.jpg"
    taken.write_bytes(b"taken")
    desk = Desk(monkeypatch, str(taken), given=Given(frame=tmp_path / "gone.jpg"))
    assert desk.ask(AskFrame()) == b"taken"


def test_what_is_not_utf8_is_told_and_takes_no_other_line_with_it(monkeypatch):
    address = "東京都架空区二丁目"
    lines = ("花子".encode("shift_jis"), "花子", address, "昭和60年4月3日", "女")
    desk = Desk(monkeypatch, *lines)
    items = desk.ask(AskFourItems())
    assert (items.name, items.address) == ("花子", address)
    assert "cannot be read" in desk.seen


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_whatever_stands_on_stdin_is_an_answer_or_none(lines):
    with pytest.MonkeyPatch.context() as monkeypatch:
        desk = Desk(monkeypatch, *lines)
        for question in (AskConsents(SEVERAL), AskPrescription(), AskFourItems(), AskPin(3)):
            desk.ask(question)


@pytest.mark.parametrize("error", [EOFError, UnicodeDecodeError("utf-8", b"\x80", 0, 1, "start")])
def test_a_pin_that_is_not_typed_on_a_terminal_is_none(monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(terminal, "getpass", fail)
    assert Desk(monkeypatch, stdin=Terminal).ask(AskPin(3)) is None


@pytest.mark.parametrize("typed", ["１２３４", "１2３4", " 1 2 3 4 "])
def test_a_pin_may_be_typed_in_full_width_digits(monkeypatch, typed):
    assert Desk(monkeypatch, typed).ask(AskPin(3)) == "1234"
