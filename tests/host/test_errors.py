"""The errors of reader and card: sorted as the tree says, and said to people."""

import importlib
import pkgutil
import re

import pytest

import kazashi
from kazashi import errors
from kazashi.errors import FewTriesLeft, LastTry, ReaderError, WrongCode, WrongPin

SIMULATOR = "kazashi.sim"  # it imports nothing of the driver


def drawn():
    """Who stands under whom in the tree of errors.py."""
    found, above = set(), {}
    for line in errors.__doc__.splitlines():
        if entry := re.match(r"([ │├└─]+)(\w+)  ", line):
            depth = len(entry[1]) // 4
            above[depth] = entry[2]
            if depth > 1:
                found.add((entry[2], above[depth - 1]))
    return found


def defined(error=ReaderError):
    """Who is a subclass of whom, in all of the package."""
    for child in error.__subclasses__():
        if child.__module__.startswith("kazashi."):
            yield child.__name__, error.__name__
            yield from defined(child)


def test_the_tree_holds_every_error_of_reader_and_card_in_its_place():
    for module in pkgutil.walk_packages(kazashi.__path__, "kazashi."):
        if not module.name.startswith(SIMULATOR):
            importlib.import_module(module.name)
    assert drawn() == set(defined())


@pytest.mark.parametrize("error", [WrongPin(2), WrongCode(2), FewTriesLeft(2)])
def test_the_tries_left_are_said_in_both_languages(error):
    assert "2 tries left" in str(error)
    assert "あと2回" in error.on_screen


def test_what_is_not_said_anew_is_that_of_the_kind_of_error():
    assert "あと一回" in LastTry().on_screen
    assert errors.LinkError().on_screen == ReaderError.on_screen
