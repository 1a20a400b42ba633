"""People held until the centre can be asked: who they are, and asking about them in a thread.

What the centre has said since the start of the service is told by the visit's number; names stay
where they are kept, which forgets them with the answer.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
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
from kazashi.serve.elsewhere import HeldElsewhere
from kazashi.words import words_of

logger = logging.getLogger(__name__)

_MOST_ANSWERS = 500  # that are remembered


class AlreadyAsking(Exception):
    """The centre is being asked."""


@dataclass(frozen=True)
class HeldPerson:
    """`person`: with the four items, for the staff alone."""

    person: Held
    refused: CentreError | HeldError | None = None

    @property
    def family_name(self) -> str:
        """What stands before the first blank; without one, the first character."""
        family, *given = self.person.name.split()
        return family if given else family[:1] + "…"

    def to_json(self) -> dict[str, object]:
        """Nothing of the person."""
        return {
            "id": self.person.id,
            "visit": self.person.visit,
            "computer": self.person.computer or None,
            "held_at": self.person.held_at.isoformat(),
            "reason": self.person.reason,
            "is_test": self.person.is_test,
            "refused": words_of(self.refused).line if self.refused else None,
        }


@dataclass(frozen=True)
class AnsweredVisit:
    """What the centre has said of a visit that was held. `computer`: ""; or another one's name."""

    visit: int
    computer: str
    standing: Standing


class HeldInquiry:
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
        elsewhere: HeldElsewhere | None = None,
    ) -> None:
        self._path, self._centre, self._changed, self._is_test = journal, centre, changed, is_test
        self._persons, self._results, self._elsewhere = persons, results, elsewhere
        self._lock = Lock()
        self._answers: dict[str, AnsweredVisit | CentreError | HeldError] = {}  # by `Held.id`
        self.is_asking = False
        self.trouble: KazashiError | None = None  # why the last time ended early

    def listed(self) -> list[HeldPerson]:
        """In the order of their visits, those of this computer first; without a journal that can
        be read, none of these.
        """
        return [HeldPerson(held, self._refusal_of(held)) for held in (*self._ours(), *self._others)]

    @property
    def is_away(self) -> bool:
        """Whether it is not known now who is held at other computers."""
        return self._elsewhere is not None and self._elsewhere.is_away

    @property
    def answered(self) -> Mapping[str, AnsweredVisit]:
        """By `Held.id`, what the centre has said; the latest last."""
        answers = dict(self._answers)
        return {name: each for name, each in answers.items() if isinstance(each, AnsweredVisit)}

    def ask(self, only: str | None = None) -> None:
        """Ask about that person, by `Held.id`, or about all. It goes on in a thread.

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
        Thread(target=self._ask, args=(only,), name="held", daemon=True).start()

    def _ours(self) -> Sequence[Held]:
        try:
            with View(self._path) as journal:
                return journal.held()
        except JournalError:
            return ()

    @property
    def _others(self) -> Sequence[Held]:
        return self._elsewhere.others if self._elsewhere else ()

    def _refusal_of(self, held: Held) -> CentreError | HeldError | None:
        answer = self._answers.get(held.id)
        return None if isinstance(answer, AnsweredVisit) else answer

    # -- in its thread ----------------------------------------------------------------------------

    def _ask(self, only: str | None) -> None:
        self._changed()
        try:
            self._ask_all(None if only is None else (only,))
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

    def _ask_all(self, only: tuple[str, ...] | None) -> None:
        centre = self._centre()
        assert centre is not None
        elsewhere = self._elsewhere
        with elsewhere.people() if elsewhere else Journal(self._path) as people:
            asking = ask_held(
                people,
                centre,
                only=only,
                is_test=self._is_test,
                persons=self._persons,
                results=self._results,
            )
            for held, answer in asking:
                if isinstance(answer, Eligibility):
                    answer = AnsweredVisit(held.visit, held.computer, answer.standing)
                self._remember(held.id, answer)
                self._changed()

    def _remember(self, visit: str, answer: AnsweredVisit | CentreError | HeldError) -> None:
        with self._lock:
            self._answers.pop(visit, None)
            self._answers[visit] = answer
            while len(self._answers) > _MOST_ANSWERS:
                self._answers.pop(next(iter(self._answers)))
