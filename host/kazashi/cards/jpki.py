"""JPKI (公的個人認証): the certificate for user authentication, its PIN, its signature.

Ref: OpenSC card-jpki.c, jpki/myna reader.rs, soltia48/myna-card. The application is the same on the
card, on Android and on the iPhone.

The PIN is sent once for each call of `verify_pin` and never again; after an error in it, the number
of tries left must be read before anything else.
"""

import hashlib
from collections.abc import Callable

from kazashi.cards.apdu import Channel, Command, Response, send
from kazashi.errors import (
    CardStatus,
    LastTry,
    MalformedFile,
    NoCard,
    NotAMyNumberCard,
    PinBlocked,
    PinOutcomeUnknown,
    PinRequired,
    ReaderError,
    WrongPin,
)
from kazashi.reader import Plan

AID = bytes.fromhex("d392f000260100000001")

_TOKEN_INFO = 0x06
_LABEL_SIZE = 32
_CERTIFICATE = 0x0A  # 利用者証明用電子証明書, free to read on a card
_AUTHORITY = 0x0B  # 利用者証明用CA証明書
_KEY = 0x17
_PIN = 0x18
_PIN_TRIES = 3

_LONGEST_FILE = 0x7FFF  # offsets have 15 bits, ISO/IEC 7816-4 §7.2.3
_FIRST_READ = 251  # with its status word one frame of 256 bytes: 256 - PCB - CRC - SW
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # DigestInfo, RFC 8017 §9.2
_REFUSES_EXTENDED = (0x6700, 0x6D00)

_IPHONE = "JPKIAPIOSTOKEN"
_NOT_VERIFIED = 0x6982
_BLOCKED = 0x6984
_NO_APPLICATION = (0x6A82, 0x6A81, 0x6A86, 0x6D00, 0x6E00, 0x6999)

# What a reader may do by itself as it finds a card: the commands of a session that reads the
# certificate and asks for the token's label.
PLAN = Plan(
    select=Command(0x00, 0xA4, 0x04, 0x0C, AID).build(),
    certificate=_CERTIFICATE,
    label=_TOKEN_INFO,
    label_size=_LABEL_SIZE,
)

Progress = Callable[[int, int], None]  # bytes so far, bytes in all


class JpkiSession:
    """The JPKI application of the card behind `channel`, selected.

    Raises:
        NotAMyNumberCard: it has none.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._takes_extended = True  # until it refuses, once
        self._label = ""  # once it is read
        try:
            send(channel, Command(0x00, 0xA4, 0x04, 0x0C, AID))
        except CardStatus as refused:
            if refused.status in _NO_APPLICATION:
                raise NotAMyNumberCard from refused
            raise

    def token_label(self) -> str:
        """What kind of token this is: ``JPKIAPICCTOKEN2`` a card, ``JPKIAPGPSETOKEN`` Android,
        ``JPKIAPIOSTOKEN`` an iPhone (soltia48/myna-card).
        """
        if not self._label:
            label = self._read_start(_TOKEN_INFO, _LABEL_SIZE)
            self._label = label.decode("ascii", "replace").rstrip()
        return self._label

    def authentication_certificate(self, on_progress: Progress | None = None) -> bytes:
        """The certificate for user authentication, DER. On Android, the PIN comes first.

        `on_progress` is called with the bytes so far and in all, while they arrive.

        Raises:
            PinRequired: the PIN comes first (Android).
            MalformedFile: there is no certificate in the file.
        """
        return self._read_certificate(_CERTIFICATE, "certificate", on_progress)

    def authority_certificate(self) -> bytes:
        """The certificate of the authority that issued the other one, DER."""
        return self._read_certificate(_AUTHORITY, "authority's certificate", None)

    def pin_tries_left(self) -> int:
        """How many tries the 4-digit PIN has left. Costs none.

        Raises:
            PinBlocked: none.
        """
        ask = Command(0x00, 0x20, 0x00, 0x80 | _PIN)
        status = Response.parse(self._channel.transmit(ask.build())).status
        if status in (_BLOCKED, 0x63C0):
            raise PinBlocked
        if status == 0x9000:
            return _PIN_TRIES  # it was verified just now, which resets the counter
        if status >> 4 == 0x63C:
            return status & 0x0F
        raise CardStatus(status, ask.ins)

    def verify_pin(self, pin: str, *, with_last_try: bool = False) -> None:
        """Show the 4-digit PIN to the card, once, after asking how many tries are left.

        Raises:
            ValueError: it is not four digits.
            LastTry: only one is left, and `with_last_try` does not say that the holder agrees.
            WrongPin: it is wrong; `tries_left` says how many tries are left.
            PinBlocked: none is left.
            PinOutcomeUnknown: card or reader were lost; read `pin_tries_left` before all else.
        """
        if len(pin) != 4 or not (pin.isascii() and pin.isdigit()):
            raise ValueError("the PIN has four digits")
        if self.pin_tries_left() == 1 and not with_last_try:
            raise LastTry
        try:
            send(self._channel, Command(0x00, 0x20, 0x00, 0x80 | _PIN, pin.encode("ascii")))
        except CardStatus as refused:
            if refused.status == _BLOCKED or refused.status == 0x63C0:
                raise PinBlocked from None
            if refused.status >> 4 == 0x63C:
                raise WrongPin(refused.status & 0x0F) from None
            raise
        except NoCard:
            raise  # it was not sent
        except ReaderError as error:
            raise PinOutcomeUnknown from error

    def sign(self, message: bytes) -> bytes:
        """RSA PKCS #1 v1.5 signature over SHA-256 of `message`: 256 bytes for RSA-2048.

        Raises:
            PinRequired: show the PIN first.
        """
        info = _SHA256_INFO + hashlib.sha256(message).digest()
        command = Command(0x80, 0x2A, 0x00, 0x80 | _KEY, info, ne=256)
        return self._send(command)

    def finish(self) -> None:
        """Nothing more is asked of this token. An iPhone wants to be told, and takes no command
        after that (soltia48/myna-card); a card and Android do not know the command.
        """
        if self.token_label() == _IPHONE:
            self._send(Command(0x80, 0xFC, 0x00, 0x00))

    def _read_certificate(self, sfi: int, name: str, on_progress: Progress | None) -> bytes:
        start = self._read_start(sfi, _FIRST_READ)
        size = _der_size(start)
        if size is None or size > _LONGEST_FILE:
            raise MalformedFile(name)
        data = bytearray(start[:size])
        report = on_progress or _ignore
        report(len(data), size)
        while len(data) < size:
            rest = self._read_rest(len(data), size, report)
            if not rest:
                raise MalformedFile(name)
            data += rest
        return bytes(data)

    def _read_start(self, sfi: int, count: int) -> bytes:
        """The first bytes of a file, which becomes the current one."""
        return self._send(Command(0x00, 0xB0, 0x80 | sfi, 0, ne=count), accept=(0x9000, 0x6282))

    def _read_rest(self, offset: int, size: int, report: Progress) -> bytes:
        """What follows `offset`, as much as one command brings; never the padding behind."""
        left = size - offset
        if self._takes_extended and left > _FIRST_READ:
            try:
                data = self._read(offset, left, lambda got: report(min(offset + got, size), size))
                self._takes_extended = len(data) == left
                return data
            except CardStatus as refused:
                if refused.status not in _REFUSES_EXTENDED:
                    raise
                self._takes_extended = False
        data = self._read(offset, min(left, _FIRST_READ), None)
        report(offset + len(data), size)
        return data

    def _read(self, offset: int, count: int, on_progress: Callable[[int], None] | None) -> bytes:
        command = Command(0x00, 0xB0, offset >> 8, offset & 0xFF, ne=count)
        return self._send(command, on_progress)[:count]

    def _send(
        self,
        command: Command,
        on_progress: Callable[[int], None] | None = None,
        accept: tuple[int, ...] = (0x9000,),
    ) -> bytes:
        try:
            return send(self._channel, command, accept=accept, on_progress=on_progress).data
        except CardStatus as refused:
            if refused.status == _NOT_VERIFIED:
                raise PinRequired(refused.status, command.ins) from None
            raise


def _der_size(start: bytes) -> int | None:
    """Bytes of the DER SEQUENCE that begins here: what its header says, not what the file holds."""
    if len(start) < 4 or start[0] != 0x30:
        return None
    if start[1] == 0x82:
        return 4 + int.from_bytes(start[2:4], "big")
    if start[1] == 0x81:
        return 3 + start[2]
    return None


def _ignore(_so_far: int, _size: int) -> None:
    pass
