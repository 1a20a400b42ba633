"""What people at the desk read: plain Japanese first, English beside it."""

from dataclasses import dataclass

from kazashi.errors import KazashiError
from kazashi.words import Language, words_of


@dataclass(frozen=True)
class Text:
    """One message in both languages."""

    ja: str
    en: str


def text_of(error: KazashiError) -> Text:
    """What people at the desk are told of `error`."""
    ja, en = (words_of(error, each).screen for each in (Language.JAPANESE, Language.ENGLISH))
    return Text(ja, en)


NO_ANSWER = Text("入力がありませんでした。", "Nothing was entered.")
NOT_GENUINE = Text(
    "このカードは確認できません。係の者をお呼びください。",
    "This card is not genuine. Please call the staff.",
)
