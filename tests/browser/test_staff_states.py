"""Every page of the staff screen: whole and readable, wide and docked beside the other program."""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from browser.conftest import DOCKED, PC
from browser.judges import STAFF, flaws, violations
from browser.pictures import keep
from browser.serving import STAFF as OF_STAFF
from browser.states import PATIENT
from browser.states import STAFF as STATES
from kazashi.cards.surface import Sex
from kazashi.reception.journal import Held
from kazashi.reception.people import InPlace
from kazashi.reception.rules import Way
from served_desks import LIMIT_S

SHOWN = {
    "name": "受付1",
    "colour": "attn",
    "tag": "called",
    "sees": "staff",
    "is_due": True,
    "since": "2026-11-30T00:00:00+00:00",
    "is_test": True,
}
JOURNAL = "00000000-0000-4000-8000-000000000001"
PAGES = ("", "/held", "/devices", "/journal", "/declaration", "/leaflet")


class Elsewhere(NamedTuple):
    """A desk of another computer."""

    computer: str
    shown: dict
    desk: str = "1"
    is_away: bool = False


@pytest.fixture(scope="package")
def office(played, browser):
    """One page for all states."""
    context = browser.new_context(viewport=PC, locale="ja-JP")
    page = context.new_page()
    page.set_default_timeout(1000 * LIMIT_S)
    page.goto(played.pairing(OF_STAFF))
    page.wait_for_url("**/staff")
    yield page
    context.close()


def judged(page, name):
    """What is wrong with the page, as it is and docked."""
    found = []
    for look, size in (("wide", PC), ("docked", DOCKED)):
        page.set_viewport_size(size)
        keep(page, f"{name}-{look}")
        found += [f"{look}: {flaw}" for flaw in (*flaws(page, STAFF), *violations(page))]
    page.set_viewport_size(PC)
    page.emulate_media(forced_colors="active")
    found += [f"forced colours: {flaw}" for flaw in flaws(page, STAFF)]
    page.emulate_media(forced_colors="none")
    return "\n".join(found)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("state", STATES)
def test_what_the_staff_are_asked_is_whole(state, language, played, script, office):
    script.play(STATES[state])
    office.goto(f"{played.address}/staff/desks/1?lang={language}")
    assert judged(office, f"{state}-{language}") == ""


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("where", PAGES)
def test_a_page_is_whole(where, language, played, office):
    office.goto(f"{played.address}/staff{where}?lang={language}")
    assert judged(office, f"staff{where.replace('/', '-')}-{language}") == ""


@pytest.mark.parametrize("language", ["ja", "en"])
def test_desks_of_other_computers_stand_below_ours(language, played, office, monkeypatch):
    others = [
        Elsewhere("東館", SHOWN | {"name": "受付3"}),
        Elsewhere("西館", SHOWN | {"tag": "idle", "colour": "ok", "sees": "idle", "is_due": False}),
        Elsewhere("北館", SHOWN, is_away=True),
    ]
    site = replace(played.service.site, elsewhere=SimpleNamespace(others=others))
    monkeypatch.setattr(played.service, "site", site)
    office.goto(f"{played.address}/staff?lang={language}")
    expect(office.locator("[data-elsewhere]")).to_have_count(3)
    assert judged(office, f"s01-elsewhere-{language}") == ""


@pytest.mark.parametrize("language", ["ja", "en"])
def test_people_held_at_other_computers_stand_below_ours(language, played, office, monkeypatch):
    items = (
        "鈴木 四郎",
        "東京都千代田区霞が関1-2-3",
        date(1985, 4, 3),
        Sex.FEMALE,
        "CentreUnreachable",
    )
    held = Held(7, datetime(2026, 11, 29, 3, tzinfo=UTC), *items, journal=JOURNAL, computer="東館")
    others = SimpleNamespace(others=[held], is_away=True)
    monkeypatch.setattr(played.service.held, "_elsewhere", others)
    office.goto(f"{played.address}/staff/held?lang={language}&shows={held.id}")
    expect(office.locator("[data-items]")).to_be_visible()
    assert judged(office, f"staff-held-elsewhere-{language}") == ""


@pytest.mark.parametrize("state", STATES)
def test_the_staff_learn_at_once_that_they_must_act(state, played, script, office):
    script.end()
    office.goto(f"{played.address}/staff?lang=ja")
    office.locator('.due [data-desk="1"]').wait_for(state="detached")
    script.play(STATES[state])
    office.locator('.due [data-desk="1"]').wait_for()
    assert office.title().startswith("(1)")
    script.end()
    office.locator('.due [data-desk="1"]').wait_for(state="detached")


def test_who_goes_on_in_the_patients_place_says_their_name(played, script, office):
    script.play(PATIENT["p04-way"])
    office.goto(f"{played.address}/staff/desks/1")
    office.evaluate("localStorage.clear()")
    office.reload()
    office.keyboard.press("1")
    expect(office.locator("#duty")).to_be_focused()
    office.keyboard.type("佐藤")
    office.keyboard.press("Tab")
    assert not script.is_answered
    office.locator("#answer-2").click()
    assert script.answer() == InPlace(Way.PIN, "佐藤")
    office.evaluate("localStorage.clear()")
