"""Compile the catalogues: `python -m kazashi.words.compile`.

--check: compile nothing; exit status 1 if a catalogue is to be compiled again.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import PoFileParser

from kazashi.words import FOLDER, REVIEWED_BY, is_reviewed
from kazashi.words.patient import is_for_patient


class Source(Catalog):
    """Babel's, which also keeps who has signed it off."""

    reviewed_by = ""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        reviewed = [(REVIEWED_BY, self.reviewed_by)] if self.reviewed_by else []
        return [*reviewed, *super().mime_headers]

    @mime_headers.setter
    def mime_headers(self, value: Iterable[tuple[str, str]]) -> None:
        headers = dict(value)
        self.reviewed_by = headers.get(REVIEWED_BY, "").strip()
        self._set_mime_headers(headers.items())


def tags() -> list[str]:
    """Of every language that has a folder of .po files."""
    return sorted({path.parent.name for path in FOLDER.glob("*/*.po")})


def source(tag: str) -> Source:
    """What is written in its .po files.

    Raises:
        ValueError: two of them have the same key.
    """
    whole = Source(locale=_locale(tag), fuzzy=False)
    for path in sorted((FOLDER / tag).glob("*.po")):
        part = read(path)
        whole.reviewed_by = part.reviewed_by
        for message in part:
            if message.id and message.id in whole:
                raise ValueError(f"{path} has {message.id} once more")
            if message.id:
                whole[message.id] = message
    return whole


def read(path: Path) -> Source:
    """One .po file."""
    catalogue = Source(locale=_locale(path.parent.name))
    with path.open("rb") as file:
        PoFileParser(catalogue, abort_invalid=True).parse(file)
    return catalogue


def compiled(tag: str) -> Catalog:
    """What is in its .mo file."""
    with _mo(tag).open("rb") as file:
        return read_mo(file)


def texts(catalogue: Catalog) -> Mapping[str, tuple[str, ...]]:
    """By key, its text; singular and plural, if it has both."""
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if key := key_of(message):
            text = message.string
            found[key] = (text,) if isinstance(text, str) else tuple(text or ())
    return found


def key_of(message: Message) -> str:
    """Empty: the header."""
    return message.id if isinstance(message.id, str) else message.id[0]


def patient_texts(tag: str) -> Mapping[str, tuple[str, ...]]:
    """Of the texts of `tag`, those that patients read."""
    return {key: forms for key, forms in texts(source(tag)).items() if is_for_patient(key)}


def is_due(tag: str) -> bool:
    """Whether a .po file has changed since it was compiled."""
    written = source(tag)
    return (
        not _mo(tag).exists()
        or texts(written) != texts(compiled(tag))
        or bool(written.reviewed_by) != is_reviewed(tag)
    )


def main(arguments: list[str]) -> int:
    """Exit status: 1 if --check finds a catalogue that is to be compiled again."""
    due = [tag for tag in tags() if is_due(tag)]
    if arguments == ["--check"]:
        return int(bool(due))
    for tag in due:
        with _mo(tag).open("wb") as file:
            write_mo(file, source(tag))
    return 0


def _mo(tag: str) -> Path:
    return FOLDER / f"{tag}.mo"


def _locale(tag: str) -> str:
    """As Babel names it. What it does not know is written like the language without its variant."""
    return tag.replace("-", "_").removesuffix("_Hira")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
