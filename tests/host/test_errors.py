"""The errors: each in the tree of its file, and made of data."""

import importlib
import re

from every_error import every_error, import_everything
from kazashi.cards.errors import CardStatus, WrongPin
from kazashi.errors import ReaderUnplugged, Side, VersionMismatch
from kazashi.reception.journal.errors import JournalError
from kazashi.reception.typed import Mistyped


def drawn(docstring):
    """Which class is below which, in the tree of an errors.py."""
    above = []  # from the root to the last one
    for line in docstring.splitlines():
        if entry := re.match(r"([ │├└─]*)(\w+)  ", line):
            depth = len(entry[1])  # Python 3.13 takes the indentation away
            above = [each for each in above if each[0] < depth]
            yield entry[2], above[-1][1] if above else ""
            above.append((depth, entry[2]))


def test_each_error_of_an_errors_file_is_in_its_place_in_the_tree_there():
    import_everything()
    for module in {error.__module__ for error in every_error() if "errors" in error.__module__}:
        docstring = importlib.import_module(module).__doc__
        tree = set(drawn(docstring))
        defined = {
            (error.__name__, error.__mro__[1].__name__)
            for error in every_error()
            if error.__module__ == module
        }
        if len(defined) == 1:  # needs no tree
            continue
        named = {name for name, _ in defined}
        root = next(iter(drawn(docstring)))[0]
        expected = {pair for pair in defined if pair[0] != root}
        assert {pair for pair in tree if pair[0] in named and pair[0] != root} == expected, module


def test_an_error_shows_its_fields_and_no_more():
    assert str(WrongPin(2)) == "status=25538, instruction=32, tries_left=2"
    assert str(VersionMismatch(4, 3)) == "ours=4, theirs=3, outdated=<Side.READER: 1>"
    assert str(ReaderUnplugged()) == ""
    assert repr(ReaderUnplugged()) == "ReaderUnplugged()"


def test_the_outdated_side_is_the_one_with_the_lower_revision():
    assert VersionMismatch(3, 4).outdated is Side.HOST
    assert VersionMismatch(4, 4).outdated is Side.NEITHER


def test_what_was_typed_wrong_is_misuse_too():
    assert issubclass(Mistyped, ValueError)


def test_a_refusal_of_the_card_holds_its_status_word():
    assert WrongPin(1).status == 0x63C1
    assert isinstance(WrongPin(1), CardStatus)


def test_two_errors_with_the_same_fields_are_two_errors():
    assert JournalError("a") != JournalError("a")
