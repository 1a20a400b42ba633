"""What runs on the simulated cards: the JPKI application, and others that a reception meets.

Ref: OpenSC card-jpki.c and pkcs15-jpki.c; jpki/myna; soltia48/myna-card; ISO/IEC 7816-4. Times are
assumptions, given in the constructor: no card's are published.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils

from .apdu import CommandApdu, MalformedApdu
from .person import Person
from .picc import Response

JPKI_AID = bytes.fromhex("d392f000260100000001")
_PPSE = b"2PAY.SYS.DDF01"

_PADDING_AFTER_CERTIFICATE = 400  # files are longer than what is in them
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")

_OK = 0x9000
_PARTIAL = 0x6282
_LENGTH = 0x6700
_SECURITY = 0x6982
_BLOCKED = 0x6984
_CONDITIONS = 0x6985
_NO_FILE = 0x6A82
_PARAMETERS = 0x6A86
_OFFSET = 0x6B00
_NO_INSTRUCTION = 0x6D00
_NO_CLASS = 0x6E00
_NO_CURRENT_FILE = 0x6986
_CONTENT = 0x6A80


class Refused(Exception):
    """The card answers with this status word."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


@dataclass
class Pin:
    """A reference value and its retry counter."""

    value: bytes
    tries: int
    left: int = field(init=False)
    is_verified: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.left = self.tries

    def verify(self, value: bytes) -> None:
        if self.left == 0:
            raise Refused(_BLOCKED)
        self.is_verified = value == self.value
        if not self.is_verified:
            self.left -= 1
            raise Refused(0x63C0 | self.left)
        self.left = self.tries


@dataclass
class Key:
    """A private key and the PIN that opens it."""

    person: Person
    pin: Pin


@dataclass
class Data:
    """A transparent file, and the PIN that opens it to readers."""

    content: bytes
    pin: Pin | None = None


class Jpki:
    """The JPKI application (公的個人認証) of a My Number Card or phone.

    `label` stands in EF 0006 and tells card from phones. `pin_before_certificate`: as on Android.
    """

    def __init__(
        self,
        person: Person,
        *,
        pin: str = "1234",
        label: str = "JPKIAPICCTOKEN2",
        takes_extended: bool = True,
        pin_before_certificate: bool = False,
        command_s: float = 0.002,
        sign_s: float = 0.3,
    ) -> None:
        self.person = person
        self.command_s = command_s
        self.sign_s = sign_s
        self._is_iphone = label == "JPKIAPIOSTOKEN"
        self._takes_extended = takes_extended
        auth, sign = Pin(pin.encode(), 3), Pin(b"ABC123", 5)
        self.pin = auth
        padding_after = bytes(_PADDING_AFTER_CERTIFICATE)
        guard = auth if pin_before_certificate else None
        self._files: dict[int, Data | Pin | Key] = {
            0x0001: Data(person.certificate + padding_after, sign),
            0x0002: Data(person.authority + padding_after),
            0x0006: Data(_token_info(label)),
            0x0008: Data(bytes.fromhex("8f8f00")),
            0x000A: Data(person.certificate + padding_after, guard),
            0x000B: Data(person.authority + padding_after),
            0x0017: Key(person, auth),
            0x0018: auth,
            0x001A: Key(person, sign),
            0x001B: sign,
        }
        self._current: int | None = None
        self._is_selected = False
        self._instructions: dict[int, Callable[[CommandApdu], bytes]] = {
            0xA4: self._select,
            0xB0: self._read_binary,
            0x20: self._verify,
            0x2A: self._sign,
            0xFC: self._finish,
        }
        self._seconds = 0.0

    def reset(self) -> None:
        """Power was lost: nothing selected, nobody verified."""
        self._is_selected = False
        self._log_out()

    def transmit(self, apdu: bytes) -> Response:
        self._seconds = self.command_s
        try:
            command = CommandApdu.parse(apdu)
            data, status = self._run(command), _OK
        except MalformedApdu:
            data, status = b"", _LENGTH
        except _Partial as part:
            data, status = part.data, _PARTIAL
        except Refused as refused:
            data, status = b"", refused.status
        return Response(data + status.to_bytes(2, "big"), self._seconds)

    def _run(self, command: CommandApdu) -> bytes:
        if command.is_extended and not self._takes_extended:
            raise Refused(_LENGTH)
        if command.cla not in (0x00, 0x80):
            raise Refused(_NO_CLASS)
        instruction = self._instructions.get(command.ins)
        if instruction is None or (command.cla == 0x80) != (command.ins in (0x2A, 0xFC)):
            raise Refused(_NO_INSTRUCTION)
        if not self._is_selected and command.ins != 0xA4:
            raise Refused(_CONDITIONS)
        return instruction(command)

    def _select(self, command: CommandApdu) -> bytes:
        if command.p1 == 0x04:
            if command.data != JPKI_AID:
                raise Refused(_NO_FILE)
            self._log_out()
            self._is_selected = True
            return b"\x6f\x0c\x84\x0a" + JPKI_AID if command.p2 == 0x00 else b""
        if command.p1 == 0x02 and self._is_selected:
            self._open(int.from_bytes(command.data, "big"))
            return b""
        raise Refused(_PARAMETERS)

    def _finish(self, _command: CommandApdu) -> bytes:
        """The last command, for an iPhone; a card says that its length is wrong (myna-card)."""
        if not self._is_iphone:
            raise Refused(_LENGTH)
        return b""

    def _log_out(self) -> None:
        self._current = None
        for entry in self._files.values():
            if isinstance(entry, Pin):
                entry.is_verified = False

    def _read_binary(self, command: CommandApdu) -> bytes:
        offset = command.p1 << 8 | command.p2
        if command.p1 & 0x80:
            self._open(command.p1 & 0x1F)
            offset = command.p2
        entry = self._entry()
        if not isinstance(entry, Data):
            raise Refused(_CONDITIONS)
        if entry.pin and not entry.pin.is_verified:
            raise Refused(_SECURITY)
        if command.ne == 0:
            raise Refused(_LENGTH)
        if offset >= len(entry.content):
            raise Refused(_OFFSET)
        data = entry.content[offset : offset + command.ne]
        if len(data) < command.ne and not command.asks_for_all:
            raise _Partial(data)
        return data

    def _verify(self, command: CommandApdu) -> bytes:
        if command.p2 & 0x1F:
            self._open(command.p2 & 0x1F)
        entry = self._entry()
        if command.p1 or not command.p2 & 0x80 or not isinstance(entry, Pin):
            raise Refused(_PARAMETERS)
        if command.data:
            entry.verify(command.data)
        elif not entry.is_verified:
            raise Refused(0x63C0 | entry.left)
        return b""

    def _sign(self, command: CommandApdu) -> bytes:
        if command.p1 != 0x00 or not command.p2 & 0x80:
            raise Refused(_PARAMETERS)
        if command.p2 & 0x1F:
            self._open(command.p2 & 0x1F)
        entry = self._entry()
        if not isinstance(entry, Key):
            raise Refused(_CONDITIONS)
        if not entry.pin.is_verified:
            raise Refused(_SECURITY)
        if not 1 <= len(command.data) <= 245:
            raise Refused(_LENGTH)
        self._seconds = self.sign_s
        return _signature(entry.person, command.data)

    def _open(self, identifier: int) -> None:
        if identifier not in self._files:
            raise Refused(_NO_FILE)
        self._current = identifier

    def _entry(self) -> Data | Pin | Key:
        if self._current is None:
            raise Refused(_NO_CURRENT_FILE)
        return self._files[self._current]


class _Partial(Exception):
    """The file ends before what was asked for."""

    def __init__(self, data: bytes) -> None:
        super().__init__(len(data))
        self.data = data


class BankCard:
    """A payment card: it knows EMV's directory and nothing of ours."""

    def reset(self) -> None:
        """It keeps nothing."""

    def transmit(self, apdu: bytes) -> Response:
        if apdu[1:2] == b"\xa4" and _PPSE in apdu:
            return Response(b"\x6f\x10\x84\x0e" + _PPSE + b"\x90\x00", 0.002)
        return Response(b"\x6a\x82", 0.002)


def _signature(person: Person, info: bytes) -> bytes:
    """PKCS #1 v1.5 over the given bytes, padded as they are."""
    if info.startswith(_SHA256_INFO) and len(info) == len(_SHA256_INFO) + 32:
        prehashed = utils.Prehashed(hashes.SHA256())
        return person.key.sign(info[len(_SHA256_INFO) :], padding.PKCS1v15(), prehashed)
    return person.key.sign(info, padding.PKCS1v15(), utils.NoDigestInfo())


def _token_info(label: str) -> bytes:
    """EF 0006, 160 bytes: a CK_TOKEN_INFO."""
    texts = label.encode().ljust(32) + b"Kazashi simulator".ljust(32) + b"SIMULATED".ljust(16)
    numbers = bytes(16) + bytes(48 - 4) + b"\x00\x00\x03\x01"
    return (texts + numbers + b"9" * 16).ljust(160, b"\x00")[:160]
