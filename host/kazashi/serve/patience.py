"""How long a patient is waited for: until a sign of life is asked for, and from then until the end.

Staff are never hurried, and while they are to come no patient is.
"""

from collections.abc import Callable

from kazashi.reception.people import AskConsents
from kazashi.serve.screen import OF_STAFF, Screen

_ANSWER_S = 60.0
_CONSENTS_S = 120.0  # there is more to read
_WARNED_S = 20.0


class Patience:
    """With one patient after the other. `clock`: seconds that never go back.

    `is_slow`: this patient has chosen speech, or the largest letters.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.is_slow = False

    def deadline(self, screen: Screen) -> float | None:
        """Of the question that `screen` asks; None: the patient is not waited for."""
        question = screen.question
        if question is None or isinstance(question, OF_STAFF) or _are_staff_to_come(screen):
            return None
        seconds = _CONSENTS_S if isinstance(question, AskConsents) else _ANSWER_S
        return self._clock() + seconds * (2 if self.is_slow else 1)

    def last_deadline(self) -> float:
        """Of the sign of life."""
        return self._clock() + _WARNED_S

    def left_s(self, screen: Screen) -> float | None:
        """Until the deadline of `screen`; None: it has none."""
        return None if screen.deadline is None else max(0.0, screen.deadline - self._clock())


def _are_staff_to_come(screen: Screen) -> bool:
    return bool(screen.call or screen.lost_since)
