"""Confirmations that a journal kept.

One is counted if the visit ended with the centre's word that the person is covered: today, or later
for a person held. Left out are visits that were cancelled, and all that is of a test; and answers
without the card while care goes on (再照会): nobody showed a card then [unconfirmed]. What the
patient consents to is another thing: a consent, or a look at the information, counts for nothing
here.

A journal knows the person by the insurance, and age and insurer, if its configuration has a key
(`[figures]`); else the certificate alone. It knows nothing of its site: see sites_file.py.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kazashi.reception.care import PROFILE as CARE
from kazashi.reception.japan import japan_today
from kazashi.reception.journal import KeptVisit, View
from kazashi.reception.outage import PROFILE as HELD
from kazashi.reception.persons import Persons
from kazashi.reception.visit import Outcome, Reason
from kazashi.stats.confirmations import Confirmation
from kazashi.stats.counts import Cell
from kazashi.stats.groups import UNKNOWN


@dataclass
class JournalReader:
    """Reads journals of sites. `with_tests`: tests are taken, too; `tests`: how many there were.

    `looked_at` is called once a visit.
    """

    persons: Persons
    with_tests: bool = False
    looked_at: Callable[[], object] = lambda: None
    tests: int = 0

    def confirmations(self, path: Path, site: str) -> Iterator[Confirmation]:
        """Those of the journal at `path`, which is not changed.

        Raises:
            JournalError: it cannot be read.
        """
        with View(path) as view:
            yield from self.of_visits(view.visits(), site)

    def of_visits(self, visits: Iterable[KeptVisit], site: str) -> Iterator[Confirmation]:
        """Those of a journal whose `visits` are these, in their order."""
        held: dict[str, KeptVisit] = {}
        for visit in visits:
            self.looked_at()
            if visit.outcome == Outcome.HELD:
                held[f"held {visit.id}"] = visit
            if not _is_confirmed(visit):
                continue
            shown = held.get(visit.reader, visit) if visit.profile == HELD else visit
            is_test = visit.is_test or shown.is_test
            self.tests += is_test
            if self.with_tests or not is_test:
                yield self._confirmation(visit, shown, site)

    def _confirmation(self, visit: KeptVisit, shown: KeptVisit, site: str) -> Confirmation:
        """`shown`: when the person was there; `visit`, if that one is not in this journal."""
        month = f"{japan_today(visit.begun_at):%Y-%m}"
        certificate = str(shown.fact("certificate_sha256") or "")
        is_by_card = bool(certificate) and not _is_on_paper(shown)
        age, insurer = (str(visit.fact(name) or UNKNOWN) for name in ("age", "insurer"))
        return Confirmation(
            Cell(month, site, age=age, insurer=insurer),
            is_by_card,
            insured=str(visit.fact("person") or ""),
            certificate=self.persons.by_certificate(certificate) if is_by_card else "",
        )


def _is_confirmed(visit: KeptVisit) -> bool:
    return visit.outcome == Outcome.CHECKED_IN and visit.profile != CARE


def _is_on_paper(visit: KeptVisit) -> bool:
    """By a paper, with which the centre was asked at the end, or is to be asked."""
    if visit.fact("fallback") is None:
        return False
    return visit.outcome != Outcome.HELD or visit.fact("why") != Reason.CENTRE_DOWN
