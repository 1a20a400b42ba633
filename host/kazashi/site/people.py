"""People held at all computers of a site, as one who asks about them needs them.

Whom the database does not have yet are claimed in the journal, as without one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self, TypeVar

from kazashi.reception.japan import utc_now
from kazashi.reception.journal import (
    Answer,
    BeingAsked,
    Claim,
    Held,
    HeldError,
    Journal,
    KeptVisit,
    NeedsSite,
)
from kazashi.reception.journal.claims import LENGTH, SITE
from kazashi.reception.journal.followed import Followed
from kazashi.site import held as rows
from kazashi.site.line import Connection
from kazashi.site.reached import DatabaseAway, Reached
from kazashi.site.settings import DatabaseSettings

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class SiteClaim(Claim):
    """By the database. `key`: the claim as it knows it. `until`: it stands at least until then."""

    key: Claim
    until: datetime


class SitePeople:
    """`HeldPeople` of a site; the answers are visits of the journal at `path`. For one thread.

    While the database is away, `is_away`, it has those of the journal alone.

    Raises:
        JournalError: so each of its methods.
    """

    def __init__(self, path: Path, settings: DatabaseSettings) -> None:
        self.journal = Journal(path)
        with Followed(path) as followed:
            self._name = followed.name()
        self._database = Reached(settings)
        self.is_away = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._database.__exit__()
        self.journal.close()

    def held(self) -> list[Held]:
        """Those of this computer first."""
        ours = self.journal.held()
        try:
            return [*ours, *self._do(lambda connection: rows.others(connection, self._name))]
        except NeedsSite:
            return ours

    def visit_of(self, held: Held) -> KeptVisit | None:
        """Raises HeldError: it is not known."""
        if not held.journal:
            return self.journal.visit_of(held)
        try:
            visit = self._do(lambda connection: rows.visit_of(connection, held))
        except ValueError:
            visit = None
        if visit is None:  # what they answered is not to be left out
            raise HeldError
        return visit

    def claim(self, held: Held) -> Claim | None:
        """Raises BeingAsked, NeedsSite."""
        if not held.journal:
            try:
                return self.journal.claim(held)
            except NeedsSite:
                pass
        key = Claim(replace(held, journal=held.journal or self._name))
        until = utc_now() + LENGTH
        is_granted = self._do(lambda connection: rows.claim(connection, key))
        if is_granted is None:
            return None
        if not is_granted:
            raise BeingAsked
        return SiteClaim(held, key.token, key=key, until=until)

    def renew(self, claim: Claim) -> bool:
        """While the database is away, as long as it cannot have granted it to another."""
        if not isinstance(claim, SiteClaim):
            return self.journal.renew(claim)
        try:
            return self._do(lambda connection: rows.renew(connection, claim.key))
        except NeedsSite:
            return utc_now() < claim.until

    def give_back(self, claim: Claim) -> None:
        """If the database is away, the claim ends by itself."""
        if not isinstance(claim, SiteClaim):
            self.journal.give_back(claim)
            return
        try:
            self._do(lambda connection: rows.give_back(connection, claim.key))
        except NeedsSite:
            pass

    def answer(self, answer: Answer, claim: Claim | None) -> None:
        """If the database is away, it sees the answer when it follows the journal."""
        if not isinstance(claim, SiteClaim):
            self.journal.answer(answer, claim)
            return
        is_ours = not claim.held.journal
        self.journal.answer(answer, Claim(claim.held, SITE) if is_ours else None)
        person = claim.key.held
        try:
            self._do(lambda connection: rows.release(connection, person.journal, person.visit))
        except NeedsSite:
            pass

    def _do(self, work: Callable[[Connection], _T]) -> _T:
        """Raises NeedsSite: the database is away; it is not tried again."""
        if self.is_away:
            raise NeedsSite
        try:
            return self._database.do(work)
        except DatabaseAway:
            self.is_away = True
            raise NeedsSite from None
