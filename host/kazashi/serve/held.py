"""People held until the centre can be asked: who they are, and asking about them in a thread.

What the centre has said since the start of the service is told by the visit's number; names stay in
the journal, which forgets them with the answer.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread

from kazashi.errors import KazashiError
from kazashi.reception.centre import (
    Centre,
    CentreBusy,
    CentreError,
    CentreUnreachable,
    Eligibility,
    NoCentre,
    Standing,
)
from kazashi.reception.journal import Held, HeldError, Journal, JournalError, View
from kazashi.reception.outage import ask_held
from kazashi.reception.persons import Persons
from kazashi.reception.results import Results
from kazashi.words import words_of

logger = logging.getLogger(__name__)

_MOST_ANSWERS = 500  # that are remembered


class AlreadyAsking(Exception):
    """The centre is being asked."""


@dataclass(frozen=True)
class HeldPerson:
    """`person`: with the four items, for the staff alone."""

    person: Held
    is_test: bool
    refused: CentreError | HeldError | None = None

    @property
    def family_name(self) -> str:
        """What stands before the first blank; without one, the first character."""
        family, *given = self.person.name.split()
        return family if given else family[:1] + "…"

    def to_json(self) -> dict[str, object]:
        """Nothing of the person."""
        return {
            "visit": self.person.visit,
            "held_at": self.person.held_at.isoformat(),
            "reason": self.person.reason,
            "is_test": self.is_test,
            "refused": words_of(self.refused).line if self.refused else None,
        }


class HeldPeople:
    """`changed` is called, from any thread, when somebody was answered about."""

    def __init__(
        self,
        journal: Path,
        centre: Callable[[], Centre | None],
        changed: Callable[[], None],
        *,
        is_test: bool,
        persons: Persons | None = None,
        results: Results | None = None,
    ) -> None:
        self._path, self._centre, self._changed, self._is_test = journal, centre, changed, is_test
        self._persons, self._results = persons, results
        self._lock = Lock()
        self._answers: dict[int, Standing | CentreError | HeldError] = {}  # by visit
        self.is_asking = False
        self.trouble: KazashiError | None = None  # why the last time ended early

    def listed(self) -> list[HeldPerson]:
        """In the order of their visits; none if there is no journal, or it cannot be read."""
        try:
            with View(self._path) as journal:
                return [self._of(held, journal) for held in journal.held()]
        except JournalError:
            return []

    @property
    def answered(self) -> Mapping[int, Standing]:
        """By visit, what the centre has said; the latest last."""
        answers = dict(self._answers)
        return {visit: each for visit, each in answers.items() if isinstance(each, Standing)}

    def ask(self, visit: int | None = None) -> None:
        """Ask about the person of `visit`, or about all. It goes on in a thread.

        Raises:
            AlreadyAsking: it goes on already.
            NoCentre: there is none to ask.
        """
        if self._centre() is None:
            raise NoCentre
        with self._lock:
            if self.is_asking:
                raise AlreadyAsking
            self.is_asking, self.trouble = True, None
        Thread(target=self._ask, args=(visit,), name="held", daemon=True).start()

    # -- in its thread ----------------------------------------------------------------------------

    def _ask(self, visit: int | None) -> None:
        self._changed()
        try:
            self._ask_all(None if visit is None else (visit,))
        except (CentreUnreachable, CentreBusy) as error:
            self.trouble = error
        except JournalError as error:
            logger.error("held: %s", words_of(error).line)
            self.trouble = error
        except Exception as error:  # of any centre; no values: they may be a person's
            logger.error("held: %s", type(error).__name__)
            self.trouble = CentreUnreachable()
        finally:
            self.is_asking = False
            self._changed()

    def _ask_all(self, visits: tuple[int, ...] | None) -> None:
        centre = self._centre()
        assert centre is not None
        with Journal(self._path) as journal:
            asking = ask_held(
                journal,
                centre,
                only=None if visits is None else {str(each) for each in visits},
                is_test=self._is_test,
                persons=self._persons,
                results=self._results,
            )
            for held, answer in asking:
                said = answer.standing if isinstance(answer, Eligibility) else answer
                self._remember(held.visit, said)
                self._changed()

    def _remember(self, visit: int, answer: Standing | CentreError | HeldError) -> None:
        with self._lock:
            self._answers.pop(visit, None)
            self._answers[visit] = answer
            while len(self._answers) > _MOST_ANSWERS:
                self._answers.pop(next(iter(self._answers)))

    def _of(self, held: Held, journal: View) -> HeldPerson:
        visit = journal.visit(held.visit)
        answer = self._answers.get(held.visit)
        refused = None if isinstance(answer, Standing) else answer
        return HeldPerson(held, visit is not None and visit.is_test, refused)
