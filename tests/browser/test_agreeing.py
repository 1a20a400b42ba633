"""To agree is never easier than not to agree, and who does nothing agrees to nothing."""

import pytest

from browser.patient import SHOWN

# A question, what leads to its buttons, and the keys of those that agree and do not.
EQUAL = [
    ("p11-register", [], "1", "2"),
    ("p12-consent-all", [], "1", "3"),
    ("p12-consent-all", ["2", "Enter"], "1", "2"),
    ("p15-pmh", [], "1", "2"),
    ("p17-grace", ["Enter"], "1", "2"),
]

# But of the sizes, which follow from the words; what is seen of them is in the box.
STYLES = """(selector) => {
  const OF_SIZE = /^(perspective|transform)-origin|(inline|block)-size|^(width|height)/;
  const styles = (element) => {
    const style = getComputedStyle(element);
    const names = [...style].filter((name) => !OF_SIZE.test(name));
    return names.map((name) => `${name}: ${style.getPropertyValue(name)}`);
  };
  const button = [...document.querySelectorAll(selector)].find((each) => each.checkVisibility());
  const { width, height } = button.getBoundingClientRect();
  const box = [width, height].map(Math.round);
  return [...styles(button), ...styles(button.querySelector(".label")), ...box];
}"""


# Whether the question is answered, or another step of it is shown.
HAS_GONE_ON = """([shown, of]) => {
  const step = document.querySelector(shown)?.dataset.step;
  return main.inert || document.querySelector("#screen").dataset.step !== "asked" || step !== of;
}"""


def has_gone_on(screen, of):
    return screen.page.evaluate(HAS_GONE_ON, [SHOWN, of])


def step(screen):
    return screen.page.locator(SHOWN).get_attribute("data-step")


@pytest.mark.parametrize(("state", "keys", "yes", "no"), EQUAL)
def test_yes_and_no_look_the_same(state, keys, yes, no, play, following):
    play(state)
    following.press(*keys)
    of_yes, of_no = (
        following.page.evaluate(STYLES, f'.choice[data-key="{key}"]') for key in (yes, no)
    )
    assert of_yes == of_no


@pytest.mark.parametrize(("state", "keys", "yes", "no"), EQUAL)
def test_yes_takes_as_many_presses_as_no(state, keys, yes, no, play, following):
    for key in (yes, no):
        play(state)
        following.press(*keys)
        asked = step(following)
        assert not has_gone_on(following, asked)
        following.tap(f'.choice[data-key="{key}"]')
        following.page.wait_for_function(HAS_GONE_ON, arg=[SHOWN, asked])


@pytest.mark.parametrize(("state", "keys", "_yes", "_no"), EQUAL)
def test_enter_or_space_alone_agree_to_nothing(state, keys, _yes, _no, play, following):
    play(state)
    following.press(*keys)
    asked = step(following)
    following.press("Enter", " ")
    assert not has_gone_on(following, asked)
