"""The check of a terminal by a card. If it passes, user authentication signs without a PIN.

Ref: soltia48/myna-card (card.rs, ap/jpki.rs). EF 0016 is selected; 80 A2 brings a card-verifiable
certificate, which the card checks with the key behind that file, and whose key it stores; GET
CHALLENGE is 00 84 00 00 10 and EXTERNAL AUTHENTICATE 00 82.

Not confirmed by a real card, as the completing steps are not public: P1 and P2 of 80 A2 (real cards
refuse 0000, 00AE, 8000 and 00B6; here it is 00BE, as in ISO/IEC 7816-8), and that the terminal then
signs only the challenge, PKCS #1 v1.5 with SHA-256.
"""

import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .apdu import CommandApdu
from .application import CONDITIONS, CONTENT, LENGTH, PARAMETERS, SECURITY, Refused
from .authority import Authority

CHALLENGE_SIZE = 16
CERTIFICATE_P2 = 0xBE

# The layout of a card-verifiable certificate: all its lengths are fixed.
_BEFORE_BODY, _BODY = bytes.fromhex("7f218202335f4e820129"), slice(10, 307)
_BEFORE_SIGNATURE, _SIGNATURE = bytes.fromhex("5f37820100"), slice(312, 568)
_ISSUER, _MODULUS = slice(0, 16), slice(41, 297)  # parts of its body
_BEFORE_MODULUS = bytes.fromhex("900301000191820100")


class TerminalCheck:
    """The card's state about a terminal; `is_open` after the terminal has authenticated."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._terminal: rsa.RSAPublicKey | None = None
        self._challenge = b""
        self.is_open = False

    def close(self) -> None:
        self.is_open, self._terminal, self._challenge = False, None, b""

    def take_certificate(self, command: CommandApdu) -> bytes:
        """80 A2."""
        if (command.p1, command.p2) != (0, CERTIFICATE_P2):
            raise Refused(PARAMETERS)
        body, signature = command.data[_BODY], command.data[_SIGNATURE]
        anchor = self._authority.terminal_anchor
        if command.data != _BEFORE_BODY + body + _BEFORE_SIGNATURE + signature:
            raise Refused(CONTENT)
        if body[_ISSUER] != anchor.key_id or body[32:41] != _BEFORE_MODULUS:
            raise Refused(CONTENT)
        _verify(_key(anchor.n), signature, body, CONTENT)
        self._terminal = _key(int.from_bytes(body[_MODULUS], "big"))
        return b""

    def give_challenge(self, command: CommandApdu) -> bytes:
        """GET CHALLENGE: valid only for the next attempt."""
        if command.p1 or command.p2:
            raise Refused(PARAMETERS)
        if command.data or command.ne != CHALLENGE_SIZE:
            raise Refused(LENGTH)
        self._challenge = secrets.token_bytes(CHALLENGE_SIZE)
        return self._challenge

    def authenticate(self, command: CommandApdu) -> bytes:
        """EXTERNAL AUTHENTICATE."""
        challenge, self._challenge = self._challenge, b""
        if command.p1 or command.p2:
            raise Refused(PARAMETERS)
        if not challenge or not self._terminal:
            raise Refused(CONDITIONS)
        _verify(self._terminal, command.data, challenge, SECURITY)
        self.is_open = True
        return b""


def _key(n: int) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(65537, n).public_key()


def _verify(key: rsa.RSAPublicKey, signature: bytes, message: bytes, status: int) -> None:
    try:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise Refused(status) from None
