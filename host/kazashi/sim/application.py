"""An application on a simulated card: files, PINs, keys and access rights.

Ref: ISO/IEC 7816-4; soltia48/myna-card, which probed real cards. Times are assumptions, given in
the constructor: none are published.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import padding, utils
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from .apdu import CommandApdu, MalformedApdu
from .picc import Response

LENGTH = 0x6700
SECURITY = 0x6982
BLOCKED = 0x6984  # other cards answer 6983
CONDITIONS = 0x6985
CONTENT = 0x6A80
NO_FILE = 0x6A82
PARAMETERS = 0x6A86

_OK = 0x9000
_PARTIAL = 0x6282
_NO_CURRENT_FILE = 0x6986
_OFFSET = 0x6B00
_NO_INSTRUCTION = 0x6D00
_NO_CLASS = 0x6E00


class Refused(Exception):
    """The card answers with this status word."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


class Guard(Protocol):
    """Opens files and keys, until loss of power or selection of another application."""

    @property
    def is_open(self) -> bool: ...
    def close(self) -> None: ...


class Pin:
    """A reference value and its retry counter. `left`: tries at the start, all of them if None.

    `is_limited`: False if the number of tries is unlimited. `blocked`: the status word if no try
    is left.
    """

    def __init__(self, value: str, tries: int, left: int | None = None) -> None:
        self.value = value.encode("ascii")
        self.tries = tries
        self.left = tries if left is None else left
        self.is_limited = True
        self.blocked = BLOCKED
        self.is_open = False

    @property
    def status(self) -> int:
        """The answer to VERIFY while it is not open."""
        return 0x63C0 | self.left if self.is_limited else 0x6300

    def verify(self, value: bytes) -> None:
        if self.left == 0:
            raise Refused(self.blocked)
        self.is_open = value == self.value
        if not self.is_open:
            self.left -= self.is_limited
            raise Refused(self.status)
        self.left = self.tries

    def close(self) -> None:
        self.is_open = False


@dataclass
class Key:
    """A private key and its guards: any one opens it; without guards it is always usable."""

    private: RSAPrivateKey
    guards: tuple[Guard, ...] = ()


@dataclass
class Data:
    """A transparent file and its guards: any one opens it; without guards it is readable."""

    content: bytes
    guards: tuple[Guard, ...] = ()
    reads: int = 0  # READ BINARY commands that returned some of it


Entry = Data | Key | Pin
Instruction = Callable[[CommandApdu], bytes]


class FileApplication:
    """One application, the only one on its card: no other AID can be selected."""

    default_key: int | None = None  # the signing key if P2 names none

    def __init__(
        self,
        aid: bytes,
        guards: tuple[Guard, ...],
        *,
        takes_extended: bool,
        command_s: float = 0.002,
        sign_s: float = 0.3,
    ) -> None:
        self.aid = aid
        self.command_s = command_s
        self.sign_s = sign_s
        self._guards = guards
        self._takes_extended = takes_extended
        self._current: int | None = None
        self._is_selected = False
        self._seconds = 0.0
        self._instructions: dict[tuple[int, int], Instruction] = {
            (0x00, 0xA4): self._select,
            (0x00, 0xB0): self._read_binary,
            (0x00, 0x20): self._verify,
            (0x80, 0x2A): self._sign,
        }

    @cached_property
    def files(self) -> dict[int, Entry]:
        """Made when the application is first used: signed records take time."""
        raise NotImplementedError

    def reset(self) -> None:
        """After loss of power, or selection of another application: no PIN is verified."""
        self._is_selected = False
        self._log_out()

    def transmit(self, apdu: bytes) -> Response:
        self._seconds = self.command_s
        try:
            data, status = self._run(CommandApdu.parse(apdu)), _OK
        except MalformedApdu:
            data, status = b"", LENGTH
        except _Partial as part:
            data, status = part.data, _PARTIAL
        except Refused as refused:
            data, status = b"", refused.status
        return Response(data + status.to_bytes(2, "big"), self._seconds)

    def _run(self, command: CommandApdu) -> bytes:
        if command.is_extended and not self._takes_extended:
            raise Refused(LENGTH)
        if command.cla not in (0x00, 0x80):
            raise Refused(_NO_CLASS)
        instruction = self._instructions.get((command.cla, command.ins))
        if instruction is None:
            raise Refused(_NO_INSTRUCTION)
        if not self._is_selected and command.ins != 0xA4:
            raise Refused(CONDITIONS)
        return instruction(command)

    def _select(self, command: CommandApdu) -> bytes:
        if command.p1 == 0x04:
            if command.data != self.aid:
                raise Refused(NO_FILE)
            self._log_out()
            self._is_selected = True
            return b"\x6f\x0c\x84\x0a" + self.aid if command.p2 == 0x00 else b""
        if command.p1 == 0x02 and self._is_selected:
            self._open(int.from_bytes(command.data, "big"))
            return b""
        raise Refused(PARAMETERS)

    def _log_out(self) -> None:
        self._current = None
        for guard in self._guards:
            guard.close()

    def _read_binary(self, command: CommandApdu) -> bytes:
        offset = command.p1 << 8 | command.p2
        if command.p1 & 0x80:
            self._open(command.p1 & 0x1F)
            offset = command.p2
        entry = self._entry()
        if not isinstance(entry, Data):
            raise Refused(CONDITIONS)
        _check(entry.guards)
        if command.ne == 0:
            raise Refused(LENGTH)
        if offset >= len(entry.content):
            raise Refused(_OFFSET)
        entry.reads += 1
        data = entry.content[offset : offset + command.ne]
        if len(data) < command.ne and not command.asks_for_all:
            raise _Partial(data)
        return data

    def _verify(self, command: CommandApdu) -> bytes:
        if command.p2 & 0x1F:
            self._open(command.p2 & 0x1F)
        entry = self._entry()
        if command.p1 or not command.p2 & 0x80 or not isinstance(entry, Pin):
            raise Refused(PARAMETERS)
        if command.data:
            entry.verify(command.data)
        elif not entry.is_open:
            raise Refused(entry.status)
        return b""

    def _sign(self, command: CommandApdu) -> bytes:
        identifier = command.p2 & 0x1F if command.p2 & 0x80 else self.default_key
        if command.p1 != 0x00 or identifier is None:
            raise Refused(PARAMETERS)
        if identifier:
            self._open(identifier)
        entry = self._entry()
        if not isinstance(entry, Key):
            raise Refused(CONDITIONS)
        _check(entry.guards)
        if not 1 <= len(command.data) <= 245:
            raise Refused(LENGTH)
        self._seconds = self.sign_s
        # PKCS #1 v1.5 over the given bytes, padded as they are.
        return entry.private.sign(command.data, padding.PKCS1v15(), utils.NoDigestInfo())

    def _open(self, identifier: int) -> None:
        if identifier not in self.files:
            raise Refused(NO_FILE)
        self._current = identifier

    def _entry(self) -> Entry:
        if self._current is None:
            raise Refused(_NO_CURRENT_FILE)
        return self.files[self._current]


class _Partial(Exception):
    """The file ends before the requested end."""

    def __init__(self, data: bytes) -> None:
        super().__init__(len(data))
        self.data = data


def _check(guards: tuple[Guard, ...]) -> None:
    if guards and not any(guard.is_open for guard in guards):
        raise Refused(SECURITY)
