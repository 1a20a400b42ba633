"""What is printed on a card, as stored in its chip.

Ref: soltia48/myna-card, ap/surface.rs and ap/text.rs.
"""

import hashlib
from dataclasses import dataclass, field
from enum import IntEnum, unique
from typing import Self

from kazashi.cards.birth import Birth, birth_of
from kazashi.cards.errors import MalformedFile
from kazashi.cards.files import File
from kazashi.cards.keys import PublicKey
from kazashi.cards.signing import digest_info

ITEMS = File(0x02, 0xFF20, "four items")
INTEGRITY = File(0x03, 0xFF30, "integrity record")
SURFACE = File(0x02, 0xFF20, "card's face")

_PHOTO = 0xDF27


@unique
class Sex(IntEnum):
    """Codes as they stand on a card or in an answer; none of them is turned into another.

    Source: 0 to 2 and 9: JIS X 0303 (ISO/IEC 5218); 3: OQSCD007 of オンライン資格確認.
    """

    UNKNOWN = 0
    MALE = 1
    FEMALE = 2
    UNSET = 3  # 未設定
    NOT_APPLICABLE = 9


_SEXES = {b"%d" % sex: sex for sex in Sex}


@dataclass(frozen=True)
class FourItems:
    """基本4情報 (name, address, birth, sex), from 券面事項入力補助AP."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    birth: Birth = field(repr=False)
    sex: Sex = field(repr=False)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Parse EF 0002.

        Raises:
            MalformedFile: `data` is no such file.
        """
        record = ITEMS.record(data)
        return cls(
            _text(record.value(0xDF22), ITEMS.name),
            _text(record.value(0xDF23), ITEMS.name),
            _birth(record.value(0xDF24), ITEMS.name),
            _sex(record.value(0xDF25), ITEMS.name),
        )


@dataclass(frozen=True)
class IntegrityRecord:
    """The issuer's signature over the four items."""

    items_sha256: bytes = field(repr=False)
    body: bytes = field(repr=False)  # the signed bytes
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Parse EF 0003.

        Raises:
            MalformedFile: `data` is no such file.
        """
        record = INTEGRITY.record(data)
        return cls(record.value(0xDF32), record.before(0xDF33), record.value(0xDF33))

    def covers(self, items: bytes) -> bool:
        """Whether `items`, EF 0002, is unchanged; its table of offsets is not covered."""
        hashed = ITEMS.record(items).behind(0xDF21)
        return hashlib.sha256(hashed).digest() == self.items_sha256


@dataclass(frozen=True)
class Surface:
    """The card's face, from 券面事項確認AP: its photo, and how to tell whether it is genuine."""

    public_key: PublicKey = field(repr=False)  # its private key is in the chip
    photo: bytes = field(repr=False)  # JPEG 2000 (JP2), greyscale; b"": the card has none
    signed: bytes = field(repr=False)  # the DigestInfo that was signed
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Parse EF 0002.

        Raises:
            MalformedFile: `data` is no such file.
        """
        record = SURFACE.record(data)
        has_photo = _PHOTO in record  # unknown for a card without one: no object, or an empty one
        # birth, sex, key; name and address as pictures; photo
        groups = (0xDF22, 0xDF23, 0xDF24), (0xDF25, 0xDF26), (_PHOTO,) * has_photo
        digests = b"".join(hashlib.sha256(record.raw(*group)).digest() for group in groups)
        return cls(
            public_key=PublicKey.parse(record.value(0xDF24), SURFACE.name),
            photo=record.value(_PHOTO) if has_photo else b"",
            signed=digest_info(digests),
            signature=record.value(0xDF28),
        )


def _text(value: bytes, name: str) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedFile(name) from None


def _birth(value: bytes, name: str) -> Birth:
    try:
        return birth_of(value.decode("ascii"))
    except ValueError:  # UnicodeDecodeError is one
        raise MalformedFile(name) from None


def _sex(value: bytes, name: str) -> Sex:
    if value not in _SEXES:
        raise MalformedFile(name)
    return _SEXES[value]
