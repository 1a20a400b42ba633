"""What a check has found, and its remedy: of a reader (doctor.py), of the terminal (health/)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique

from kazashi.words import Language, finding_text


@unique
class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTED = "noted"  # passed, which says nothing of whether cards can be read
    WARNING = "warning"  # cards can probably still be read
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    """The result of one check. `key` and `fields` choose its words in `kazashi.words`."""

    check: str
    level: Level
    key: str
    fields: Mapping[str, object] = field(default_factory=dict[str, object])

    def seen(self, language: Language) -> str:
        return finding_text(self.key, "seen", self.fields, language)

    @property
    def plain_fields(self) -> dict[str, str | int]:
        """For programs: numbers as they are, all else as text."""
        return {
            name: each if isinstance(each, int) else str(each) for name, each in self.fields.items()
        }

    def remedy(self, language: Language) -> str:
        """What to do about it; empty if nothing."""
        if self.level in (Level.OK, Level.NOTED):
            return ""
        return finding_text(self.key, "remedy", self.fields, language)


def good(check: str, key: str, **fields: object) -> Finding:
    return Finding(check, Level.OK, key, fields)


def doubtful(check: str, key: str, **fields: object) -> Finding:
    return Finding(check, Level.WARNING, key, fields)


def bad(check: str, key: str, **fields: object) -> Finding:
    return Finding(check, Level.FAILURE, key, fields)
