"""A simulated approved component: it has a simulated card's key sign without a PIN.

For tests only. Its key is certified by the test authority of this process, so no real card signs
for it, nor does a simulated one of another process. What it says of eligibility is marked as
simulated. The steps that no real card has confirmed: kazashi/sim/pinless.py.
"""

import secrets
from collections.abc import Callable

from kazashi.cards.apdu import Channel
from kazashi.cards.jpki import JpkiSession
from kazashi.reception.centre import (
    REFERENCE_SIZE,
    Completion,
    Eligibility,
    Holder,
    Identity,
    NoCentre,
)
from kazashi.reception.certified import CertifiedFailed, CertifiedResult, Unidentified
from kazashi.reception.rules import Proof, Token, Way
from kazashi.reception.validity import Validity
from kazashi.sim.application import Refused
from kazashi.sim.approved import ApprovedComponent
from kazashi.sim.authority import Authority
from kazashi.testing.centre import SimulatedCentre


class SimulatedComponent:
    """A `CertifiedComponent` for `Reception(component=…)`.

    `centre`: that it asks by itself; None: it leaves that to the reception. `authority`: who has
    approved it; None: the one whose approval the simulated cards accept. `asked`: the ways by which
    holders were identified, in their order.
    """

    def __init__(
        self, centre: SimulatedCentre | None = None, *, authority: Authority | None = None
    ) -> None:
        self._centre, self._authority = centre, authority
        self.asked: list[Way] = []

    def identify(
        self, transmit: Callable[[bytes], bytes], way: Way, challenge: bytes
    ) -> CertifiedResult:
        """Read the certificate and have the card sign `challenge`.

        Raises:
            CertifiedFailed: the card refuses this component.
        """
        self.asked.append(way)
        certificate = JpkiSession(_Pipe(transmit)).authentication_certificate()
        try:
            signature = ApprovedComponent(transmit, self._authority).sign_without_pin(challenge)
        except Refused as error:
            raise CertifiedFailed(Unidentified.REFUSED, str(error)) from error
        return CertifiedResult(certificate, signature, self._identity(certificate, way, challenge))

    def complete(self, completion: Completion) -> Eligibility:
        if self._centre is None:
            raise NoCentre
        return self._centre.complete(completion)

    def _identity(self, certificate: bytes, way: Way, challenge: bytes) -> Identity | None:
        if self._centre is None:
            return None
        who = Holder(
            certificate, Token.CARD, way, Validity.NORMAL, Proof.COMPONENT, challenge=challenge
        )
        return self._centre.identify(secrets.token_hex(REFERENCE_SIZE), who)


class _Pipe(Channel):
    """`transmit` as the channel of a session."""

    def __init__(self, transmit: Callable[[bytes], bytes]) -> None:
        self._transmit = transmit

    def transmit(self, apdu: bytes, on_progress: Callable[[int], None] | None = None) -> bytes:
        del on_progress
        return self._transmit(apdu)
