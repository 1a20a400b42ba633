"""What is wrong with a page: by axe-core, and by looks.js, which sees what axe does not."""

from functools import cache
from importlib.resources import files
from pathlib import Path

# CSS pixels, at least: of a target; of letters, but those of tools and ruby (0: any)
PATIENT, STAFF = {"target": 64, "letters": 24}, {"target": 44, "letters": 0}
_LOOKS = Path(__file__).with_name("looks.js").read_text("utf-8")
_TAGS = [
    *("wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"),
    "best-practice",
]
_OPTIONS = {
    "runOnly": {"type": "tag", "values": _TAGS},
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


@cache
def _axe():
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def violations(page):
    """Of WCAG A to AAA and of good practice."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found = page.evaluate("options => axe.run(document, options)", _OPTIONS)["violations"]
    return [
        f"{each['id']}: {node['html'][:120]} {node['failureSummary'].splitlines()[-1].strip()}"
        for each in found
        for node in each["nodes"]
    ]


def flaws(page, least):
    """Texts cut, scrolling sideways, what moves, targets and letters smaller than `least`."""
    return page.evaluate(_LOOKS, least)
