"""Languages of the patient screen: catalogues of `kazashi.words`, and how each is written."""

from collections.abc import Mapping
from dataclasses import dataclass

from kazashi.words import text


@dataclass(frozen=True)
class PatientLanguage:
    """`name`: in itself. `is_reviewed`: a person who speaks it has signed it off."""

    tag: str
    name: str
    is_right_to_left: bool = False
    is_reviewed: bool = False

    @property
    def is_japanese(self) -> bool:
        """Japanese, with or without furigana."""
        return self.tag.split("-")[0] == "ja"

    @property
    def lang(self) -> str:
        """For HTML: "ja-Hira" would say that there are no kanji."""
        return "ja" if self.is_japanese else self.tag

    @property
    def direction(self) -> str:
        """For HTML."""
        return "rtl" if self.is_right_to_left else "ltr"

    def text(self, key: str, values: Mapping[str, object]) -> str:
        """Raises LookupError: its catalogue has no such key."""
        return text(key, values, self.tag)


LANGUAGES = {
    each.tag: each
    for each in (
        PatientLanguage("ja", "日本語", is_reviewed=True),
        PatientLanguage("en", "English", is_reviewed=True),
    )
}
