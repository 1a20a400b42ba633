"""The centre's answer on its way to the reception computer, at the end of a visit.

What brings it there is configuration: see kazashi.oqs. A visit ends, whatever becomes of it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kazashi.reception.centre import Eligibility
from kazashi.reception.errors import ReceptionError
from kazashi.reception.rules import Consents, Prescription

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answered:
    """What the centre said, and what the patient answered before. `by_card`: or phone; else by a
    certificate of eligibility. `is_test`: of no value.
    """

    answer: Eligibility
    consents: Consents = field(default_factory=Consents)
    prescription: Prescription | None = None
    by_card: bool = True
    message: str = field(default="", repr=False)
    is_test: bool = False


@dataclass(frozen=True)
class ResultFile:
    """A file of it, whole and in its folder. `sha256`: of its bytes. `reference`: the session's
    number in it (ArbitraryFileIdentifier); empty: it has none.
    """

    name: str
    sha256: str
    reference: str = ""


class Results(Protocol):
    """Takes answers, from any thread."""

    def take(self, answered: Answered) -> tuple[Sequence[ResultFile], Sequence[ReceptionError]]:
        """Files that are there, and what kept others from it: these may still come."""
        ...


def take(
    results: Results, answered: Answered
) -> tuple[tuple[ResultFile, ...], Sequence[ReceptionError], list[dict[str, str]]]:
    """Files, what kept others from coming, and what the journal keeps of both."""
    try:
        files, troubles = results.take(answered)
    except Exception as error:  # of any program; its words may be a person's
        logger.error("result: %s", type(error).__name__)
        return (), (), [{"error": type(error).__name__}]
    facts = [{"file": each.name} for each in files]
    return tuple(files), troubles, [*facts, *({"error": type(e).__name__} for e in troubles)]
