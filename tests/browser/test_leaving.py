"""Every state is left by ten-key alone, by Tab and Enter alone, and by touch alone."""

import pytest

from browser.keys import tab_to
from browser.patient import PatientScreen
from browser.states import PATIENT as STATES
from kazashi.reception.people import BACK, NEITHER
from kazashi.reception.rules import Group, Prescription, Token, Way

GROUPS = list(Group)
# What leads there: keys; buttons, one after the other.
ANSWERS = {
    "p01-neither": (NEITHER, ["3", "Enter"], ['[data-token="neither"]']),
    "p04-way": (Way.PIN, ["2", "Enter"], ["[data-answer='\"pin\"']"]),
    "p04-after-face": (Way.VISUAL, ["2", "Enter"], ["[data-answer='\"visual\"']"]),
    "p05-card-front": (
        "60032120334321",
        [*"60032120334321", "Enter"],
        [*(f'[data-digit="{digit}"]' for digit in "60032120334321"), '[data-do="enter"]'],
    ),
    "p05-camera": (BACK, ["Backspace"], ['[data-do="back"]']),
    "p06-face": (BACK, ["Backspace"], ['[data-do="back"]']),
    "p07-pin": (
        "7391",
        [*"7391", "Enter"],
        [*(f'[data-digit="{digit}"]' for digit in "7391"), '[data-do="enter"]'],
    ),
    "p08-pin-wrong": (BACK, ["Backspace"], ['[data-do="back"]']),
    "p09-last-try": (False, ["1", "Enter"], ["[data-answer='false']"]),
    "p10-pin-locked": (Way.FACE, ["1", "Enter"], ["[data-answer='\"face\"']"]),
    "p11-register": (True, ["1", "Enter"], ["[data-answer='true']"]),
    "p12-consent-all": ([], ["3", "Enter"], ["[data-answer='[]']"]),
    "p15-pmh": (False, ["2", "Enter"], ["[data-answer='false']"]),
    "p16-prescription": (
        Prescription.PAPER,
        ["2", "Enter"],
        ["[data-answer='\"paper\"']"],
    ),
    "p17-grace": (
        [Group.SPECIFIED_DISEASE],
        ["Enter", "1", "Enter"],
        ['[data-do="step"]', "[data-answer='[\"specified_disease\"]']"],
    ),
    "p19-phone": (
        Token.ANDROID,
        ["2", "Enter"],
        ['[data-token="android"]'],
    ),
    "p21-phone-on-card": (Token.IPHONE, ["1", "Enter"], ['[data-token="iphone"]']),
}


@pytest.mark.parametrize("state", ANSWERS)
def test_by_ten_key_alone(state, play, following, script):
    play(state)
    answer, keys, _ = ANSWERS[state]
    following.press(*keys)
    assert script.answer() == answer


@pytest.mark.parametrize("state", ANSWERS)
def test_by_tab_and_enter_alone(state, play, following, script):
    play(state)
    answer, _, buttons = ANSWERS[state]
    for button in buttons:
        tab_to(following.page, button)
        following.press("Enter")
    assert script.answer() == answer


@pytest.mark.parametrize("state", ANSWERS)
def test_by_touch_alone(state, play, following, script):
    play(state)
    answer, _, buttons = ANSWERS[state]
    for button in buttons:
        following.tap(button)
    assert script.answer() == answer


PADS = ("p05-card", "p07", "p08")  # 0 is a digit there
CALLED = ("p23", "p27")


@pytest.mark.parametrize("state", [name for name in STATES if not name.startswith(PADS + CALLED)])
def test_the_staff_are_called_by_two_keys_in_any_state(state, play, following, script):
    play(state)
    following.press("0", "Enter")
    following.shows("staff")
    assert script.display.screen.call
    script.display.let_go()


def by_tab(screen, what):
    tab_to(screen.page, what)
    screen.press("Enter")


HOWS = {"tab": by_tab, "touch": PatientScreen.tap}


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(
    "state", [name for name in STATES if name not in ANSWERS and not name.startswith(CALLED)]
)
def test_the_staff_are_called_by_tab_or_touch_where_nothing_is_asked(
    state, how, play, following, script
):
    play(state)
    HOWS[how](following, '[data-do="call"]')
    following.shows("staff")
    assert script.display.screen.call
    script.display.let_go()


@pytest.mark.parametrize("how", ["ten-key", *HOWS])
def test_a_call_that_nobody_has_taken_is_taken_back(how, play, following, script):
    play("p27-staff-coming")
    if how == "ten-key":
        following.press("1", "Enter")
    else:
        HOWS[how](following, '[data-do="let-go"]')
    following.shows("pin")
    assert script.display.screen.call is None
