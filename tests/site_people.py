"""Computers of a site at which people are held, and what the database has of these."""

from datetime import date

from kazashi.reception.centre import CentreFailed
from kazashi.reception.journal import BeingAsked, Journal, NeedsSite, View
from kazashi.reception.outage import ask_held
from kazashi.site.people import SitePeople
from kazashi.site.settings import DatabaseSettings
from kazashi.testing.centre import SimulatedCentre
from site_desks import follower
from site_waits import until

GIVEN_AT = "2026-11-29T00:00:00+00:00"
HELD = {"address": "架空町1-2-3", "birth": date(1950, 4, 3), "sex": 1, "reason": "down"}


class Computer:
    """A computer of the site: its journal, and who is held there."""

    def __init__(self, folder, server, name):
        self.path, self.server, self.name = folder / f"{name}.db", server, name
        Journal(self.path).close()

    def hold(self, *names):
        with Journal(self.path) as journal:
            for name in names:
                entry = journal.begin("desk", "none")
                entry.step("certificate", certificate_sha256="ab" * 32, validity="normal")
                entry.step("consent", item="medication", state="given", given_at=GIVEN_AT)
                journal.hold(entry.id, name=name, **HELD)
                entry.end("held", why="centre_down", is_test=True)

    def following(self):
        return follower(self.path, self.server, self.name)

    def people(self):
        return SitePeople(self.path, DatabaseSettings(self.server.url, self.name))

    def ask(self, centre=None):
        """[(name, what came of it)]"""
        with self.people() as people:
            asked = ask_held(people, centre or SimulatedCentre(), is_test=True)
            return [(held.name, answer) for held, answer in asked]

    def follows(self):
        """Brings all that it has, and sees what the database knows."""
        with self.following():
            until(lambda: self.is_level)

    @property
    def is_level(self):
        theirs = in_database(self.server, self.name)
        return theirs == dict.fromkeys(self.held, True)

    @property
    def held(self):
        with View(self.path) as view:
            return [each.visit for each in view.held()]

    @property
    def answers(self):
        with View(self.path) as view:
            return [visit.reader for visit in view.visits() if visit.profile == "held"]


def in_database(server, name):
    """{visit: whether its person is still there}"""
    query = """
        SELECT visit, person IS NOT NULL FROM kazashi.held
        JOIN kazashi.journal ON id = journal WHERE desk = %s"""
    return dict(server.rows(query, name))


def errors_of(asked):
    return [type(answer) for _, answer in asked]


def is_error(answer):
    return isinstance(answer, (BeingAsked, NeedsSite, CentreFailed))
