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
    """What is written in its .po file."""
    with _file(language, "po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def compiled(language: Language) -> Catalog:
    """What is in its .mo file."""
    with _file(language, "mo").open("rb") as file:
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
    """Whether the .po file has changed since it was compiled."""
    mo = _file(language, "mo")
    return not mo.exists() or texts(source(language)) != texts(compiled(language))


def main(arguments: list[str]) -> int:
    """Exit status: 1 if --check finds a catalogue that is to be compiled again."""
    due = [language for language in Language if is_due(language)]
    if arguments == ["--check"]:
        return int(bool(due))
    for language in due:
        with _file(language, "mo").open("wb") as file:
            write_mo(file, source(language))
    return 0


def _file(language: Language, suffix: str) -> Path:
    return FOLDER / f"{language}.{suffix}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
