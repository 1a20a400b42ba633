"""Network or centre down: the visit is held with its four items, and asked about later.

Source: システム障害時モード (wic-net 10145/8; kyotoihou ?p=14265): name, birth, sex and address are
taken from the card's face and queried later. Here they may come from its chip, too, opened by the
PIN or 照合番号B. Never a My Number.
"""

import secrets
from collections.abc import Callable, Container, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from kazashi.cards.surface import Sex
from kazashi.reception.centre import (
    REFERENCE_SIZE,
    Centre,
    CentreBusy,
    CentreError,
    CentreUnreachable,
    Completion,
    Eligibility,
    HeldItems,
    LateCentre,
    NoCentre,
    Who,
    eligibility_of,
    facts_of,
    identity_of,
)
from kazashi.reception.japan import japan_today, utc_now
from kazashi.reception.journal import (
    Answer,
    BeingAsked,
    Claim,
    Held,
    HeldError,
    JournalError,
    KeptVisit,
    NeedsItsComputer,
)
from kazashi.reception.journal.facts import Fact
from kazashi.reception.persons import Persons
from kazashi.reception.results import Answered, Results, prepare
from kazashi.reception.rules import Consents, Group, Prescription, State
from kazashi.reception.validity import Validity
from kazashi.reception.visit import OUTCOME_OF, Outcome, Reason

PROFILE = "held"  # of visits that are only this answer

Said = Eligibility | CentreError | HeldError  # about a person held


class HeldPeople(Protocol):
    """Where people are held: a `Journal` is one.

    Raises:
        JournalError: so each of them.
    """

    def held(self) -> Sequence[Held]: ...
    def visit_of(self, held: Held) -> KeptVisit | None:
        """Raises HeldError."""
        ...

    def claim(self, held: Held) -> Claim | None:
        """No other program asks about `held` now. None: held no more. Raises HeldError."""
        ...

    def renew(self, claim: Claim) -> bool:
        """Whether it is still ours."""
        ...

    def give_back(self, claim: Claim) -> None: ...
    def answer(self, answer: Answer, claim: Claim | None) -> None:
        """Keep it; with a `claim`, the person is held no more. Both or neither."""
        ...


def ask_held(
    people: HeldPeople,
    centre: Centre,
    *,
    only: Container[str] | None = None,
    is_test: bool = False,
    persons: Persons | None = None,
    results: Results | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Generator[tuple[Held, Said]]:
    """Ask about the people held, in the order of their visits; each is claimed meanwhile.

    What they answered with the card goes along, as it stands `now`. Whom the centre has answered
    about is held no more once the next one is asked for; the answer is in the journal then, as a
    visit of its own. Whom it refused stays held, and keeps nobody else waiting; so does who is
    being asked about by another, whom a simulated centre has answered about, and whose result is
    on no disk.

    `only`: ask about these alone, by `Held.id`. `is_test`: ask about the people of tests alone,
    and believe a simulated centre about them; else about all others. `persons`, `results`: see
    `Place`.

    Raises:
        CentreUnreachable, CentreBusy: all others stay held, unasked.
        JournalError: see there.
    """
    for held in people.held():
        if held.is_test is not is_test or (only is not None and held.id not in only):
            continue
        try:
            claim = people.claim(held)
        except HeldError as error:
            yield held, error
            continue
        if claim is None:
            continue
        try:
            visit = people.visit_of(held)
            items = _items(held, visit)
            answer, completion = _ask(centre, items, _answered(visit, now()))
            if not people.renew(claim):  # this program was stopped meanwhile
                yield held, BeingAsked()
                continue
            is_known = is_test or not answer.is_simulated
            answered = Answered(
                answer,
                completion.consents,
                completion.prescription,
                by_card=completion.validity is not None,
                is_test=is_test or answer.is_simulated,
            )
            settle, handed = prepare(results, answered) if results and is_known else (None, [])
            try:
                yield held, answer
                person = persons.facts_of(answer, japan_today(now())) if persons else {}
                outcome = OUTCOME_OF[answer.standing] if is_known else Outcome.HELD
                facts = facts_of(answer) | person | _card_of(visit, answered)
                kept = _kept(held, facts, answered.consents, handed, outcome)
                people.answer(kept, claim if is_known else None)
            finally:
                if settle:
                    settle()
            if is_known and isinstance(centre, LateCentre):
                centre.settled(items.references)
        except (CentreUnreachable, CentreBusy):
            raise  # the others would fare the same
        except (CentreError, HeldError) as error:
            is_elsewhere = isinstance(error, NoCentre) and held.journal
            yield held, NeedsItsComputer() if is_elsewhere else error
        finally:
            with suppress(JournalError):  # the claim ends by itself
                people.give_back(claim)


def _items(held: Held, visit: KeptVisit | None) -> HeldItems:
    asked = visit.facts_of("identity") if visit else []
    references = tuple(str(each["reference"]) for each in asked if "error" in each)
    return HeldItems(held.name, held.address, held.birth, Sex(held.sex), references)


def _card_of(visit: KeptVisit | None, answered: Answered) -> dict[str, Fact]:
    """With the answer: what is counted of it may not find the visit in the same journal, which is
    another computer's, or goes on under another name at the site.
    """
    certificate = visit.fact("certificate_sha256") if visit else None
    return {"certificate_sha256": certificate} if answered.by_card and certificate else {}


def _answered(visit: KeptVisit | None, now: datetime) -> Completion:
    """What the patient of `visit` answered before the centre was gone, without a reference.

    Nothing if they are held for a paper. A consent that was hard to obtain is no answer.

    Raises:
        HeldError: another release has written it, so that it is not understood.
    """
    try:
        return _completion(visit, now)
    except (ValueError, KeyError):  # their words may be the patient's
        raise HeldError from None


def _completion(visit: KeptVisit | None, now: datetime) -> Completion:
    if visit is None or visit.fact("why") != Reason.CENTRE_DOWN:
        return Completion("")
    kept = Consents.of_facts(visit.facts_of("consent")).at(now)
    consents = tuple(each for each in kept.items if each.state is not State.HARD_TO_OBTAIN)
    prescription, shares = visit.fact("prescription"), visit.fact("shares")
    validity = Validity(visit.fact("validity"))
    groups = [each for each in Group if validity.allows_medical_information or not each.is_medical]
    return Completion(
        "",
        Consents(consents).within(groups),
        Prescription[str(prescription).upper()] if prescription else None,
        registers=visit.fact("registers") is True,
        shares_subsidies=None if shares is None else shares is True,
        validity=validity,
    )


def _ask(centre: Centre, who: Who, answered: Completion) -> tuple[Eligibility, Completion]:
    """Both questions, if the first does not say all."""
    identity = identity_of(centre, secrets.token_hex(REFERENCE_SIZE), who)
    completion = replace(
        answered,
        reference=identity.reference,
        consents=answered.consents.within(identity.groups),
        registers=answered.registers and not identity.is_registered,
    )
    final = None if completion.registers else identity.final
    if final is None:
        return eligibility_of(centre, completion), completion
    return final, replace(completion, consents=Consents(), prescription=None)


def _kept(
    held: Held,
    facts: Mapping[str, Fact],
    consents: Consents,
    handed: Sequence[Mapping[str, str]],
    outcome: Outcome,
) -> Answer:
    steps = [
        *(("consent", each.to_facts()) for each in consents.items),
        ("eligibility", facts),
        *(("result", each) for each in handed),
    ]
    return Answer(PROFILE, f"{PROFILE} {held.id}", steps, outcome)
