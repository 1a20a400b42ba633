"""A page is open for months: of the visits that it showed nothing is left in it."""

from browser.patient import PatientScreen
from browser.serving import patient
from browser.states import PATIENT

VISIT = ("p01-choose", "p04-way", "p06-face", "p07-pin", "p12-consent-all", "p18-done")
FIRST, MORE = 10, 10  # visits: in the first ones scripts are compiled, and what they do is noted
# Of one visit. What is there once, a list that Chromium limits, say, is none of a visit.
MOST = {"documents": 0.5, "nodes": 50, "jsEventListeners": 0.5, "usedSize": 10_000}


def test_a_page_does_not_grow_with_the_visits_that_it_shows(played, script, open_screen):
    screen = PatientScreen(open_screen(played, patient(), has_touch=True))
    browser = screen.page.context.new_cdp_session(screen.page)

    def held_after(visits):
        """What Chromium holds for the page then: counts, and bytes of the scripts' heap."""
        for _ in range(visits):
            for state in VISIT:
                script.play(PATIENT[state])
                screen.has_shown(script.display.screen)
                if state == "p07-pin":
                    screen.enter("1234")
        browser.send("HeapProfiler.collectGarbage")
        return browser.send("Memory.getDOMCounters") | browser.send("Runtime.getHeapUsage")

    before, after = held_after(FIRST), held_after(MORE)
    grown = {name: (after[name] - before[name]) / MORE for name in MOST}
    assert {name: size for name, size in grown.items() if size > MOST[name]} == {}
