"""Every state of the patient screen: whole, readable and reachable, however it is looked at."""

import pytest

from browser.conftest import LANDSCAPE, PORTRAIT
from browser.judges import PATIENT, flaws, violations
from browser.keys import press_until
from browser.pictures import keep
from browser.states import PATIENT as STATES
from browser.states import SUBSIDIES
from kazashi.serve.languages import LANGUAGES

ZOOMED = {"width": 640, "height": 400}  # a browser's own zoom, 200 %
ORIGINALS = ("ja", "en")
THREE = ("p01-choose", "p07-pin", "p12-consent-all")


def looks(screen):
    """Name after name of a look, once the page has it."""
    page = screen.page
    for name, size in (("zoomed", ZOOMED), ("portrait", PORTRAIT), ("landscape", LANDSCAPE)):
        page.set_viewport_size(size)
        yield name
    page.emulate_media(forced_colors="active")
    yield "forced-colours"
    page.emulate_media(forced_colors="none")
    for name, tool in (("text-140", "size"), ("text-200", "size"), ("high-contrast", "contrast")):
        screen.tap(f'[data-do="{tool}"]')
        yield name
    page.set_viewport_size(PORTRAIT)
    yield "portrait-text-200-high-contrast"
    page.set_viewport_size(LANDSCAPE)
    for tool in ("size", "contrast"):
        screen.tap(f'[data-do="{tool}"]')


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_whole_in_each_look(state, play, following):
    play(state)
    found = []
    for look in looks(following):
        following.is_drawn()
        keep(following.page, f"{state}-{look}")
        least = (
            PATIENT | {"letters": 12} if look == "zoomed" else PATIENT
        )  # they are seen twice as large
        found += [f"{look}: {flaw}" for flaw in flaws(following.page, least)]
        if look == "portrait-text-200-high-contrast":
            found += violations(following.page)
        if look in ("landscape", "portrait") and following.page.locator(".more").is_visible():
            found.append(f"{look}: there is more below")
    assert "\n".join(found) == ""


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_a_state(state, language, play, following):
    play(state, language)
    assert "\n".join(violations(following.page)) == ""


@pytest.mark.parametrize("state", THREE)
@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag not in ORIGINALS])
def test_a_language_is_whole_and_axe_finds_nothing(language, state, play, following):
    play(state, language)
    keep(following.page, f"{state}-{language}")
    found = violations(following.page) + flaws(following.page, PATIENT)
    following.page.set_viewport_size(PORTRAIT)
    following.is_drawn()
    found += flaws(following.page, PATIENT)
    assert "\n".join(found) == ""


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
@pytest.mark.parametrize("state", STATES)
def test_a_state_has_no_text_but_of_the_catalogue(state, language, play, following):
    play(state, language)
    keep(following.page, f"{state}-{language}")
    strange = set(following.page.evaluate(STRANGE)) - set(SUBSIDIES)
    found = [*flaws(following.page, PATIENT), *strange]
    assert "\n".join(found) == ""


STRANGE = r"""() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), parent = walker.currentNode.parentElement;
    if (!/\p{L}/u.test(text) || !parent.checkVisibility({ visibilityProperty: true })) continue;
    const whole = parent.closest("h1, p, li, button, .label, .note, span, b")?.textContent ?? "";
    if (!(whole.includes("⟦") && whole.includes("⟧"))) found.push(text);
  }
  return found;
}"""


# Presses Tab: all that can be pressed is reached, one after the other; each shows that it is.
REACHABLE = """() => {
  const all = [...document.querySelectorAll("button, a[href], input, select, [tabindex='0']")];
  const isSeen = (each) => each.checkVisibility({ visibilityProperty: true });
  window.reachable = all.filter((each) => !each.disabled && isSeen(each));
  return reachable.length;
}"""
FOCUSED = """() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return [reachable.indexOf(document.activeElement), `${outlineStyle} ${outlineWidth}`];
}"""


@pytest.mark.parametrize("state", STATES)
def test_tab_goes_to_all_that_can_be_pressed_and_shows_where_it_is(state, play, following):
    play(state)
    count = following.page.evaluate(REACHABLE)
    focused = {}
    for _ in range(count + 1):  # one more: the page's end
        following.press("Tab")
        number, look = following.page.evaluate(FOCUSED)
        focused[number] = look
    focused.pop(-1, None)
    assert focused == dict.fromkeys(range(count), "solid 5px")


def test_a_focus_that_tab_has_moved_is_left_where_it_is(play, following, script):
    play("p04-way")
    press_until(following.page, "Tab", "body")
    script.display.remind()
    following.has_shown(script.display.screen)
    assert following.focused[0] == "BODY"


@pytest.mark.parametrize("state", STATES)
def test_the_heading_of_a_state_has_the_focus(state, play, following):
    play("working" if state != "working" else "p07-pin")
    play(state)
    assert following.focused[0] == "H1"
