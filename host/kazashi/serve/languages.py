"""Languages of the patient screen: catalogues of `kazashi.words`, and how each is written.

A site chooses which it offers: `languages` of its settings. Those that no person has signed off
may be chosen, too; then the Japanese stands beside each of their texts (texts.py).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.dates import format_date

from kazashi.serve.pseudo import longer, mirrored
from kazashi.words import Language, is_reviewed, shown, template

_ORIGINALS = tuple(Language)  # the others are made from these


@dataclass(frozen=True)
class PatientLanguage:
    """`name`: in itself. `catalogue`: of another language; `change`: what is done to its texts."""

    tag: str
    name: str
    catalogue: str = ""
    change: Callable[[str], str] = str

    @property
    def is_japanese(self) -> bool:
        """Japanese, with or without furigana."""
        return self._words in ("ja", "ja-Hira")

    @property
    def is_reviewed(self) -> bool:
        """Whether a person who speaks it has signed it off."""
        return self._words in _ORIGINALS or is_reviewed(self._words)

    @property
    def lang(self) -> str:
        """For HTML: "ja-Hira" would say that there are no kanji."""
        return "ja" if self.is_japanese else self.tag

    @property
    def is_right_to_left(self) -> bool:
        return Locale(self.tag.split("-")[0]).character_order == "right-to-left"

    @property
    def direction(self) -> str:
        """For HTML."""
        return "rtl" if self.is_right_to_left else "ltr"

    def template(self, key: str, values: Mapping[str, object]) -> str:
        """Raises LookupError: its catalogue has no such key."""
        return self.change(template(key, values, self._words))

    def shown(self, values: Mapping[str, object]) -> dict[str, object]:
        """What fills the placeholders; a day as the language writes it."""
        written = {
            name: format_date(value, "long", self._locale) if isinstance(value, date) else value
            for name, value in values.items()
        }
        return shown("screen", written, self._words)

    @property
    def _locale(self) -> Locale:
        return Locale.parse("ja" if self.is_japanese else self._words, sep="-")

    @property
    def _words(self) -> str:
        return self.catalogue or self.tag


_ALL = (
    PatientLanguage("ja", "日本語"),
    PatientLanguage("ja-Hira", "にほんご(ふりがな)"),
    PatientLanguage("en", "English"),
    PatientLanguage("zh-Hans", "简体中文"),
    PatientLanguage("zh-Hant", "繁體中文"),
    PatientLanguage("ko", "한국어"),
    PatientLanguage("es", "Español"),
    PatientLanguage("fil", "Filipino"),
    PatientLanguage("pt", "Português"),
    PatientLanguage("vi", "Tiếng Việt"),
    PatientLanguage("th", "ไทย"),
    PatientLanguage("id", "Bahasa Indonesia"),
    PatientLanguage("ne", "नेपाली"),
    PatientLanguage("my", "မြန်မာ"),
    PatientLanguage("fr", "Français"),
    PatientLanguage("de", "Deutsch"),
    PatientLanguage("it", "Italiano"),
    PatientLanguage("ru", "Русский"),
    PatientLanguage("ms", "Bahasa Melayu"),
    PatientLanguage("km", "ខ្មែរ"),
    PatientLanguage("mn", "Монгол"),
    PatientLanguage("si", "සිංහල"),
    PatientLanguage("hi", "हिन्दी"),
    PatientLanguage("bn", "বাংলা"),
    PatientLanguage("ur", "اردو"),
)
LANGUAGES = {each.tag: each for each in _ALL}
PSEUDO_LANGUAGES = {
    each.tag: each
    for each in (
        PatientLanguage("en-XA", "[English]", "en", longer),
        PatientLanguage("ar-XB", "[hsilgnE]", "en", mirrored),
    )
}
"""For tests: they show what is in no catalogue, cut, or glued together."""


def offered(tags: Iterable[str], *, is_test: bool) -> list[PatientLanguage]:
    """What a patient may choose, in the order of `tags`. Raises KeyError: there is none of them."""
    chosen = [LANGUAGES[tag] for tag in tags]
    return [*chosen, *PSEUDO_LANGUAGES.values()] if is_test else chosen


def language_of(tag: str) -> PatientLanguage:
    """Raises KeyError: there is none."""
    return (LANGUAGES | PSEUDO_LANGUAGES)[tag]
