"""The approved component's part: it makes a card sign without a PIN, over any APDU pipe.

In the field this is a program of an approved operator, with a key that is certified for it; an open
reader only carries its APDUs. Here it has the test authority's key. For the steps that are
not confirmed by a real card, see pinless.py.
"""

import hashlib
from collections.abc import Callable

from .application import Refused
from .authority import Authority, shared_authority
from .jpki import JPKI_AID
from .pinless import CERTIFICATE_P2, CHALLENGE_SIZE
from .tlv import signed

_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class ApprovedComponent:
    """`transmit` takes a command APDU and returns the response with its status word."""

    def __init__(
        self, transmit: Callable[[bytes], bytes], authority: Authority | None = None
    ) -> None:
        self._transmit = transmit
        self._authority = authority or shared_authority()

    def sign_without_pin(self, message: bytes) -> bytes:
        """The card's PKCS #1 v1.5 signature over SHA-256 of `message`, 256 bytes.

        Raises:
            Refused: the card does not trust this terminal.
        """
        authority = self._authority
        self._ask("00a4040c0a" + JPKI_AID.hex())
        self._ask("00a4020c020016")
        certificate = authority.terminal_certificate
        self._ask(f"80a200{CERTIFICATE_P2:02x}00{len(certificate):04x}{certificate.hex()}")
        challenge = self._ask(f"00840000{CHALLENGE_SIZE:02x}")
        proof = signed(authority.terminal_key, challenge)
        self._ask(f"0082000000{len(proof):04x}{proof.hex()}")
        info = _SHA256_INFO + hashlib.sha256(message).digest()
        return self._ask(f"802a0097{len(info):02x}{info.hex()}00")

    def _ask(self, command: str) -> bytes:
        response = self._transmit(bytes.fromhex(command))
        status = int.from_bytes(response[-2:], "big")
        if status != 0x9000:
            raise Refused(status)
        return response[:-2]
