"""How a way, or a visit, goes wrong; raised and caught within the engine."""

from dataclasses import dataclass

from kazashi.errors import CardError
from kazashi.reception.profiles import Token
from kazashi.reception.texts import Text
from kazashi.reception.visit import Outcome


class WayFailed(Exception):
    """This way does not lead on; another may. `reason`: what the patient is told."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class AnotherToken(WayFailed):
    """`token` was presented, which has a way of its own. This one was not tried."""

    def __init__(self, token: Token, reason: Text) -> None:
        super().__init__(reason)
        self.token = token


class TokenFailed(WayFailed):
    """Nothing that is done with this kind of token leads on. `outcome`: where nothing else does."""

    def __init__(self, token: Token, outcome: Outcome, reason: Text) -> None:
        super().__init__(reason)
        self.token, self.outcome = token, outcome


class Refused(Exception):
    """No way leads on. `reason`: what the patient is told; None: they know."""

    def __init__(self, outcome: Outcome, reason: Text | None) -> None:
        super().__init__(outcome)
        self.outcome, self.reason = outcome, reason


@dataclass(eq=False)
class WrongToken(CardError):
    """Another kind of token was presented, which is good for nothing here."""

    found: Token
