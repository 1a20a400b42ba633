"""A simulated centre without any data. Each answer is marked as simulated."""

import time
from collections.abc import Callable, Iterable, Mapping

from kazashi.reception.eligibility import CentreError, Eligibility, Request, Standing


class SimulatedCentre:
    """Raise the errors of `fails`, one for each request; then answer `standing` after `delay_s`.

    `insurance`: sent with the answer if the person is covered; it has no data of its own.
    """

    def __init__(
        self,
        standing: Standing = Standing.VALID,
        *,
        delay_s: float = 0.0,
        fails: Iterable[CentreError] = (),
        insurance: tuple[Mapping[str, str], ...] = (),
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._standing, self._insurance = standing, insurance
        self._delay_s, self._sleep = delay_s, sleep
        self._fails = iter(fails)

    def ask(self, request: Request) -> Eligibility:
        self._sleep(self._delay_s)
        for error in self._fails:
            raise error
        insurance = self._insurance if self._standing.is_covered else ()
        return Eligibility(request.reference, self._standing, insurance, is_simulated=True)
