"""Care at home goes on: eligibility is asked again without the card, under the same consent.

Source: 居宅同意取得型 (ijnethp.com; CLINICS help 9360084): consent lasts while care goes on, and
eligibility is asked again without the card.
"""

from dataclasses import dataclass
from enum import Enum, auto, unique

from kazashi.reception.centre import Centre, Completion, Eligibility, eligibility_of, facts_of
from kazashi.reception.errors import ReceptionError
from kazashi.reception.journal import Journal, KeptVisit
from kazashi.reception.results import Answered, Results, take
from kazashi.reception.rules import Consents, State
from kazashi.reception.visit import OUTCOME_OF, Outcome

PROFILE = "care"  # of visits that are only an answer without the card, or the end of care
_ENDED = "care ended"


@unique
class CareFlaw(Enum):
    """Why eligibility is not asked again."""

    NO_SUCH_VISIT = auto()
    NO_CONSENT = auto()  # none of the visit's consents lasts while care goes on
    ENDED = auto()


@dataclass(eq=False)
class NoCare(ReceptionError):
    """Eligibility cannot be asked again for `visit`. `flaw`: why."""

    visit: int
    flaw: CareFlaw


def ask_again(
    journal: Journal,
    centre: Centre,
    number: int,
    *,
    is_test: bool = False,
    results: Results | None = None,
) -> Eligibility:
    """Eligibility of the patient of visit `number`, without the card.

    The answer is in the journal as a visit of its own. `is_test`: believe a simulated centre.
    `results`: see `Place`.

    Raises:
        NoCare: the visit has no consent that goes on.
        CentreError: it cannot be asked now; ask again later.
        JournalError: see there.
    """
    visit, consents = _in_care(journal, number)
    reference = str(visit.fact("reference"))
    answer = eligibility_of(centre, Completion(reference, consents))
    entry = journal.begin(PROFILE, _place(number))
    is_marked = answer.is_simulated or visit.is_test
    entry.step("eligibility", **facts_of(answer) | {"is_test": is_marked})
    is_known = is_test or not answer.is_simulated
    if results and is_known:
        answered = Answered(answer, consents, is_test=is_marked)
        entry.steps("result", take(results, answered)[2])
    entry.end(OUTCOME_OF[answer.standing] if is_known else Outcome.NOT_ANSWERED)
    return answer


def end_care(journal: Journal, number: int) -> None:
    """Care of the patient of visit `number` is over, and with it the consent.

    Raises:
        NoCare: there was none.
        JournalError: see there.
    """
    visit, consents = _in_care(journal, number)
    entry = journal.begin(PROFILE, _place(number))
    ended = [{"item": each.item.value, "state": "expired"} for each in consents.items]
    entry.steps("consent", ended)
    entry.end(_ENDED, is_test=visit.is_test)


def _in_care(journal: Journal, number: int) -> tuple[KeptVisit, Consents]:
    """The visit, and its consents that last while care goes on: given with the card alone."""
    visit = journal.visit(number)
    if visit is None or visit.outcome != Outcome.CHECKED_IN:
        raise NoCare(number, CareFlaw.NO_SUCH_VISIT)
    kept = Consents.of_facts(visit.facts_of("consent")).items
    consents = Consents(
        tuple(each for each in kept if each.state is State.GIVEN and not each.ends_at)
    )
    if not consents.items or visit.fact("fallback"):
        raise NoCare(number, CareFlaw.NO_CONSENT)
    if any(after.outcome == _ENDED for after in journal.visits_at(_place(number))):
        raise NoCare(number, CareFlaw.ENDED)
    return visit, consents


def _place(number: int) -> str:
    return f"care {number}"
