"""Moves the focus of a page by keys, as a person without a pointer does."""

MOST = 80  # more than any page has


def tab_to(page, what):
    """Presses Tab until `what`, a selector, has the focus."""
    press_until(page, "Tab", what)


def press_until(page, key, what):
    for _ in range(MOST):
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not reach {what}")
