"""What people at the desk read: plain Japanese first, English beside it."""

from dataclasses import dataclass

from kazashi.errors import ReaderError
from kazashi.reception.errors import ReceptionError
from kazashi.reception.typed import Mistyped


@dataclass(frozen=True)
class Text:
    """One message in both languages."""

    ja: str
    en: str


def text_of(error: ReaderError | ReceptionError | Mistyped) -> Text:
    """What people are told of `error`."""
    return Text(error.on_screen, str(error))


NO_ANSWER = Text("入力がありませんでした。", "Nothing was entered.")
NOT_GENUINE = Text(
    "このカードは確認できません。係の者をお呼びください。",
    "This card is not genuine. Please call the staff.",
)
