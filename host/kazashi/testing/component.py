"""A simulated approved component: it has a simulated card's key sign without a PIN.

For tests only. Its key is certified by the test authority of this process, so no real card signs
for it, nor does a simulated one of another process. What it says of eligibility is marked as
simulated. The steps that no real card has confirmed: kazashi/sim/pinless.py.
"""

from collections.abc import Callable

from kazashi.cards.apdu import Channel
from kazashi.cards.jpki import JpkiSession
from kazashi.reception.certified import CertifiedFailed, CertifiedResult, Unidentified
from kazashi.reception.eligibility import Eligibility, Standing
from kazashi.reception.profiles import Way
from kazashi.sim.application import Refused
from kazashi.sim.approved import ApprovedComponent
from kazashi.sim.authority import Authority


class SimulatedComponent:
    """A `CertifiedComponent` for `Reception(component=…)`.

    `standing`: what it has learnt from the centre; None: nothing. `authority`: who has approved it;
    None: the one whose approval the simulated cards accept. `asked`: the ways by which holders were
    identified, in their order.
    """

    def __init__(
        self, standing: Standing | None = None, *, authority: Authority | None = None
    ) -> None:
        self._standing, self._authority = standing, authority
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
        eligibility = (
            Eligibility("simulated", self._standing, is_simulated=True) if self._standing else None
        )
        return CertifiedResult(certificate, signature, eligibility)


class _Pipe(Channel):
    """`transmit` as the channel of a session."""

    def __init__(self, transmit: Callable[[bytes], bytes]) -> None:
        self._transmit = transmit

    def transmit(self, apdu: bytes, on_progress: Callable[[int], None] | None = None) -> bytes:
        del on_progress
        return self._transmit(apdu)
