"""Compile the catalogues: `python -m kazashi.words.compile`.

--check: compile nothing; exit status 1 if a catalogue is to be compiled again.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from kazashi.words import FOLDER, Language


def source(language: Language) -> Catalog:
    """What is written in its .po files.

    Raises:
        ValueError: two of them have the same key.
    """
    whole = Catalog(locale=language)
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if message.id and message.id in whole:
                    raise ValueError(f"{path} has {message.id} once more")
                whole[message.id] = message
    return whole


def compiled(language: Language) -> Catalog:
    """What is in its .mo file."""
    with _mo(language).open("rb") as file:
        return read_mo(file)


def texts(catalogue: Catalog) -> Mapping[str, tuple[str, ...]]:
    """By key, its text; singular and plural, if it has both."""
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        key = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string
        if key:
            found[key] = (text,) if isinstance(text, str) else tuple(text or ())
    return found


def is_due(language: Language) -> bool:
    """Whether a .po file has changed since it was compiled."""
    return not _mo(language).exists() or texts(source(language)) != texts(compiled(language))


def main(arguments: list[str]) -> int:
    """Exit status: 1 if --check finds a catalogue that is to be compiled again."""
    due = [language for language in Language if is_due(language)]
    if arguments == ["--check"]:
        return int(bool(due))
    for language in due:
        with _mo(language).open("wb") as file:
            write_mo(file, source(language))
    return 0


def _mo(language: Language) -> Path:
    return FOLDER / f"{language}.mo"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
