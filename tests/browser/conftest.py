"""A browser and two services for each worker: one plays states, at the other visits are real."""

import os
from pathlib import Path

import pytest

from browser.chromium import film_of, launched
from browser.serving import Served
from browser.states import Script
from kazashi.reception.configuration import Configuration
from kazashi.reception.passcode import Passcode
from kazashi.serve import desk as desks
from kazashi.serve import guard
from kazashi.serve.service import Service, SiteSettings
from kazashi.serve.settings import desks_of
from kazashi.testing import SimulatedCentre, SimulatedComponent, test_anchors
from kazashi.testing.passcode import TEST_PASSCODE

CHROMIUM = os.environ.get("KAZASHI_CHROMIUM")
PHOTOGRAPHS = os.environ.get("KAZASHI_PHOTOGRAPHS")
LANDSCAPE, PORTRAIT = {"width": 1280, "height": 800}, {"width": 800, "height": 1280}
PC, DOCKED = {"width": 1440, "height": 900}, {"width": 480, "height": 900}
WAIT_MS = 10_000  # against a hang, not for speed


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
    """Its camera shows the photograph that FACE names."""
    if not PHOTOGRAPHS:
        pytest.skip("no photographs: KAZASHI_PHOTOGRAPHS=$(.ci/photographs FOLDER)")
    film = film_of(Path(PHOTOGRAPHS) / "obama2.jpg", tmp_path_factory.mktemp("camera"))
    browser = launched(playwright, CHROMIUM, film)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def package_patch():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def site(folder, language="ja"):
    """A site in which all is real but reader, card, centre and approved component."""
    return SiteSettings(
        configuration=lambda: Configuration.read(None),
        anchors=test_anchors(),
        centre=SimulatedCentre,
        passcode=lambda _configured: Passcode(TEST_PASSCODE),
        component=SimulatedComponent(),
        journal=folder / "journal.db",
        language=language,
        is_test=True,
    )


@pytest.fixture(scope="package")
def played(tmp_path_factory, package_patch):
    """A service at whose desk `script` plays."""
    package_patch.setattr(guard, "_RATE", 10_000)  # pages of many tests come from one address
    folder = tmp_path_factory.mktemp("played")
    make = lambda: Service(desks_of(["sim:"], "desk"), site(folder))  # noqa: E731
    served = Served(folder, make, is_played=True)
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="package")
def script(played):
    script = Script(played.service.desk("1"), played.service.events)
    yield script
    script.end()


@pytest.fixture(scope="package")
def desk(tmp_path_factory, package_patch):
    """A service with a desk on a simulated reader, which nothing lies on."""
    package_patch.setattr(desks, "_READ_S", 0.1)  # nobody reads the last screen
    folder = tmp_path_factory.mktemp("desk")
    served = Served(folder, lambda: Service(desks_of(["sim:?speed=20"], "desk"), site(folder)))
    served.start()
    yield served
    served.stop()


@pytest.fixture
def open_screen(browser):
    """Opens a browser of its own as this caller's screen."""
    contexts = []

    def open_it(served, caller, viewport=LANDSCAPE, **options):
        context = browser.new_context(viewport=viewport, locale="ja-JP", **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(served.pairing(caller))
        page.wait_for_url(lambda address: "/pair" not in address)
        return page

    yield open_it
    for context in contexts:
        context.close()
