"""The texts of the staff screen: each is shown somewhere, and each that is shown is there."""

import re
from pathlib import Path

import pytest

from kazashi import serve
from kazashi.serve.texts import without_ruby
from kazashi.words.compile import compiled, texts

_FOLDER = Path(serve.__file__).parent
_NAMED = re.compile(r"""["'](staff\.[a-z0-9.-]*)""")


def named():
    """Keys in templates and code; those that end with a dot begin others."""
    files = [*_FOLDER.glob("templates/staff/**/*.html"), *_FOLDER.glob("staff/*.py")]
    return {key for path in files for key in _NAMED.findall(path.read_text(encoding="utf-8"))}


def shown(language):
    found = texts(compiled(language))
    return {key: text for key, (text, *_) in found.items() if key.startswith("staff.")}


def test_each_text_is_shown_somewhere():
    begins = tuple(each for each in named() if each.endswith("."))
    assert not {key for key in shown("ja").keys() - named() if not key.startswith(begins)}


def test_each_text_that_is_named_is_there():
    assert not {each for each in named() if not each.endswith(".")} - shown("ja").keys()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_text_has_ruby(language):
    assert all(text == without_ruby(text) for text in shown(language).values())
