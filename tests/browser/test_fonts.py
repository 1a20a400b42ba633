"""Each letter that patients read is in a font of those that CI installs."""

import shutil
import subprocess

import pytest
from babel.messages.pofile import read_po

from browser.conftest import CHROMIUM
from kazashi.serve.languages import LANGUAGES
from kazashi.words import FOLDER

JOINERS = {"\u200b", "\u200c", "\u200d", "\u2060", "\u00ad"}  # they have no shape of their own

pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="no Chromium: set KAZASHI_CHROMIUM to Debian's /usr/bin/chromium"
)


@pytest.fixture(scope="module")
def letters():
    """Of all fonts of this computer."""
    command = [shutil.which("fc-list"), "--format", "%{charset}\n"]
    ranges = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    known = set()
    for each in ranges:
        first, _, last = each.partition("-")
        known.update(range(int(first, 16), int(last or first, 16) + 1))
    return {chr(code) for code in known}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_font_has_each_letter_of_a_language(language, letters):
    read = set()
    for file in (FOLDER / language).glob("*.po"):
        with file.open("rb") as catalogue:
            for message in read_po(catalogue):
                texts = message.string if isinstance(message.string, tuple) else (message.string,)
                read.update(*texts)
    assert read, "no catalogue"
    assert not {letter for letter in read - letters - JOINERS if letter.isprintable()}
