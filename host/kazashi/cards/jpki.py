"""JPKI (公的個人認証): the certificate for user authentication, its PIN, its signature.

Ref: OpenSC card-jpki.c, jpki/myna reader.rs, soltia48/myna-card. The application is the same on the
card, on Android and on the iPhone.

Each call of `verify_pin` sends the PIN once. It is never repeated automatically: after an error in
it, read the number of tries left before anything else.
"""

from enum import StrEnum

from kazashi.ahead import Plan
from kazashi.cards.apdu import Channel, Command
from kazashi.cards.errors import (
    CardStatus,
    MalformedFile,
    NoCertificate,
    NotAMyNumberCard,
    PinRequired,
)
from kazashi.cards.files import File, Files, Progress, select_command
from kazashi.cards.signing import sign_command
from kazashi.cards.verify import Pin

AID = bytes.fromhex("d392f000260100000001")

_TOKEN_INFO = 0x06
_LABEL_SIZE = 32
_AVAILABILITY = 0x08  # one byte each for signature and user authentication: 8F present, 00 absent
_AVAILABILITY_SIZE = 3
_CERTIFICATE = File(0x0A, 0x30, "certificate")  # 利用者証明用, DER; a card needs no PIN for it
_KEY = 0x17
_PIN = 0x18

# Commands that an armed reader sends by itself when it finds a card: those of a session that reads
# the certificate and the token's label.
PLAN = Plan(
    select=select_command(AID).build(),
    certificate=_CERTIFICATE.sfi,
    label=_TOKEN_INFO,
    label_size=_LABEL_SIZE,
)


class TokenLabel(StrEnum):
    """Kind of token: the start of EF 0006. Source: soltia48/myna-card."""

    CARD = "JPKIAPICCTOKEN2"
    JUKI_CARD = "JPKIAPICCTOKEN"
    ANDROID = "JPKIAPGPSETOKEN"
    IPHONE = "JPKIAPIOSTOKEN"


class JpkiSession:
    """The JPKI application of the card behind `channel`, selected.

    Use one at a time: it relies on what the card has told it of its PIN.

    Raises:
        NotAMyNumberCard: the card does not have it.
    """

    def __init__(self, channel: Channel) -> None:
        self._files = Files(channel, AID, NotAMyNumberCard, PinRequired)
        self._pin = Pin(channel, _PIN)
        self._label = ""  # empty until it is read

    def token_label(self) -> str:
        """Kind of token: a `TokenLabel`, or an unknown label."""
        if not self._label:
            label = self._files.read_start(_TOKEN_INFO, _LABEL_SIZE)
            self._label = label.decode("ascii", "replace").rstrip()
        return self._label

    def authentication_certificate(self, on_progress: Progress | None = None) -> bytes:
        """The certificate for user authentication, DER. On Android, the PIN comes first.

        `on_progress` is called while bytes arrive, with the number so far and the total: until that
        is known, the guess of it.

        Raises:
            PinRequired: verify the PIN first (Android).
            NoCertificate: the card reports that it has no certificate.
            MalformedFile: the file has no certificate.
        """
        try:
            return self._files.read(_CERTIFICATE, on_progress, self._files.channel.guess)
        except PinRequired:
            raise
        except (MalformedFile, CardStatus):  # the file's content without a certificate is unknown
            if self._lacks_certificate():
                raise NoCertificate from None
            raise

    def pin_tries_left(self) -> int | None:
        """How many tries the 4-digit PIN has left; None: without limit. Asking uses no try.

        Raises:
            PinBlocked: no try is left.
            PinAbsent: the card was issued without a PIN (顔認証マイナンバーカード).
        """
        return self._pin.tries_left()

    def verify_pin(self, pin: str, *, with_last_try: bool = False) -> None:
        """Send the 4-digit PIN to the card, once. How many tries are left is asked before, if it
        was not since the last PIN.

        `with_last_try`: the holder agrees to use the last try.

        Raises:
            ValueError: `pin` is not four digits.
            LastTry: only one try is left, and `with_last_try` is False.
            WrongPin: `tries_left` is how many tries are left, None: without limit.
            PinBlocked: no try is left.
            PinAbsent: the card was issued without a PIN.
            PinOutcomeUnknown: card or reader was lost; read `pin_tries_left` before all else.
        """
        self._pin.verify(pin, with_last_try=with_last_try)

    def sign(self, message: bytes) -> bytes:
        """RSA PKCS #1 v1.5 signature over SHA-256 of `message`: 256 bytes for RSA-2048.

        Raises:
            PinRequired: verify the PIN first.
        """
        return self._files.send(sign_command(0x80 | _KEY, message))

    def finish(self) -> None:
        """End the use of this token. An iPhone expects a command for it, and accepts no other
        command afterwards (soltia48/myna-card); cards and Android do not have that command.
        """
        if self.token_label() == TokenLabel.IPHONE:
            self._files.send(Command(0x80, 0xFC, 0x00, 0x00))

    def _lacks_certificate(self) -> bool:
        try:
            availability = self._files.read_start(_AVAILABILITY, _AVAILABILITY_SIZE)
        except CardStatus:
            return False
        return len(availability) == _AVAILABILITY_SIZE and availability[1] == 0x00
