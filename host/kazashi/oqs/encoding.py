"""Bytes of a file to text and back: UTF-8, or cp932 that is declared as Shift_JIS.

`Shift_JIS` is the only name that every parser takes, but the bytes are Microsoft's cp932: libxml2
under that name refuses 髙﨑①㈱ and reads others wrong. So the declaration is taken off, and parsers
see text alone.
"""

import re
import unicodedata
from enum import StrEnum, unique

from kazashi.oqs.errors import OqsUnreadable, OqsUnwritable, Unread, Unwritten

_BOM = b"\xef\xbb\xbf"
_DECLARATION = re.compile(rb"\A<\?xml\s([^>]{0,400}?)\?>\s*")
_DECLARED = re.compile(rb"""(?:\A|\s)encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNKNOWN = "●"  # what the centre itself writes for a letter that it cannot map
# cp932 writes both of a pair alike, and reads the second.
_PAIRS = str.maketrans("〜−‖", "～－∥")


@unique
class Encoding(StrEnum):
    """Of a file. The value is the name that it declares."""

    UTF_8 = "UTF-8"
    CP932 = "Shift_JIS"

    @property
    def codec(self) -> str:
        return "cp932" if self is Encoding.CP932 else "utf-8"

    @property
    def identifier(self) -> str:
        """CharacterCodeIdentifier."""
        return "1" if self is Encoding.CP932 else "0"


@unique
class Missing(StrEnum):
    """What becomes of a letter that the encoding lacks."""

    REFUSE = "refuse"
    REPLACE = "replace"  # by ●, and the log says so


_BY_NAME = {
    **dict.fromkeys(("utf-8", "utf8"), Encoding.UTF_8),
    **dict.fromkeys(
        ("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "cp932", "ms932", "windows-31j"),
        Encoding.CP932,
    ),
}


def decode(data: bytes) -> tuple[str, Encoding]:
    """The text behind BOM and declaration, and the encoding that they say; without one, UTF-8.

    Raises:
        OqsUnreadable: it is in another encoding.
    """
    has_bom = data.startswith(_BOM)
    data = data.removeprefix(_BOM)
    found = _DECLARATION.match(data)
    declared = _DECLARED.search(found[1]) if found else None
    name = declared[1].decode() if declared else ""
    encoding = _BY_NAME.get(name.lower()) if name else Encoding.UTF_8
    if encoding is None:
        raise OqsUnreadable(Unread.ENCODING, name)
    if encoding is Encoding.CP932 and (has_bom or _is_utf_8(data)):
        raise OqsUnreadable(Unread.NOT_DECODED, name)
    try:
        return data[found.end() if found else 0 :].decode(encoding.codec), encoding
    except UnicodeDecodeError:
        raise OqsUnreadable(Unread.NOT_DECODED, name or encoding) from None


def encode(text: str, encoding: Encoding) -> bytes:
    """A file of `text`, each letter of which `encoding` has: see `fitted`."""
    declaration = f'<?xml version="1.0" encoding="{encoding}" standalone="no"?>\n'
    return (declaration + text).encode(encoding.codec)


def fitted(text: str, element: str, encoding: Encoding, missing: Missing) -> tuple[str, list[str]]:
    """`text` as it can be written, and the letters that were replaced, as U+20BB7.

    Raises:
        OqsUnwritable: a letter is missing, and not to be replaced; or XML has none of it.
    """
    if wrong := _NOT_XML.search(text):
        raise OqsUnwritable(element, Unwritten.LETTER, _code_point(wrong[0]))
    lacking = [letter for letter in dict.fromkeys(text) if not _has(encoding, letter)]
    if lacking and missing is Missing.REFUSE:
        raise OqsUnwritable(element, Unwritten.LETTER, _code_point(lacking[0]))
    return (
        text.translate(dict.fromkeys(map(ord, lacking), _UNKNOWN)),
        [_code_point(letter) for letter in lacking],
    )


def alike(text: str) -> str:
    """`text` for comparisons: width, blanks, and what cp932 does not tell apart make no
    difference.
    """
    return "".join(unicodedata.normalize("NFKC", text.translate(_PAIRS)).split())


def _has(encoding: Encoding, letter: str) -> bool:
    try:
        letter.encode(encoding.codec)
    except UnicodeEncodeError:
        return False
    return True


def _code_point(letter: str) -> str:
    return f"U+{ord(letter):04X}"


def _is_utf_8(data: bytes) -> bool:
    """Japanese in UTF-8, three bytes a letter, whatever is declared. cp932 would read nonsense."""
    try:
        return any(letter > "\u07ff" for letter in data.decode())
    except UnicodeDecodeError:
        return False
