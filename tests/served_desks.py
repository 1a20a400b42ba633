"""`kazashi serve` in this process, on a loopback port, for tests."""

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import httpx

from kazashi.health.terminal import Terminal
from kazashi.limits import Limits
from kazashi.reader import Reader
from kazashi.reception.configuration import Configuration
from kazashi.reception.passcode import Passcode
from kazashi.serve.access import Access, Caller, Role
from kazashi.serve.running import Server, listen
from kazashi.serve.service import Service
from kazashi.serve.settings import DeskSettings, ServeSettings
from kazashi.serve.site_settings import SiteSettings
from kazashi.serve.streams import ALIVE_S
from kazashi.testing.centre import SimulatedCentre
from kazashi.testing.component import SimulatedComponent
from kazashi.testing.passcode import TEST_PASSCODE
from kazashi.testing.table import Table
from reception_desk import ANCHORS

LIMIT_S = 60  # against a hang, not for speed


# What people answer who want to check in, by the question's name.
USUAL = {
    "token": lambda question: question["tokens"][0],
    "consents": lambda question: question["groups"],
    "prescription": lambda _: "paper",
    "passcode": lambda _: "0000",
    "staff": lambda question: STAFF | {"reason": question["reasons"][0]},
    "pin": lambda _: "1234",
    "fallback": lambda question: question["answers"][-1],
}
STAFF = {"staff": "佐藤", "is_same": True}


class Event(NamedTuple):
    """A server-sent event."""

    id: str
    kind: str
    screen: dict


@dataclass
class Served:
    """A service, and clients of it."""

    service: Service
    access: Access
    url: str
    journal: Path
    verify: object = True

    def client(self, **headers):
        return httpx.Client(base_url=self.url, headers=headers, timeout=LIMIT_S, verify=self.verify)

    def program(self):
        """With the token."""
        token = self.access.token_path.read_text().strip()
        return self.client(authorization=f"Bearer {token}")

    def screen(self, role, desk=""):
        """A browser, paired."""
        code = self.access.code_for(Caller(role, desk))
        with self.client(origin=self.url) as browser:
            paired = browser.post("/pair", json={"code": code}).raise_for_status()
        cookie = paired.headers["set-cookie"].partition(";")[0]
        return self.client(origin=self.url, cookie=cookie)

    def patient(self, desk="1"):
        return self.screen(Role.PATIENT, desk)

    def staff(self):
        return self.screen(Role.STAFF)


class UnhurriedTable(Table):
    """Its firmware is a process in real time, which a busy machine keeps from answering.

    Whether the card is there still it is to say within a second, else the reader is out of order.
    """

    def open(self, cancel):
        return Reader(self._pico.connect, Limits(answer_s=LIMIT_S, late_s=LIMIT_S), cancel)


def site(journal, **changes):
    settings = {
        "configuration": lambda: Configuration.read(None),
        "anchors": ANCHORS,
        "centre": SimulatedCentre,
        "passcode": lambda _configured: Passcode(TEST_PASSCODE),
        "component": SimulatedComponent(),
        "journal": journal,
        "language": "ja",
        "is_test": True,
        "terminal": Terminal(journal, is_synchronised=lambda: True),
    }
    return SiteSettings(**settings | changes)


def desks_with(readers, profile="desk", **settings):
    return [
        DeskSettings(str(i), f"受付{i}", reader, profile, **settings)
        for i, reader in enumerate(readers, 1)
    ]


@contextmanager
def served(folder, readers, settings=None, card_camera="", **site_changes):
    """A service with a desk for each of `readers`, and clients."""
    settings = settings or ServeSettings(port=0)
    journal = folder / "journal.db"
    desks = desks_with(readers, card_camera=card_camera)
    service = Service(desks, site(journal, **site_changes))
    line = listen(settings)
    access = Access(folder / "serve")
    server = Server(service, access, settings, line)
    url = f"{settings.scheme}://localhost:{line.getsockname()[1]}"
    thread = Thread(target=server.run, daemon=True)
    with service:
        thread.start()
        try:
            yield Served(service, access, url, journal)
        finally:
            server.should_exit = True
            thread.join(LIMIT_S)
            assert not thread.is_alive()


@contextmanager
def following(client, desk=None, after=None):
    """The events that `client` gets, one after the other."""
    headers = {"last-event-id": after} if after else {}
    params = {"desk": desk} if desk else {}
    with client.stream("GET", "/api/v1/events", params=params, headers=headers) as answer:
        answer.raise_for_status()
        yield _events(answer.iter_lines())


def _events(lines):
    fields, silent_s = {}, 0.0
    for line in lines:
        if line.startswith(":"):
            silent_s += ALIVE_S
            assert silent_s < LIMIT_S, "nothing has come for a while"
        elif line:
            name, _, value = line.partition(": ")
            fields[name] = value
        else:
            if "data" in fields:
                silent_s = 0.0
                yield Event(fields["id"], fields["event"], json.loads(fields["data"]))
            fields = {}


class AtDesk:
    """A person at a desk: sees its Screen, answers."""

    def __init__(self, client, events, desk="1"):
        self.client, self.events, self.path = client, events, f"/api/v1/desks/{desk}"
        self.screen = {}
        self.seen = []

    def until(self, **wanted):
        """The first Screen that is as wanted; `question`: its name."""
        for event in self.events:
            self.screen = event.screen
            self.seen.append(event)
            if all(_of(self.screen, name) == value for name, value in wanted.items()):
                return self.screen
        raise AssertionError("the stream has ended")

    def answer(self, value, client=None):
        """Answer the question that is shown."""
        number = self.screen["question"]["number"]
        body = {"question": number, "answer": value}
        return (client or self.client).post(f"{self.path}/answer", json=body)

    def say(self, question, value, client=None):
        """Wait for a question, and answer it."""
        self.until(question=question)
        assert self.answer(value, client).status_code == 204

    def begin(self, **start):
        return self.client.post(f"{self.path}/visit", json=start)

    def lay(self, card):
        return self.client.put(f"{self.path}/table", json={"card": card})

    def go_on(self, **first):
        """Answer as somebody who wants to check in until the visit has ended.

        `first`: other answers, once, by the question's name.
        """
        while self.screen["step"] not in ("ended", "stopped"):
            if question := self.screen["question"]:
                name = question["name"].replace(" ", "_")
                given = first.pop(name) if name in first else USUAL[name](question)
                assert self.answer(given).status_code == 204, question
            self.until(id=self.screen["id"] + 1)
        return self.screen


def _of(screen, name):
    value = screen[name]
    return value and value["name"] if name == "question" else value


@contextmanager
def at_desk(client, desk="1"):
    with following(client, desk) as events:
        yield AtDesk(client, events, desk)
