"""What is typed or seen at the patient screen is nowhere afterwards."""

import json
import logging
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import expect

from browser.patient import PatientScreen
from browser.serving import patient
from browser.states import PATIENT
from digits import stands_in
from served_desks import at_desk

PIN = "7391"
KEPT = """() => JSON.stringify([
  document.documentElement.outerHTML, location.href, history.state, document.cookie, document.title,
  {...localStorage}, {...sessionStorage},
  performance.getEntries().map((entry) => entry.name),
  [...document.querySelectorAll("input, textarea")].map((field) => field.value),
])"""
NOISE = 8  # levels of 255, by which two pictures of one page may differ at rounded corners
NO_CARET = {"animations": "disabled", "caret": "hide"}


def test_a_pin_leaves_no_trace(play, following, script, played, caplog):
    caplog.set_level(logging.DEBUG)
    said = []
    following.page.on("console", lambda message: said.append(message.text))
    with played.program() as client, at_desk(client) as program:
        play("p07-pin")
        following.press(*PIN)
        assert following.page.locator(".slots .on").count() == len(PIN)
        assert not stands_in(PIN, following.page.evaluate(KEPT))
        following.press("Enter")
        assert script.answer() == PIN
        play("p16-prescription")
        assert not stands_in(PIN, following.page.evaluate(KEPT))
        program.until(question="prescription")
        assert not stands_in(PIN, json.dumps([event.screen for event in program.seen]))
    assert not stands_in(PIN, "\n".join([*said, caplog.text]))


@pytest.mark.parametrize("how", ["keys", "touch"])
@pytest.mark.parametrize("state", ["p07-pin", "p07-android"])
def test_a_picture_of_a_half_typed_pin_is_the_same_for_any_digits(state, how, play, following):
    pictures = []
    for digits in ("12", "99", "05"):
        play(state)
        if how == "keys":
            following.press(*digits)
        else:
            for digit in digits:
                following.tap(f'[data-digit="{digit}"]')
        expect(following.page.locator(".slots .on")).to_have_count(len(digits))
        shot = following.page.screenshot(**NO_CARET)
        pictures.append(Image.open(BytesIO(shot)).convert("RGB"))
    for other in pictures[1:]:
        levels = ImageChops.difference(pictures[0], other).getextrema()
        assert max(most for _, most in levels) <= NOISE


def test_the_camera_is_off_once_no_face_is_asked_for(played, script, open_screen):
    screen = PatientScreen(open_screen(played, patient()))
    screen.page.add_init_script(
        """const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        window.tracks = [];
        navigator.mediaDevices.getUserMedia = async (what) => {
          const stream = await open(what);
          window.tracks.push(...stream.getTracks());
          return stream;
        };"""
    )
    script.play(PATIENT["p04-way"])
    screen.page.reload()
    script.play(PATIENT["p06-face"])
    assert script.answer().startswith(b"\xff\xd8")  # a JPEG
    assert screen.page.evaluate("tracks.map((track) => track.kind)") == ["video"]
    script.play(PATIENT["p07-pin"])
    screen.shows("pin")
    assert screen.page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]


def test_the_next_patient_finds_nothing_of_the_one_before(play, following, script):
    play("p07-pin")
    following.press("1", "2", "3")
    script.display.show(script.display.screen.step.STOPPED)
    following.shows("stopped")
    play("p07-pin")
    assert following.page.locator(".slots .on").count() == 0
    play("p12-consent-all")
    following.press("2", "Enter")
    following.shows("consents", "surgery")
    following.press("1", "Enter")
    following.shows("consents", "treatment")
    play("p12-consent-all")
    following.shows("consents", "main")
    following.press("2", "Enter", "2", "Enter", "2", "Enter", "2", "Enter", "2", "Enter")
    following.shows("consents", "check")
    following.press("Enter")
    assert script.answer() == []


@pytest.mark.parametrize("how", ["reload", "go_back"])
def test_a_page_that_is_loaded_again_asks_what_is_asked_now(how, play, following, script):
    play("p07-pin")
    following.press("1", "2", "3")
    getattr(following.page, how)()
    if how == "go_back":
        following.page.go_forward()
    following.shows("pin")
    assert following.page.locator(".slots .on").count() == 0
    following.press(*PIN, "Enter")
    assert script.answer() == PIN
