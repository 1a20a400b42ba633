"""A second camera sees the card on the reader: 照合番号B is read, and the first sees the face.

Chromium's fake cameras all show the same film, so two_cameras.js stands in for them where the card
and the face must differ; its own two tell whether a camera is chosen by its label.
"""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

import card_fronts
import photographs
from browser.chromium import launched
from browser.conftest import CHROMIUM, NO_PICTURE
from browser.patient import PatientScreen
from browser.serving import Serving, patient
from card_fronts import front_of, jpeg, seen
from kazashi.serve.service import Service
from kazashi.sim.person import Person
from served_desks import at_desk, desks_with, site

FACE_CAMERA, CARD_CAMERA = "Front Camera (04f2:b6d0)", "HD Pro Webcam C920 (046d:082d)"
ENOUGH = 4  # HTMLMediaElement.readyState: there is something to see
STAND_IN = Path(__file__).with_name("two_cameras.js").read_text("utf-8")


@pytest.fixture(scope="module")
def watched(tmp_path_factory, tables):
    """A service with a desk whose card is seen by a camera."""
    folder = tmp_path_factory.mktemp("watched")
    (desk,) = desks_with(["sim:"])
    desk = replace(desk, card_camera="C920")
    served = Serving(folder, lambda: Service([desk], site(folder / "journal.db")), [desk])
    served.start()
    yield served
    served.stop()


@pytest.fixture
def program(watched):
    with watched.program() as client, at_desk(client) as program:
        program.until(step="idle")
        yield program
        client.delete(f"{program.path}/visit")
        program.lay(None)
        program.until(step="idle")


def as_address(picture):
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg(picture)).decode()}"


@pytest.fixture
def open_with(browser, watched, program):
    """Opens the patient's page, its two cameras seeing `of_card` and a face; the card is laid."""
    contexts = []

    def open_it(of_card):
        pictures = {
            FACE_CAMERA: as_address(photographs.opened(photographs.SAME).convert("RGB")),
            CARD_CAMERA: as_address(of_card(Person())),
        }
        context = browser.new_context(locale="ja-JP", has_touch=True)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(f"window.pictures = {json.dumps(pictures)}; {STAND_IN}")
        page.goto(watched.pairing(patient()))
        screen = PatientScreen(page)
        screen.shows("choose")
        program.lay("mynumber")
        screen.shows("way")
        return screen

    yield open_it
    for context in contexts:
        context.close()


def own_front(person):
    return seen(front_of(person, card_fronts.any_font()))


def running(screen):
    return screen.page.evaluate("window.running()")


def test_the_code_is_read_by_one_camera_and_the_face_by_the_other(open_with, program):
    screen = open_with(own_front)
    screen.answer("face")
    program.until(question="front")
    program.until(question="consents")
    screen.shows("consents", "main")
    assert running(screen) == []
    screen.answer([])
    screen.shows("prescription")
    screen.answer("paper")
    screen.shows("done")
    program.until(step="ended")
    visit = program.client.get(f"{program.path}/result").json()
    assert (visit["outcome"], visit["way"]) == ("checked_in", "face")
    numbers = {
        e.screen["question"]["number"]: e.screen["question"]["name"]
        for e in program.seen
        if e.screen["question"]
    }
    assert list(numbers.values())[:4] == ["way", "front", "front", "frame"]


def test_digits_that_are_not_legible_are_typed(open_with, program):
    screen = open_with(lambda person: seen(front_of(person, card_fronts.any_font()), blur=9))
    screen.answer("face")
    program.until(question="code b")
    screen.shows("code-b")
    assert running(screen) == []
    screen.enter(Person().code_b)
    screen.shows("consents")


def test_a_patient_may_type_them_at_once(open_with):
    screen = open_with(own_front)
    screen.page.evaluate(NO_PICTURE)
    screen.answer("face")
    screen.shows("front")
    screen.answer(None)
    screen.shows("code-b")
    assert running(screen) == []


@pytest.mark.parametrize(("label", "step"), [("device_1", "main"), ("device_7", "no-camera")])
def test_a_camera_is_chosen_by_a_part_of_its_label(playwright, watched, program, label, step):
    browser = launched(playwright, CHROMIUM, cameras=2)
    page = browser.new_page(locale="ja-JP", has_touch=True)
    page.goto(watched.pairing(patient()))
    screen = PatientScreen(page)
    screen.shows("choose")
    page.route("**/screen?*", lambda route: _with_label(route, label))
    program.lay("mynumber")
    screen.shows("way")
    page.evaluate(NO_PICTURE)
    with screen.without_going_on():
        screen.answer("face")
        screen.shows("front", step)
    if step == "main":
        video = page.locator("[data-camera]")
        expect(video).to_have_js_property("readyState", ENOUGH)
        assert video.evaluate("it => it.srcObject.getTracks()[0].label") == "fake_device_1"
        assert video.evaluate("it => getComputedStyle(it).transform") == "none"  # not mirrored
    page.unroute_all(behavior="ignoreErrors")  # one may be under way
    browser.close()


def _with_label(route, label):
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace("C920", label))
