"""Lines that break: two browsers on one desk, one that dies, a service that begins anew, time."""

import os
import re
import signal
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from browser.chromium import launched
from browser.conftest import CHROMIUM
from browser.patient import PatientScreen
from browser.pictures import keep
from browser.serving import STAFF, patient
from browser.staff import StaffScreen
from browser.states import PATIENT
from kazashi.reception.japan import utc_now
from kazashi.reception.rules import Group
from kazashi.serve import patience, streams
from kazashi.serve.screen import Step
from kazashi.serve.under_way import Begun
from program import running
from served_desks import LIMIT_S, at_desk

PIN = "1234"


def test_two_browsers_on_one_desk_ask_the_same_and_one_answer_counts(played, script, open_screen):
    one, two = (PatientScreen(open_screen(played, patient())) for _ in range(2))
    script.play(PATIENT["p04-way"])
    number = script.display.screen.number
    one.has_shown(script.display.screen)
    two.has_shown(script.display.screen)
    one.press("2", "Enter")
    assert script.answer() == "pin"
    script.play(PATIENT["p07-pin"])
    one.has_shown(script.display.screen)
    two.has_shown(script.display.screen)
    late = """number => fetch("/api/v1/desks/1/answer", {
      method: "POST", headers: {"content-type": "application/json"},
      body: JSON.stringify({question: number, answer: "visual"}),
    }).then((answer) => answer.status)"""
    assert two.page.evaluate(late, number) == 409
    two.press(*PIN, "Enter")
    assert script.answer() == PIN


def test_a_browser_that_dies_in_the_middle_leaves_the_visit_as_it_is(
    played, script, playwright, open_screen
):
    dying = launched(playwright, CHROMIUM)
    page = dying.new_page()
    page.goto(played.pairing(patient()))
    page.wait_for_selector("#screen")
    script.play(PATIENT["p07-pin"])
    PatientScreen(page).shows("pin")
    cookies = page.context.storage_state()
    processes = dying.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    (pid,) = (each["id"] for each in processes if each["type"] == "browser")
    gone = []
    dying.on("disconnected", lambda _: gone.append(True))
    os.kill(pid, signal.SIGKILL)
    again = PatientScreen(open_screen(played, patient(), storage_state=cookies))
    again.shows("pin")
    again.press(*PIN, "Enter")
    assert script.answer() == PIN


@pytest.fixture
def screen(desk, open_screen):
    """Its clock can be put on."""
    page = open_screen(desk, patient())
    page.clock.install()
    page.reload()
    screen = PatientScreen(page)
    screen.shows("choose")
    return screen


@pytest.fixture
def cut(desk):
    """The service is away until `with` ends; then its desk is free again."""

    @contextmanager
    def cut():
        with desk.away():
            yield
        with desk.program() as client, at_desk(client) as program:
            program.until(step="idle")

    return cut()


@pytest.mark.usefixtures("reads")
def test_a_service_that_begins_anew_is_found_again_and_knows_the_screen(screen, cut, desk):
    screen.press("2", "Enter", "2", "Enter")
    screen.shows("pin")
    with cut:
        pass
    screen.shows("choose")
    screen.press("2", "Enter", "2", "Enter")
    screen.shows("pin")
    desk.service.desk("1").display.stop()
    screen.shows("stopped")


def keeps(step):
    """The answer to the page that tells the service that this step is shown."""
    return lambda it: "/so-far/" in it.url and it.request.post_data_json["steps"][-1] == step


def test_consents_given_one_by_one_stand_after_a_reload_and_after_the_staff(
    played, script, open_screen
):
    screen = PatientScreen(open_screen(played, patient()))
    script.play(PATIENT["p12-consent-all"])
    screen.has_shown(script.display.screen)
    screen.press("2", "Enter")
    screen.shows("consents", "surgery")
    with screen.page.expect_response(keeps("treatment")):
        screen.press("1", "Enter")
    screen.page.reload()
    screen.shows("consents", "treatment")
    screen.press("2", "Enter", "1", "Enter")
    screen.shows("consents", "specified_disease")
    with screen.page.expect_response(keeps("check")):
        screen.press("2", "Enter")
    screen.shows("consents", "check")
    script.display.call()
    screen.shows("staff")
    script.display.let_go()
    screen.shows("consents", "check")
    screen.press("Escape")
    screen.shows("consents", "specified_disease")
    screen.press("2", "Enter")
    screen.shows("consents", "check")
    screen.press("Enter")
    assert script.answer() == [Group.SURGERY, Group.CHECKUPS]


@pytest.mark.parametrize("more_s", [10, 60])
def test_a_long_cut_is_said_and_the_screen_is_back_by_itself(more_s, screen, cut):
    lost = screen.page.locator(".lost")
    with cut:
        while not lost.is_visible():
            screen.page.clock.run_for(500)
        screen.page.clock.run_for(1000 * more_s)
    expect(lost).to_be_hidden()
    screen.shows("choose")


def test_the_staff_screen_says_that_the_service_is_gone(cut, desk, open_screen):
    page = open_screen(desk, STAFF)
    page.clock.install()
    page.reload()
    offline = page.locator("#offline")
    expect(offline).to_be_hidden()
    with cut:
        while not offline.is_visible():
            page.clock.run_for(500)
    expect(offline).to_be_hidden()
    expect(page.locator('[data-desk="1"][data-step="idle"]')).to_be_visible()


HEAR = """
    window.heard = 0;
    const create = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () { heard += 1; return create.call(this); };
"""


def test_a_lost_service_is_heard_and_so_is_a_visit_that_it_broke_off(cut, desk, open_screen):
    page = open_screen(desk, STAFF)
    page.add_init_script(HEAR)
    page.clock.install()
    page.goto(f"{desk.address}/staff/journal")
    page.locator("#duty").click()  # without any press browsers keep a page silent
    with cut:
        while not page.evaluate("heard"):
            page.clock.run_for(500)
        assert page.locator("#offline").is_visible()
    expect(page.locator("#offline")).to_be_hidden()
    before = page.evaluate("heard")
    desk.service.site.under_way.broken_off["1"] = Begun(utc_now())
    desk.service.events.publish("broken-off", "", {})
    expect(page).to_have_title(re.compile(r"^\(1\)"))
    assert page.evaluate("heard") > before
    page.goto(f"{desk.address}/staff")
    keep(page, "s01-broken-off")
    page.locator('[data-alert="broken-off"] button').click()
    expect(page.locator('[data-alert="broken-off"]')).to_have_count(0)


@pytest.mark.usefixtures("reads")
def test_staff_see_to_a_screen_that_is_gone_in_a_visit_until_it_is_back(
    desk, open_screen, monkeypatch
):
    monkeypatch.setattr(streams, "LOST_S", 0.1)
    page = open_screen(desk, patient())
    office = StaffScreen(open_screen(desk, STAFF), desk.address)
    PatientScreen(page).shows("choose")
    PatientScreen(page).press("2", "Enter", "2", "Enter")
    PatientScreen(page).shows("pin")
    page.goto("about:blank")
    office.is_due("lost")
    keep(office.page, "s01-lost")
    page.go_back()
    PatientScreen(page).shows("pin")
    expect(office.page.locator(".due [data-desk]")).to_have_count(0)
    desk.service.desk("1").display.stop()
    PatientScreen(page).shows("stopped")


@pytest.fixture
def process(tmp_path, monkeypatch):
    """The service as a program, and where its patient screen is paired."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    serve = ("serve", "--test", "--reader", "sim:", "--no-browser", "--port", "0")
    with running(*serve, until="patient, ") as (process, line):
        yield process, line.rpartition(" ")[2].strip()
        process.send_signal(signal.SIGCONT)


def test_a_line_on_which_nothing_comes_any_more_is_noticed_without_an_error(process, browser):
    service, address = process
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        page.wait_for_url("**/patient/1")
        page.clock.install()
        page.reload()
        screen, lost = PatientScreen(page), page.locator(".lost")
        screen.shows("choose")
        service.send_signal(signal.SIGSTOP)
        while not lost.is_visible():
            page.clock.run_for(500)
        page.clock.run_for(10_000)
        service.send_signal(signal.SIGCONT)
        expect(lost).to_be_hidden()
        screen.shows("choose")


@pytest.mark.usefixtures("reads")
def test_a_short_cut_mends_itself(screen, cut, desk):
    with cut:
        screen.page.clock.run_for(1000)
    screen.follows(desk.service.desk("1").display)
    screen.press("2", "Enter", "2", "Enter")
    screen.shows("pin")
    expect(screen.page.locator(".lost")).to_be_hidden()
    desk.service.desk("1").display.stop()
    screen.shows("stopped")


def test_what_is_due_while_a_fetch_is_about_to_fail_is_shown_after_it(played, script, open_screen):
    screen = PatientScreen(open_screen(played, patient(), has_touch=True))
    script.play(PATIENT["p04-way"])
    screen.has_shown(script.display.screen)
    held = []
    screen.page.route("**/screen?*", lambda route: held.append(route), times=1)
    script.display.remind()
    while not held:
        screen.page.wait_for_timeout(20)
    screen.tap('[data-do="language"]')
    held[0].abort()
    screen.shows("language")


COUNT_SEEN = """
    window.seen = 0;
    const listen = EventSource.prototype.addEventListener;
    EventSource.prototype.addEventListener = function (kind, run) {
      listen.call(this, kind, (event) => { run(event); seen += kind === "screen"; });
    };
"""


def test_what_happens_while_the_staffs_fetch_is_about_to_fail_is_shown_after_it(
    played, script, open_screen
):
    page = open_screen(played, STAFF)
    page.add_init_script(COUNT_SEEN)
    script.play(PATIENT["p04-way"])
    page.goto(f"{played.address}/staff")
    page.wait_for_function("() => seen > 0")
    held = []
    page.route("**/staff", lambda route: held.append(route), times=1)
    script.display.call()
    while not held:
        page.wait_for_timeout(20)
    before = page.evaluate("seen")
    script.display.take_call("佐藤")
    page.wait_for_function("before => seen > before", arg=before)
    held[0].abort()
    expect(page.locator("main")).to_contain_text("佐藤")
    script.end()


@pytest.mark.parametrize("last", [Step.ENDED, Step.STOPPED, Step.OUT_OF_ORDER])
def test_letters_of_the_patient_before_are_not_those_of_the_next(played, script, open_screen, last):
    screen = PatientScreen(open_screen(played, patient(), has_touch=True))
    script.play(PATIENT["p04-way"])
    screen.has_shown(script.display.screen)
    screen.tap('[data-do="size"]')
    screen.tap('[data-do="contrast"]')
    expect(screen.page.locator('html[data-size="1.4"][data-contrast="high"]')).to_have_count(1)
    script.display.show(last)
    screen.has_shown(script.display.screen)
    script.display.begin()
    expect(screen.page.locator("html:not([data-size])")).to_have_count(1)
    assert chosen(screen) == [None, None]


def test_letters_chosen_before_the_card_is_laid_down_stay_for_that_visit(
    played, script, open_screen
):
    screen = PatientScreen(open_screen(played, patient(), has_touch=True))
    script.play(PATIENT["p01-choose"])
    screen.has_shown(script.display.screen)
    screen.tap('[data-do="size"]')
    expect(screen.page.locator('html[data-size="1.4"]')).to_have_count(1)
    script.display.begin()
    script.display.show(Step.STOPPED)
    screen.shows("stopped")
    assert chosen(screen)[0] == "1.4"
    screen.page.reload()
    screen.shows("stopped")
    assert chosen(screen)[0] == "1.4"


def chosen(screen):
    root = screen.page.locator("html")
    return [root.get_attribute(f"data-{name}") for name in ("size", "contrast")]


@pytest.mark.usefixtures("reads")
def test_a_patient_who_does_nothing_is_asked_and_then_the_visit_stops(
    desk, open_screen, monkeypatch
):
    screen = PatientScreen(open_screen(desk, patient()))
    screen.shows("choose")
    monkeypatch.setattr(patience, "_WARNED_S", LIMIT_S)
    screen.press("2", "Enter", "2", "Enter")
    screen.shows("pin")
    for _ in range(9):
        monkeypatch.setattr(patience, "_ANSWER_S", 0.2)
        desk.service.desk("1").display.touch(is_slow=False)
        screen.page.wait_for_selector("dialog[open]")
        monkeypatch.setattr(patience, "_ANSWER_S", LIMIT_S)
        screen.press("Enter")
        screen.page.wait_for_selector("dialog[open]", state="detached")
    monkeypatch.setattr(patience, "_ANSWER_S", 0.2)
    desk.service.desk("1").display.touch(is_slow=False)
    screen.page.wait_for_selector("dialog[open]")
    monkeypatch.setattr(patience, "_WARNED_S", 0.2)
    screen.press("Enter")
    screen.shows("stopped")
