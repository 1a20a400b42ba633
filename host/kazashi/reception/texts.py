"""What people at the desk read: plain Japanese first, English beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from kazashi.errors import KazashiError
from kazashi.words import Language, screen_key, text, values_of, words_of


@dataclass(frozen=True)
class Text:
    """One message in both languages."""

    ja: str
    en: str


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


def text_in_both(message: Message) -> Text:
    """`message` in both languages."""
    return Text(message.text(Language.JAPANESE), message.text(Language.ENGLISH))


def text_of(error: KazashiError) -> Text:
    """What people at the desk are told of `error`."""
    ja, en = (words_of(error, each).screen for each in (Language.JAPANESE, Language.ENGLISH))
    return Text(ja, en)


NO_ANSWER = Text("入力がありませんでした。", "Nothing was entered.")
NOT_GENUINE = Text(
    "このカードは確認できません。係の者をお呼びください。",
    "This card is not genuine. Please call the staff.",
)
