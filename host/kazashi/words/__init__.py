"""What people are told: gettext messages with stable keys.

The sources are ja/*.po and en/*.po, and patient.po of each other language, which has what patients
read (patient.py) alone; `python -m kazashi.words.compile` (Babel) makes the .mo files that are read
here. A catalogue that a person has signed off names them in its header, X-Reviewed-By.

Keys of an error: its class, `NoCard`, and a part, as in `no-card.seen`:

    seen    what happened, for staff and engineers
    advice  what to do about it, for them
    screen  both, for the person in front of the screen
    remedy  advice at length, for a person with a screwdriver; what has none takes its advice

A field that is an Enum chooses among words: `not-genuine.copied-chip.seen`; so do tries without a
limit: `wrong-pin.no-limit.seen`. A class without words of its own has those of its base.
Placeholders are names of fields: `{tries_left}`.

Keys of messages to people at a reception are chosen by the code that tells them (`Message` in
reception/texts.py): `ask.pin.card`, `outcome.held`, `reason.no-pin`.

Keys of what `kazashi doctor` finds: `doctor`, the finding's key, and a part: seen or remedy. What
`doctor.speed.low.spi` lacks it has of `doctor.speed.low`, then of `doctor.speed`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import cast

from kazashi.errors import KazashiError

FOLDER = Path(__file__).parent
_COUNT = "tries_left"  # the field whose number chooses singular or plural
NO_LIMIT = "no-limit"
REVIEWED_BY = "X-Reviewed-By"


class Language(StrEnum):
    """A catalogue of everything."""

    JAPANESE = "ja"
    ENGLISH = "en"


@dataclass(frozen=True)
class Words:
    """What an error says in one language."""

    seen: str
    advice: str
    screen: str
    remedy: str

    @property
    def line(self) -> str:
        """What happened and what to do, in one line."""
        return (
            self.seen + self.advice if self.seen.endswith("。") else f"{self.seen}: {self.advice}"
        )


def words_of(error: KazashiError, language: Language = Language.ENGLISH) -> Words:
    """What people are told of `error`."""
    parts = ("seen", "advice", "screen", "remedy")
    return Words(*(_said(error, part, language) for part in parts))


def finding_text(key: str, part: str, values: Mapping[str, object], language: Language) -> str:
    """What `kazashi doctor` says of a finding. `values` fill the placeholders."""
    names = key.split(".")
    keys = (".".join(("doctor", *names[:most], part)) for most in range(len(names), 0, -1))
    return _first(keys, part, values, language)


def text(key: str, values: Mapping[str, object], language: str) -> str:
    """The text of `key`; `values` fill its placeholders, and `tries_left` chooses the plural.

    Raises:
        LookupError: the catalogue has no such key.
    """
    return _first((key,), key.rpartition(".")[2], values, language)


def template(key: str, values: Mapping[str, object], language: str) -> str:
    """The text of `key` with its placeholders; `tries_left` of `values` chooses the plural.

    Raises:
        LookupError: the catalogue has no such key.
    """
    count = values.get(_COUNT, 1)
    found = catalogue(language).ngettext(key, key, count if isinstance(count, int) else 1)
    if found == key:
        found = catalogue(language).gettext(key)
    if found == key:
        raise LookupError(f"the catalogue {language} has no words for {key}")
    return found


def shown(part: str, values: Mapping[str, object], language: str) -> dict[str, object]:
    """What fills placeholders; errors that are the reason of another say their own `part`."""
    return {name: _shown(each, part, language) for name, each in values.items()}


def screen_key(error: KazashiError) -> str:
    """The key of what the person in front of the screen is told of `error`.

    Raises:
        LookupError: the catalogues have none.
    """
    keys = [f"{name}.screen" for name in keys_of(type(error), _variant(values_of(error)))]
    known = catalogue(Language.JAPANESE)
    for key in keys:
        if known.gettext(key) != key or known.ngettext(key, key, 1) != key:
            return key
    raise LookupError(f"no catalogue has words for {', '.join(keys)}")


def keys_of(kind: type[KazashiError], variant: str = "") -> Iterator[str]:
    """Where the words of an error are looked for, in this order, without the part."""
    for each in kind.__mro__:
        if issubclass(each, KazashiError):
            name = _kebab(each.__name__)
            if variant:
                yield f"{name}.{variant}"
            yield name


@cache
def catalogue(language: str) -> GNUTranslations:
    """The compiled catalogue."""
    with (FOLDER / f"{language}.mo").open("rb") as file:
        return GNUTranslations(file)


def is_reviewed(language: str) -> bool:
    """Whether a person has signed its catalogue off."""
    return REVIEWED_BY.lower() in catalogue(language).info()


def _said(error: KazashiError, part: str, language: str) -> str:
    values = values_of(error)
    parts = ("remedy", "advice") if part == "remedy" else (part,)
    names = keys_of(type(error), _variant(values))
    keys = (f"{name}.{each}" for name in names for each in parts)
    return _first(keys, part, values, language)


def _first(keys: Iterable[str], part: str, values: Mapping[str, object], language: str) -> str:
    """The text of the first key that has one."""
    tried: list[str] = []
    for key in keys:
        try:
            found = template(key, values, language)
        except LookupError:
            tried.append(key)
        else:
            return found.format_map(shown(part, values, language))
    raise LookupError(f"no catalogue has words for {', '.join(tried)}")


def _variant(values: Mapping[str, object]) -> str:
    for name, value in values.items():
        if isinstance(value, Enum):
            return value.name.lower().replace("_", "-")
        if name == _COUNT and value is None:
            return NO_LIMIT
    return ""


def values_of(error: KazashiError) -> dict[str, object]:
    """The fields of `error`: what fills the placeholders."""
    names = (each.name for each in fields(error)) if is_dataclass(error) else ()
    return {name: getattr(error, name) for name in names}


def _shown(value: object, part: str, language: str) -> object:
    if isinstance(value, KazashiError):
        return _said(value, part, language)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        parts = cast("Sequence[object]", value)
        return ", ".join(str(_shown(each, part, language)) for each in parts)
    return value


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()
