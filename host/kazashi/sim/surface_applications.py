"""The printed data of a My Number Card on its chip: 券面事項確認AP and 券面事項入力補助AP.

Ref: soltia48/myna-card, ap/surface.rs and ap/text.rs, whose tests verify records of a real test
card: hashes, signatures and certificates are made in the same way here.

Not confirmed by a real card: the number of tries of the codes (照合番号), that either code opens
EF 0003 of 券面事項入力補助AP, as its PIN does, and that a card without a photo has an empty one.
"""

import hashlib
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import padding, utils

from .application import Data, Entry, FileApplication, Key, Pin
from .issued import CODE_TRIES, PIN_TRIES, USUAL, Issued
from .person import MY_NUMBER, Person
from .tlv import key_objects, signed, tlv, with_offsets

FACE_AID = bytes.fromhex("d3921000310001010402")
TEXT_AID = bytes.fromhex("d3921000310001010408")

_CODE_A_TRIES = 10
_THREE_SHA256 = bytes.fromhex("3071300d060960864801650304020105000460")  # of 96 bytes
_FACE_CHIP = 0x001A
_TEXT_CHIP = 0x0013


class FaceSurface(FileApplication):
    """券面事項確認AP: the card's face as pictures, signed. `chip`: its key answers challenges."""

    default_key = _FACE_CHIP

    def __init__(
        self,
        person: Person,
        issued: Issued = USUAL,
        *,
        chip: Person | None = None,
    ) -> None:
        self._person = person
        self._chip = chip or person
        self._birth = Pin(person.code_b[:6], CODE_TRIES)
        self.code_b = Pin(person.code_b, CODE_TRIES, issued.code_tries)
        self._code_a = Pin(MY_NUMBER, _CODE_A_TRIES)
        guards = (self._birth, self.code_b, self._code_a)
        super().__init__(FACE_AID, guards, takes_extended=issued.takes_extended)

    @cached_property
    def files(self) -> dict[int, Entry]:
        return {
            0x0001: Data(self._age(), (self._birth,)),
            0x0002: Data(self._face(), (self.code_b, self._code_a)),
            0x0004: Data(self._person.authority.face_certificate),
            0x0005: Data(self._my_number(), (self._code_a,)),
            0x0011: self._birth,
            0x0012: self.code_b,
            0x0013: self._code_a,
            _FACE_CHIP: Key(self._chip.face_key),
        }

    def _age(self) -> bytes:
        fields = tlv(0xDF11, _date(self._person.birth)) + tlv(0xDF12, self._key())
        return tlv(0xFF10, fields + tlv(0xDF13, self._signed(fields)))

    def _face(self) -> bytes:
        person = self._person
        who = [
            tlv(0xDF22, _date(person.birth)),
            tlv(0xDF23, b"%d" % person.sex),
            tlv(0xDF24, self._key()),
        ]
        texts = [tlv(0xDF25, person.name_png), tlv(0xDF26, person.address_png)]
        photo = tlv(0xDF27, person.photo)
        digests = [hashlib.sha256(b"".join(g)).digest() for g in (who, texts, [photo])]
        info = _THREE_SHA256 + b"".join(digests)
        signer = person.authority.record_key
        signature = signer.sign(info, padding.PKCS1v15(), utils.NoDigestInfo())
        unsigned = [tlv(0xDF29, _date(person.expiry)), tlv(0xDF2A, person.security_code_png)]
        return with_offsets(
            0xFF20, 0xDF21, [*who, *texts, photo, tlv(0xDF28, signature), *unsigned]
        )

    def _my_number(self) -> bytes:
        fields = tlv(0xDF41, self._person.my_number_png) + tlv(0xDF42, self._key())
        return tlv(0xFF40, fields + tlv(0xDF43, self._signed(fields)))

    def _key(self) -> bytes:
        return key_objects(self._person.face_key.public_key())

    def _signed(self, fields: bytes) -> bytes:
        return signed(self._person.authority.record_key, fields)


class InputSupport(FileApplication):
    """券面事項入力補助AP: name, address, birth and sex as text. `chip` as above."""

    default_key = _TEXT_CHIP

    def __init__(
        self,
        person: Person,
        issued: Issued = USUAL,
        *,
        chip: Person | None = None,
    ) -> None:
        self._person = person
        self._chip = chip or person
        self._has_pin = issued.has_pin
        self.pin = Pin(issued.pin, PIN_TRIES, issued.tries_left)
        self.code_b = Pin(person.code_b, CODE_TRIES, issued.code_tries)
        self._code_a = Pin(MY_NUMBER, _CODE_A_TRIES)
        guards = (self.pin, self.code_b, self._code_a)
        super().__init__(TEXT_AID, guards, takes_extended=issued.takes_extended)

    @cached_property
    def files(self) -> dict[int, Entry]:
        pin, code_a, code_b = self.pin, self._code_a, self.code_b
        number = tlv(0xFF10, MY_NUMBER.encode()) + b"\xff\xff"
        files: dict[int, Entry] = {
            0x0001: Data(number, (pin, code_a)),
            0x0002: Data(with_offsets(0xFF20, 0xDF21, self._items()) + bytes(64), (pin, code_b)),
            0x0003: Data(self._integrity(number), (pin, code_a, code_b)),
            0x0004: Data(self._person.authority.text_certificate),
            0x0007: Data(self._signed_key(), (pin, code_a, code_b)),
            0x0011: pin,
            _TEXT_CHIP: Key(self._chip.text_key),
            0x0014: code_a,
            0x0015: code_b,
        }
        if not self._has_pin:
            del files[0x0011]
        return files

    def _items(self) -> list[bytes]:
        person = self._person
        return [
            tlv(0xDF22, person.name.encode()),
            tlv(0xDF23, person.address.encode()),
            tlv(0xDF24, _date(person.birth)),
            tlv(0xDF25, b"%d" % person.sex),
        ]

    def _integrity(self, number: bytes) -> bytes:
        """The hash covers all of the number's file, and the other without its header and table."""
        fields = tlv(0xDF31, hashlib.sha256(number).digest())
        fields += tlv(0xDF32, hashlib.sha256(b"".join(self._items())).digest())
        return tlv(0xFF30, fields + tlv(0xDF33, signed(self._person.authority.record_key, fields)))

    def _signed_key(self) -> bytes:
        key = tlv(0xDF51, key_objects(self._person.text_key.public_key()))
        return tlv(0xFF50, key + tlv(0xDF52, signed(self._person.authority.record_key, key)))


def _date(day: object) -> bytes:
    return f"{day:%Y%m%d}".encode()
