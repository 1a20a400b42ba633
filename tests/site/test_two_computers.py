"""Two services on one database: the staff screen of each shows the desks of both, what the staff of
the other have tied, and who is held at the other.
"""

from contextlib import contextmanager
from datetime import date
from hashlib import sha256

from kazashi.cli.open_numbers import numbers_of
from kazashi.cli.site import site_of
from kazashi.reception.journal import Journal, View
from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.reception.numbers.lists import Line
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.store import NumbersFile
from kazashi.site.board import Board
from kazashi.site.elsewhere import HeldElsewhere
from kazashi.site.follower import Follower
from kazashi.site.numbers import Numbers
from kazashi.site.settings import DatabaseSettings
from served_desks import served
from site_desks import LOOK_S, on
from site_waits import until
from staff_screen import values


@contextmanager
def computer(server, folder, name):
    folder.mkdir()
    board, numbers = Board(name), NumbersFile(folder / "numbers.db", Marks(bytes(32)))
    path = folder / "journal.db"
    held = HeldElsewhere(path, DatabaseSettings(server.url, name))
    copy = Numbers(NumbersCopy(numbers), name, look_s=LOOK_S)
    site = {"elsewhere": board, "numbers": numbers, "held_elsewhere": held}
    with (
        served(folder, [None], **site) as service,
        on(server, Follower(path, name, LOOK_S), board, copy, held),
    ):
        yield service


def until_shown(staff, *expected, path="/staff", of="data-elsewhere"):
    until(lambda: values(staff.get(path), of) == [*expected])
    return staff.get(path).text


def test_each_staff_screen_shows_the_desks_of_both(server, tmp_path):
    with computer(server, tmp_path / "one", "東館") as one, one.staff() as staff:
        with computer(server, tmp_path / "two", "西館") as two:
            assert "受付1" in until_shown(staff, "西館")
            with two.staff() as others:
                until_shown(others, "東館")
        until_shown(staff)


CARD = sha256(b"card").hexdigest()


def tie(service, staff, number):
    """The certificate is offered by a visit, and the staff decide."""
    service.service.site.numbers.offer([], CARD, 7, is_test=False)
    (offer,) = staff.get("/api/v1/numbers/offers").json()
    decide(staff, offer["id"], number)


def decide(staff, offer, number):
    body = {"number": number, "name": "佐藤"}
    assert staff.post(f"/api/v1/numbers/offers/{offer}", json=body).status_code == 204


def claims(staff, *numbers):
    until_shown(staff, *numbers, path="/staff/numbers", of="data-claim")


def test_what_two_computers_tied_differently_is_decided_at_one_for_both(server, tmp_path):
    with (
        computer(server, tmp_path / "one", "東館") as one,
        one.staff() as staff,
        computer(server, tmp_path / "two", "西館") as two,
        two.staff() as others,
    ):
        server.freeze()  # neither hears of the other
        try:
            tie(one, staff, "0012")
            tie(two, others, "0034")
        finally:
            server.thaw()
        until(lambda: len(offers(staff)) == len(offers(others)) == 1)
        (here,), (there,) = offers(staff), offers(others)
        assert here["tied"] == there["tied"]
        assert here["claims"] == there["claims"]
        assert {here["tied"], here["claims"][0]["number"]} == {"0012", "0034"}
        claims(staff, here["claims"][0]["number"])
        decide(others, there["id"], "0034")
        until(lambda: offers(staff) == offers(others) == [])
        for each in (one, two):
            assert each.service.site.numbers.of([], CARD).number == "0034"


def configured(server, folder):
    """A computer's database, as `kazashi serve` opens it, and its copy."""
    folder.mkdir()
    key, config = folder / "numbers.key", folder / "kazashi.toml"
    key.write_text("00" * 32)
    key.chmod(0o600)
    config.write_text(f'[database]\nurl = "{server.url}"\n[numbers]\nkey = "numbers.key"\n')
    numbers = numbers_of(config, folder / "journal.db")
    return site_of(config, folder / "journal.db", numbers).database, numbers


def test_what_is_configured_is_enough_for_a_list_to_reach_the_other(server, tmp_path):
    database, numbers = configured(server, tmp_path / "one")
    others_database, others = configured(server, tmp_path / "two")
    with database, others_database:
        numbers.take([Line(0, "0012", "A-1")])
        until(lambda: others.of(["A-1"], "").number == "0012")


def offers(staff):
    return staff.get("/api/v1/numbers/offers").json()


def test_a_person_held_at_one_is_asked_about_at_the_other(server, tmp_path):
    with (
        computer(server, tmp_path / "one", "東館") as one,
        one.staff() as staff,
        computer(server, tmp_path / "two", "西館") as two,
        two.staff() as others,
    ):
        with Journal(one.journal) as journal:
            entry = journal.begin("desk", "none")
            items = {"name": "仮名 三郎", "address": "架空町", "birth": date(1950, 4, 3), "sex": 1}
            journal.hold(entry.id, **items, reason="down")
            entry.end("held", is_test=True)
        until_shown(staff, "1", path="/staff/held", of="data-held")
        until(lambda: others.get("/api/v1/held").json()["held"])
        (held,) = others.get("/api/v1/held").json()["held"]
        name, where = held["id"], held["computer"]
        assert where == "東館"
        assert others.post("/api/v1/held/ask", json={"id": name}).status_code == 202
        until_shown(others, name, path="/staff/held", of="data-answered")
        until_shown(staff, path="/staff/held", of="data-held")
        until_shown(others, path="/staff/held", of="data-held")
        with View(two.journal) as view:
            assert [visit.reader for visit in view.visits()] == [f"held {name}"]
