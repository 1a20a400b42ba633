"""Names in certificates: compare two names of issuers.

Ref: RFC 5280 §7.1; RFC 4518 §2 (string preparation), RFC 3454 B.2 (case folding).

The same name may be a PrintableString in one certificate and a UTF8String in another, with other
case or white space. If several issuers have one name, the signature tells which one it was.
"""

import stringprep
from unicodedata import category, ucd_3_2_0

from cryptography import x509

Name = tuple[frozenset[tuple[str, str | bytes]], ...]  # RDNs of (attribute type, prepared value)

_SPACES = "\t\n\v\f\r\x85"  # RFC 4518 §2.2 maps them to a space
_UNSEEN = ("Cc", "Cf")  # Unicode categories: control and format characters are mapped to nothing
_PROHIBITED = (  # RFC 4518 §2.4
    stringprep.in_table_a1,  # not assigned in Unicode 3.2
    stringprep.in_table_c3,  # private use
    stringprep.in_table_c4,  # non-characters
    stringprep.in_table_c5,  # surrogates
    stringprep.in_table_c8,  # characters that change how a line is displayed
)


def comparable(name: x509.Name) -> Name:
    """Normalised form of `name`: equal names have equal forms."""
    return tuple(frozenset(_attribute(each) for each in rdn) for rdn in name.rdns)


def _attribute(attribute: x509.NameAttribute[str | bytes]) -> tuple[str, str | bytes]:
    value = attribute.value
    return attribute.oid.dotted_string, value if isinstance(value, bytes) else prepared(value)


def prepared(text: str) -> str:
    """`text` as RFC 4518 prepares it; unchanged if it holds a prohibited character."""
    folded = "".join(stringprep.map_table_b2(each) for each in text if not _is_unseen(each))
    normal = ucd_3_2_0.normalize("NFKC", folded)
    if any(is_prohibited(each) for each in normal for is_prohibited in _PROHIBITED):
        return text
    return " ".join(normal.split())


def _is_unseen(character: str) -> bool:
    if character in _SPACES:
        return False
    return category(character) in _UNSEEN or stringprep.in_table_b1(character)
