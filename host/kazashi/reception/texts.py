"""What people at the desk read: a key of the catalogues, plain Japanese first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from kazashi.errors import KazashiError
from kazashi.words import Language, screen_key, text, values_of


@dataclass(frozen=True)
class Message:
    """What people are told: a key of the catalogues (`kazashi.words`), and its values.

    The journal may keep the key; never the sentence, which may name a person.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])

    @classmethod
    def of(cls, error: KazashiError) -> Self:
        """What the person in front of the screen is told of `error`."""
        return cls(screen_key(error), values_of(error))

    def text(self, language: Language) -> str:
        return text(self.key, self.values, language)
