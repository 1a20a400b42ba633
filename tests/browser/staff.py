"""The staff screen in a browser, as the receptionist uses it."""

from playwright.sync_api import expect


class StaffScreen:
    """`page`: Playwright's."""

    def __init__(self, page, address):
        self.page = page
        self._address = address

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
            self.page.fill(f'[name="{name}"]', text)

    def choose(self, name, value):
        self.page.check(f'[name="{name}"][value="{value}"]')

    def press(self, what):
        """A button, by a selector."""
        self.page.click(what)
