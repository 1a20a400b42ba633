"""The staff screen in a browser, as the receptionist uses it."""

from playwright.sync_api import expect

from browser.keys import press_until, tab_to


class StaffScreen:
    """`page`: Playwright's. `by_keys`: what is pressed is found by Tab, not clicked."""

    def __init__(self, page, address, by_keys=False):
        self.page = page
        self._address = address
        self._by_keys = by_keys

    def open(self, where=""):
        """`where`: after /staff, such as /desks/1."""
        self.page.goto(f"{self._address}/staff{where}")

    def shows(self, work):
        """What is done at the desk. Waits for it."""
        expect(self.page.locator(f'#work[data-work="{work}"]')).to_be_visible()

    def is_due(self, why, desk="1"):
        """Waits until the staff must act at this desk."""
        expect(self.page.locator(f'.due [data-desk="{desk}"][data-due="{why}"]')).to_be_visible()

    def type(self, **fields):
        for name, text in fields.items():
            what = f'[name="{name}"]'
            if self._by_keys:
                tab_to(self.page, what)
                self.page.keyboard.type(text)
            else:
                self.page.fill(what, text)

    def choose(self, name, value):
        what = f'[name="{name}"][value="{value}"]'
        if self._by_keys:
            tab_to(self.page, f'[name="{name}"]')
            press_until(self.page, "ArrowDown", what)
            self.page.keyboard.press("Space")
        else:
            self.page.check(what)

    def press(self, what):
        """A button, by a selector."""
        if self._by_keys:
            tab_to(self.page, what)
            self.page.keyboard.press("Enter")
        else:
            self.page.click(what)
