"""`t` of the templates: a text of the catalogues, in the language of the page.

    {{ t("screen.pin.heading") }}                        with ruby, as HTML
    {{ t("ask.tries", tries_left=2) }}                   values are escaped
    <title>{{ t.plain("screen.pin.heading") }}</title>   no ruby, no HTML: titles, labels, speech
    <html lang="{{ t.lang }}" dir="{{ t.dir }}">

Ruby is written as Aozora Bunko does: ｜漢字《かんじ》, https://www.aozora.gr.jp/annotation/.

A text that no speaker of the language has signed off has the Japanese beside it. That is for
the eyes alone, so that a screen reader says each text once:

    <span class="text" lang="ur" dir="rtl">…</span>
    <span class="beside" lang="ja" dir="ltr" aria-hidden="true">…</span>

So has a text that the language's catalogue lacks; it is in English.
"""

import re
from collections.abc import Mapping

from markupsafe import EscapeFormatter, Markup, escape

from kazashi.reception.texts import Message
from kazashi.serve.languages import LANGUAGES, PatientLanguage

_RUBY = re.compile("｜([^《》｜]+)《([^《》｜]+)》")
_JAPANESE = LANGUAGES["ja"]
_ENGLISH = LANGUAGES["en"]


class Texts:
    """The texts of a page in `language`."""

    def __init__(self, language: PatientLanguage) -> None:
        self._language = language

    @property
    def lang(self) -> str:
        """Of the page."""
        return self._language.lang

    @property
    def dir(self) -> str:
        """Of the page: ltr or rtl."""
        return self._language.direction

    def __call__(self, key: str, /, **values: object) -> Markup:
        """HTML of the text of `key`.

        Raises:
            LookupError: the Japanese catalogue, too, has no such key.
        """
        language, text = self._find(key, values)
        main = _html(text, values, language)
        is_own = language.lang == self._language.lang
        if language.is_japanese or (language.is_reviewed and is_own):
            return main if is_own else _span("text", language, main)
        japanese = _plain(key, values, _JAPANESE)
        if japanese == _plain(key, values, language):  # iPhone
            return main
        beside = Markup(' <span class="beside" lang="ja" dir="ltr" aria-hidden="true">{}</span>')
        return _span("text", language, main) + beside.format(japanese)

    def message(self, message: Message) -> Markup:
        """HTML of what the engine tells."""
        return self(message.key, **message.values)

    def plain(self, key: str, /, **values: object) -> str:
        """The text alone: no ruby, no HTML, no Japanese beside it."""
        language, _ = self._find(key, values)
        return _plain(key, values, language)

    def _find(self, key: str, values: Mapping[str, object]) -> tuple[PatientLanguage, str]:
        """The first language that has a text for `key`, and its text."""
        others = () if self._language.is_japanese else (_ENGLISH,)
        for language in (self._language, *others):
            try:
                return language, language.template(key, values)
            except LookupError:
                pass
        return _JAPANESE, _JAPANESE.template(key, values)


def without_ruby(text: str) -> str:
    return _RUBY.sub(r"\1", text)


class _Isolated(EscapeFormatter):
    """Values keep the direction that they have by themselves: numbers, names."""

    def format_field(self, value: object, format_spec: str) -> str:
        return f"<bdi>{super().format_field(value, format_spec)}</bdi>"


def _html(text: str, values: Mapping[str, object], language: PatientLanguage) -> Markup:
    ruby = _RUBY.sub(r"<ruby>\1<rt>\2</rt></ruby>", str(escape(text)))
    formatter = (_Isolated if language.is_right_to_left else EscapeFormatter)(escape)
    return Markup(formatter.vformat(ruby, (), language.shown(values)))


def _plain(key: str, values: Mapping[str, object], language: PatientLanguage) -> str:
    text = without_ruby(language.template(key, values))
    return text.format_map(language.shown(values))


def _span(kind: str, language: PatientLanguage, text: Markup) -> Markup:
    span = Markup('<span class="{}" lang="{}" dir="{}">{}</span>')
    return span.format(kind, language.lang, language.direction, text)
