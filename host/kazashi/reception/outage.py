"""Network or centre down: the visit is held with its four items, and asked about later.

Source: システム障害時モード (wic-net 10145/8; kyotoihou ?p=14265): name, birth, sex and address are
taken from the card's face and queried later. Here they may come from its chip, too, opened by the
PIN or 照合番号B. Never a My Number.
"""

import secrets
from collections.abc import Generator
from datetime import date

from kazashi.cards.surface import FourItems, Sex
from kazashi.reception.centre import (
    REFERENCE_SIZE,
    Centre,
    CentreBusy,
    CentreError,
    CentreUnreachable,
    Completion,
    Eligibility,
    Who,
    eligibility_of,
    identity_of,
)
from kazashi.reception.journal import Held, Journal
from kazashi.reception.typed import birth_date, required, sex_of
from kazashi.reception.visit import OUTCOME_OF, Outcome

PROFILE = "held"  # of visits that are only this answer


def typed_items(*, name: str, address: str, birth: str, sex: str, today: date) -> FourItems:
    """What was typed from the card's face.

    Raises:
        Mistyped: a field is not what it should be; it says which.
    """
    return FourItems(
        required("name", name), required("address", address), birth_date(birth, today), sex_of(sex)
    )


def ask_held(
    journal: Journal, centre: Centre, *, is_test: bool = False
) -> Generator[tuple[Held, Eligibility | CentreError]]:
    """Ask about the people held, in the order of their visits, until the centre is down again.

    Whom it has answered about is held no more once the next one is asked for; the answer is in the
    journal as a visit of its own. Whom it refused stays held, and keeps nobody else waiting; so
    does whom a simulated centre has answered about.

    `is_test`: ask about the people of tests alone, and believe a simulated centre about them; else
    about all others.

    Raises:
        JournalError: see there.
    """
    for held in journal.held():
        visit = journal.visit(held.visit)
        if (visit is not None and visit.is_test) is not is_test:
            continue
        items = FourItems(held.name, held.address, held.birth, Sex(held.sex))
        try:
            answer = _ask(centre, items)
        except (CentreUnreachable, CentreBusy):
            return  # the others would fare the same
        except CentreError as error:
            yield held, error
            continue
        is_known = is_test or not answer.is_simulated
        _keep(journal, held, answer, OUTCOME_OF[answer.standing] if is_known else Outcome.HELD)
        yield held, answer
        if is_known:
            journal.release(held.visit)


def _ask(centre: Centre, who: Who) -> Eligibility:
    """Both questions; a standing that is no coverage is the answer already."""
    identity = identity_of(centre, secrets.token_hex(REFERENCE_SIZE), who)
    if not identity.standing.is_covered:
        return Eligibility(
            identity.reference, identity.standing, is_simulated=identity.is_simulated
        )
    return eligibility_of(centre, Completion(identity.reference))


def _keep(journal: Journal, held: Held, answer: Eligibility, outcome: Outcome) -> None:
    entry = journal.begin(PROFILE, f"held {held.visit}")
    entry.step(
        "eligibility",
        reference=answer.reference,
        eligibility=answer.standing.name.lower(),
        is_test=answer.is_simulated,
    )
    entry.end(outcome)
