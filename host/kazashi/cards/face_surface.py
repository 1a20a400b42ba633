"""券面事項確認AP: the card's face with its photo, and a proof that the chip is genuine.

Ref: soltia48/myna-card, ap/surface.rs. Phones do not have this application.
"""

import secrets
from collections.abc import Iterable

from kazashi.cards.apdu import Channel
from kazashi.cards.cv_certificate import CV_CERTIFICATE, CvAnchor, CvCertificate
from kazashi.cards.errors import CodeRequired, Doubt, NotGenuine, SurfaceAbsent
from kazashi.cards.files import Files, Progress
from kazashi.cards.signing import sign_command
from kazashi.cards.surface import SURFACE, Surface
from kazashi.cards.verify import CodeB

AID = bytes.fromhex("d3921000310001010402")

_CODE_B = 0x12
_OWN_KEY = 0x00
_CHALLENGE_SIZE = 32


class FaceSurfaceSession:
    """券面事項確認AP of the card behind `channel`, selected.

    Raises:
        SurfaceAbsent: the card does not have it.
    """

    def __init__(self, channel: Channel) -> None:
        self._files = Files(channel, AID, SurfaceAbsent, CodeRequired)
        self._code_b = CodeB(channel, _CODE_B)

    def code_b_tries_left(self) -> int | None:
        """How many tries 照合番号B has left; None: without limit. Asking uses no try.

        Raises:
            CodeBlocked: no try is left.
        """
        return self._code_b.tries_left()

    def verify_code_b(self, code: str) -> None:
        """Send 照合番号B to the card, once. See `verify.CodeB`."""
        self._code_b.verify(code)

    def surface(self, on_progress: Progress | None = None) -> Surface:
        """What is printed on the card, photo included. Not authenticated: see `prove_genuine`.

        Raises:
            CodeRequired: verify 照合番号B first.
            MalformedFile: the file is not readable.
        """
        return Surface.parse(self._files.read(SURFACE, on_progress))

    def prove_genuine(self, surface: Surface, anchors: Iterable[CvAnchor]) -> None:
        """Check that an issuer among `anchors` signed `surface`, and signed it for this chip.

        Does not need 照合番号B.

        Raises:
            NotGenuine: it is not so; see `reason`.
        """
        certificate = CvCertificate.parse(self._files.read(CV_CERTIFICATE))
        certificate.check(anchors)
        if not certificate.key.signed_info(surface.signature, surface.signed):
            raise NotGenuine(Doubt.CHANGED_RECORD)
        challenge = secrets.token_bytes(_CHALLENGE_SIZE)
        signature = self._files.send(sign_command(_OWN_KEY, challenge))
        if not surface.public_key.signed(signature, challenge):
            raise NotGenuine(Doubt.COPIED_CHIP)
