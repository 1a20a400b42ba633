"""What a site may set of the ten-key: which it is, and how soon an equal key counts again."""

import pytest
from playwright.sync_api import expect

from browser.patient import PatientScreen
from browser.serving import patient
from browser.states import PATIENT

SOON_MS, LATER_MS = 400, 600


@pytest.fixture
def stopped(played, open_screen, script):
    """A screen that asks for the PIN, and whose clock goes on when it is told to."""
    page = open_screen(played, patient(), has_touch=True)
    page.clock.install(time=0)
    page.reload()
    script.play(PATIENT["p07-pin"])
    screen = PatientScreen(page)
    screen.has_shown(script.display.screen)
    page.clock.pause_at(3_600_000)
    return screen


def has_typed(screen, count):
    expect(screen.page.locator(".slots .on")).to_have_count(count)


def test_an_equal_key_counts_again_only_after_the_time_that_is_set(stopped, script):
    stopped.page.evaluate("document.documentElement.dataset.sameKeyS = 0.5")
    clock = stopped.page.clock
    stopped.press("7", "7")
    clock.run_for(SOON_MS)
    stopped.press("7")
    has_typed(stopped, 1)
    clock.run_for(LATER_MS)
    stopped.press("7")
    stopped.press("3")
    for _ in range(2):
        stopped.tap('[data-digit="9"]')
    has_typed(stopped, 4)
    stopped.press("Backspace", "Backspace")
    has_typed(stopped, 3)
    stopped.press("9", "Enter")
    assert script.answer() == "7739"


def test_equal_keys_all_count_where_nothing_is_set(stopped, script):
    stopped.press("7", "7")
    for _ in range(2):
        stopped.tap('[data-digit="7"]')
    stopped.press("Enter")
    assert script.answer() == "7777"


def test_without_a_ten_key_no_choice_has_a_number(play, following):
    play("p04-way")
    number = following.page.locator(".step:not([hidden]) .key").first
    expect(number).to_be_visible()
    following.page.evaluate("document.documentElement.dataset.keypad = 'none'")
    expect(number).to_be_hidden()
    following.page.evaluate("document.documentElement.dataset.keypad = 'phone'")
