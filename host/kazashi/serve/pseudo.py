"""Pseudo-languages: English that looks strange, so that one sees which texts are translated.

The names are those of Android and the CLDR: en-XA has accents and is longer, ar-XB runs from right
to left. Both stand between ⟦ and ⟧, which are missing if a text is cut.
"""

import re
from collections.abc import Callable

_PLACEHOLDER = re.compile(r"(\{[^{}]*\})")
_PLAIN = "ABCDEFGHIJKLMNOPRSTUVWYZabcdefghijklmnoprstuvwyz"
_STRANGE = "ÀƁĆĐËƑĜĤÎĴĶĻṀÑÖÞŔŠŤÛṼŴÝŽàƀćđëƒĝĥîĵķļṁñöþŕšťûṽŵýž"
_ACCENTS = str.maketrans(_PLAIN, _STRANGE)
_FILLER = ["öñë", "ţŵö", "ţĥŕëë", "ƒöûŕ", "ƒîṽë", "šîẋ", "šëṽëñ", "ëîĝĥţ", "ñîñë", "ţëñ"]
_RLO, _PDF, _RLM = "\u202e", "\u202c", "\u200f"


def longer(text: str) -> str:
    """With accents, and 40 % longer, as German and Russian may be."""
    wanted = round(len(text) * 1.4)
    shown = _outside_placeholders(text, lambda part: part.translate(_ACCENTS))
    at = 0
    while len(shown) < wanted:
        shown = f"{shown} {_FILLER[at % len(_FILLER)]}"
        at += 1
    return f"⟦{shown}⟧"


def mirrored(text: str) -> str:
    """Each word from right to left."""
    return f"⟦{_outside_placeholders(text, _words_mirrored)}⟧"


def _words_mirrored(text: str) -> str:
    return re.sub(r"\S+", lambda word: f"{_RLM}{_RLO}{word[0]}{_PDF}{_RLM}", text)


def _outside_placeholders(text: str, change: Callable[[str], str]) -> str:
    parts = _PLACEHOLDER.split(text)
    return "".join(part if at % 2 else change(part) for at, part in enumerate(parts))
