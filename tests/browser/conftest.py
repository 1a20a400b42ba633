"""A browser and two services for each worker: one plays states, at the other visits are real."""

import os

import pytest

import photographs
from browser.chromium import film_of, launched
from browser.patient import PatientScreen
from browser.serving import Serving, patient
from browser.states import PATIENT, Script
from kazashi.serve import desk as desks
from kazashi.serve import equipment, guard, patience, streams
from kazashi.serve.service import Service
from kazashi.sim import person
from kazashi.sim.options import CARDS, Options
from served_desks import LIMIT_S, desks_with, site
from table_line import FakeTable

CHROMIUM = os.environ.get("KAZASHI_CHROMIUM")
LANDSCAPE, PORTRAIT = {"width": 1280, "height": 800}, {"width": 800, "height": 1280}
PC, DOCKED = {"width": 1440, "height": 900}, {"width": 480, "height": 900}
DESKS = desks_with(["", ""])
WAIT_MS = 1000 * LIMIT_S
AGES_S = 3600.0
# A state that shows a camera stays: its picture would be the answer, soon.
NO_PICTURE = "HTMLCanvasElement.prototype.toBlob = () => {};"


@pytest.fixture(scope="package")
def playwright():
    if not CHROMIUM:
        pytest.skip("no Chromium: set KAZASHI_CHROMIUM to Debian's /usr/bin/chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright, tmp_path_factory):
    """Its camera shows a photograph of the person on the cards of `desk`."""
    if not photographs.FOLDER:
        pytest.skip(photographs.MISSING)
    picture = photographs.opened(photographs.SAME)
    film = film_of(picture, tmp_path_factory.mktemp("camera"))
    browser = launched(playwright, CHROMIUM, film)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def package_patch():
    """No patient is hurried, no test's screen is missed by the next, and one address asks a lot."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "_ANSWER_S", AGES_S)
        patch.setattr(patience, "_CONSENTS_S", AGES_S)
        patch.setattr(streams, "LOST_S", AGES_S)
        patch.setattr(guard, "_RATE", 10_000)
        yield patch


@pytest.fixture(scope="package")
def played(tmp_path_factory, package_patch):
    """A service at whose desks `script` plays; to those who look it is no simulated one."""
    folder = tmp_path_factory.mktemp("played")
    site_itself = site(folder / "journal.db", is_test=False)
    served = Serving(folder, lambda: Service(DESKS, site_itself), is_played=True)
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="package")
def script(played):
    script = Script(played.service.desk("1"), played.service.events)
    yield script
    script.end()


@pytest.fixture(scope="package")
def following(played, browser):
    """One page for all states: it follows the played desk from one to the next."""
    context = browser.new_context(viewport=LANDSCAPE, locale="ja-JP", has_touch=True)
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.add_init_script(NO_PICTURE)
    page.goto(played.pairing(patient()))
    page.wait_for_selector("#screen")
    yield PatientScreen(page)
    context.close()


@pytest.fixture
def play(script, following):
    """Plays a state of `PATIENT`, and waits for the page to show it."""

    def play_it(name, language="ja"):
        if name == "working":  # its words change with the time that it is shown
            play_it("p28-cancelled")
        script.play(PATIENT[name])
        following.has_shown(script.display.screen)
        script.display.speak(language)
        following.has_shown(script.display.screen)
        following.is_drawn()

    yield play_it
    following.page.emulate_media(forced_colors="none")
    following.page.set_viewport_size(LANDSCAPE)


class PhotographTable(FakeTable):
    """Its cards have a photograph. No firmware: on a busy machine it is too slow."""

    def lay(self, kind):
        self._change(cards=CARDS[kind](Options(card=kind)))


@pytest.fixture(scope="package")
def tables(package_patch):
    """Desks on simulated readers have a `PhotographTable`."""
    package_patch.setattr(desks, "_READ_S", 0.1)  # nobody reads the last screen
    package_patch.setattr(equipment, "_table", lambda url: PhotographTable() if url else None)
    portrait = photographs.on_a_card(photographs.ONE)
    package_patch.setattr(person, "portrait", lambda _seed: portrait)


@pytest.fixture(scope="package")
def desk(browser, tmp_path_factory, tables):
    """A service with a desk on a simulated reader, nothing on it; skipped without a browser."""
    folder = tmp_path_factory.mktemp("desk")
    on_simulators = desks_with(["sim:"])
    served = Serving(folder, lambda: Service(on_simulators, site(folder / "journal.db")))
    served.start()
    yield served
    served.stop()


@pytest.fixture
def reads(desk, monkeypatch):
    """The last screen stays until the test ends."""
    with monkeypatch.context() as patch:
        patch.setattr(desks, "_READ_S", LIMIT_S)
        yield
    desk.service.desk("1").check()


@pytest.fixture
def open_screen(browser):
    """Opens a browser of its own as this caller's screen."""
    contexts = []

    def open_it(served, caller, viewport=LANDSCAPE, **options):
        context = browser.new_context(viewport=viewport, locale="ja-JP", **options)
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto(served.pairing(caller))
        page.wait_for_url(lambda address: "/pair" not in address)
        return page

    yield open_it
    for context in contexts:
        context.close()
