"""Text of cards, phones, readers and people, made safe to show: it never drives a terminal.

A card may contain any characters. Escape sequences would move the cursor or write to the clipboard,
bidirectional controls change the order that people read, and zero-width characters hide.
Variation selectors stay: Japanese names need them.

Ref: Unicode 15, UAX #9 and DerivedCoreProperties.txt, Default_Ignorable_Code_Point.
"""

import re
from unicodedata import category

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_UNSAFE = ("Cc", "Cf", "Cs", "Zl", "Zp")  # controls, formats, half characters, line separators
_IGNORABLE = re.compile(  # invisible, and in other categories
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def is_safe(character: str) -> bool:
    """Return True if a terminal shows `character`, and does nothing else with it."""
    return category(character) not in _UNSAFE and not _IGNORABLE.match(character)


def visible(text: str) -> str:
    """`text` in one line; unsafe characters become a blank (white space) or U+FFFD (others).

    The length stays the same.
    """
    if _is_safe(text):
        return text
    return "".join(each if is_safe(each) else _instead(each) for each in text)


def escaped(json: str) -> str:
    r"""JSON that is safe to show and has the same value: unsafe characters as \uXXXX.

    Line ends stay: inside a JSON string they are always escaped.
    """
    return "\n".join(map(_escaped_line, json.split("\n")))


def in_ascii(json: str) -> str:
    r"""JSON of the same value as \uXXXX where it is not ASCII: that is inside its strings alone."""
    return _NOT_ASCII.sub(lambda found: _escape(found[0]), json)


def _escaped_line(line: str) -> str:
    if _is_safe(line):
        return line
    return "".join(each if is_safe(each) else _escape(each) for each in line)


def _is_safe(line: str) -> bool:
    """Most are, and that is told fast."""
    return line.isprintable() and (line.isascii() or not _IGNORABLE.search(line))


def _instead(character: str) -> str:
    return " " if character.isspace() else _REPLACEMENT


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
