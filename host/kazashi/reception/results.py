"""The centre's answer on its way to the reception computer, at the end of a visit.

What brings it there is configuration: see kazashi.oqs. A visit ends, whatever becomes of it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kazashi.reception.centre import Eligibility
from kazashi.reception.errors import ReceptionError
from kazashi.reception.journal import NoResultFile
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

    def prepare(self, answered: Answered) -> "Prepared":
        """Files that do not go out yet: the answer is asked for again if it is not kept."""
        ...


class Prepared(Protocol):
    """Files that are written, and do not go out yet. Those of `names` that the journal has go out,
    once, also after a kill; the others are deleted.
    """

    @property
    def names(self) -> Sequence[str]: ...
    @property
    def troubles(self) -> Sequence[ReceptionError]:
        """What kept others from being made."""
        ...

    @property
    def unkept(self) -> Sequence[ReceptionError]:
        """What keeps some of them from the disk, for now; then none goes out."""
        ...

    def settle(self) -> None:
        """The journal has decided."""
        ...


def take(
    results: Results, answered: Answered
) -> tuple[tuple[ResultFile, ...], Sequence[ReceptionError], list[dict[str, str]]]:
    """Files, what kept others from coming, and what the journal keeps of both."""
    try:
        files, troubles = results.take(answered)
    except Exception as error:  # of any program; its text may name a person
        logger.error("result: %s", type(error).__name__)
        return (), (), [{"error": type(error).__name__}]
    return tuple(files), troubles, _facts([each.name for each in files], troubles)


def prepare(
    results: Results, answered: Answered
) -> tuple[Callable[[], None], list[dict[str, str]]]:
    """`Prepared.settle`, and what the journal keeps.

    Raises:
        NoResultFile: ask again later.
    """
    try:
        prepared = results.prepare(answered)
        if not prepared.unkept:
            return prepared.settle, _facts(prepared.names, prepared.troubles)
        prepared.settle()
    except Exception as error:  # of any program; its text may name a person
        logger.error("result: %s", type(error).__name__)
        return lambda: None, [{"error": type(error).__name__}]
    raise NoResultFile(tuple(prepared.unkept))


def _facts(names: Sequence[str], troubles: Sequence[ReceptionError]) -> list[dict[str, str]]:
    return [*({"file": name} for name in names), *({"error": type(e).__name__} for e in troubles)]
