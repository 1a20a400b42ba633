"""The patient screen in a browser, as a patient uses it: by touch, or by a ten-key alone."""

import json
from contextlib import contextmanager

from playwright.sync_api import expect

from browser.keys import tab_to

SHOWN = ".step:not([hidden])"
DRAWN = """async () => {
  await new Promise(requestAnimationFrame);
  document.body.getBoundingClientRect(); // fonts are loaded once a letter needs them
  await document.fonts.ready;
}"""


class PatientScreen:
    """`page`: Playwright's. `by_keys`: buttons are found by Tab, not touched."""

    def __init__(self, page, by_keys=False):
        self.page = page
        self._by_keys = by_keys

    def shows(self, state, step=None):
        """Waits for it."""
        expect(self.page.locator(f'#screen[data-state="{state}"]')).to_be_visible()
        named = f'[data-step="{step}"]' if step else ""
        expect(self.page.locator(f"{SHOWN}{named} h1")).to_be_visible()

    def has_shown(self, screen):
        """Waits until it has shown this Screen of the desk, or a later one."""
        self.page.wait_for_function(
            "id => Number(document.querySelector('#screen').dataset.id) >= id", arg=screen.id
        )

    def follows(self, display):
        """Waits until it shows what this desk says from now on: English, so far Japanese.

        The state alone may be one that another service said before.
        """
        display.speak("en")
        expect(self.page.locator('#screen[data-language="en"]')).to_be_visible()

    def is_drawn(self):
        """Waits until the page, and what its scripts do before each frame, is as it stays."""
        self.page.evaluate(DRAWN)

    @contextmanager
    def without_going_on(self):
        """Meanwhile the service is not told that there is nothing to send: the page says why."""
        held = []

        def hold(route):
            if route.request.post_data_json["answer"] is None:
                held.append(route)
            else:
                route.continue_()

        self.page.route("**/answer", hold)
        yield
        self.page.unroute("**/answer", hold)
        for route in held:
            route.continue_()

    # -- by touch, or by keys -----------------------------------------------------------------

    def tap(self, what):
        """The first button of the shown step, or of the bars, that is `what`, a selector."""
        if self._by_keys:
            tab_to(self.page, what)
            self.press("Enter")
        else:
            self.page.locator(f":is({SHOWN}, .top, .bottom, dialog[open]) {what}").first.tap()

    def answer(self, value):
        self.tap(f"[data-answer='{json.dumps(value)}']")

    def enter(self, digits):
        for digit in digits:
            if self._by_keys:
                self.press(digit)
            else:
                self.tap(f'[data-digit="{digit}"]')
        self.tap('[data-do="enter"]')

    # -- by keys ------------------------------------------------------------------------------

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def focused(self):
        """The tag of the element that has the keys, and its data-key if it has one."""
        return self.page.evaluate(
            "[document.activeElement.tagName, document.activeElement.dataset.key ?? null]"
        )
