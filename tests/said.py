"""What people are told of an error, for tests of a whole way from a cause to its words."""

import re
from contextlib import contextmanager

import pytest

from kazashi.errors import KazashiError
from kazashi.words import Language, words_of


def line_of(error):
    """The line for staff and engineers, in English."""
    return words_of(error).line


def screen_of(error):
    """The line for the person in front of the screen, in Japanese."""
    return words_of(error, Language.JAPANESE).screen


def seen(finding):
    """What the doctor saw, in English."""
    return finding.seen(Language.ENGLISH)


def remedy(finding):
    """What to do about it, in English."""
    return finding.remedy(Language.ENGLISH)


@contextmanager
def raises(kind, match=""):
    """`pytest.raises`, whose `match` is a pattern in what people are told, or in the fields."""
    with pytest.raises(kind) as found:
        yield found
    error = found.value
    said = str(error)
    if isinstance(error, KazashiError):
        said = f"{line_of(error)} / {words_of(error).screen} / {error}"
    assert re.search(match, said, re.IGNORECASE), said
