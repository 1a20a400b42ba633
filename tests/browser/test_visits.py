"""A visit of each way, in a browser; an integrator's program follows each by HTTP."""

import pytest
from playwright.sync_api import expect

from browser.conftest import PC
from browser.patient import PatientScreen
from browser.serving import STAFF, patient
from browser.staff import StaffScreen
from served_desks import at_desk

PIN, PASSCODE = "1234", "0000"


@pytest.fixture
def program(desk):
    """Follows the desk by HTTP. In the end the card is taken away, and the desk is idle again."""
    with desk.program() as client, at_desk(client) as program:
        program.until(step="idle")
        yield program
        client.delete(f"{program.path}/visit")
        program.lay(None)
        program.until(step="idle")


def result(program):
    """What the program is told of the visit, once it has followed it to its end."""
    program.until(step="ended")
    return program.client.get(f"{program.path}/result").json()


def asked(program):
    """Names of the questions that it has seen, in order."""
    questions = [event.screen["question"] for event in program.seen if event.screen["question"]]
    return list({each["number"]: each["name"] for each in questions}.values())


@pytest.fixture(params=["touch", "keys"])
def hand(request):
    """How patient and staff press buttons: each way must go through by keys alone."""
    return request.param


@pytest.fixture
def screen(hand, desk, program, open_screen):
    screen = PatientScreen(open_screen(desk, patient(), has_touch=True), hand == "keys")
    screen.shows("choose")
    return screen


@pytest.fixture
def staff(hand, desk, open_screen):
    return StaffScreen(open_screen(desk, STAFF, PC), desk.address, hand == "keys")


def test_a_card_with_its_pin(screen, program):
    program.lay("mynumber")
    screen.shows("way")
    screen.answer("pin")
    screen.shows("pin")
    screen.enter(PIN)
    screen.shows("consents", "main")
    screen.answer(["surgery", "treatment", "checkups", "specified_disease"])
    screen.shows("prescription")
    screen.answer("electronic")
    screen.shows("done")
    visit = result(program)
    assert (visit["outcome"], visit["way"]) == ("checked_in", "pin")
    assert asked(program) == ["way", "pin", "consents", "prescription"]
    program.lay(None)
    screen.shows("choose")


@pytest.mark.parametrize("hand", ["keys"], indirect=True)
def test_a_card_with_its_pin_by_ten_key_alone(screen, program):
    program.lay("mynumber")
    screen.shows("way")
    screen.press("2", "Enter")
    screen.shows("pin")
    screen.press(*PIN, "Enter")
    screen.shows("consents", "main")
    screen.press("2", "Enter")
    for group, agree in zip(
        ["surgery", "treatment", "checkups", "specified_disease"], "1212", strict=True
    ):
        screen.shows("consents", group)
        screen.press(agree, "Enter")
    screen.shows("consents", "check")
    screen.press("Enter")
    screen.shows("prescription")
    screen.press("2", "Enter")
    screen.shows("done")
    assert result(program)["outcome"] == "checked_in"
    program.lay(None)
    screen.shows("choose")


def test_a_wrong_pin_is_told_and_may_be_entered_once_more(screen, program):
    program.lay("mynumber")
    screen.shows("way")
    screen.answer("pin")
    screen.shows("pin")
    screen.enter("9999")
    expect(screen.page.locator('#screen[data-state="pin"] [role="alert"]:visible')).to_be_visible()
    screen.enter(PIN)
    screen.shows("consents")


def on_the_front(desk):
    """照合番号B of the card that lies there."""
    return desk.service.desk("1").equipment.table.card.person.code_b


def test_a_card_whose_holder_is_before_the_camera(screen, program, desk):
    program.lay("mynumber")
    screen.shows("way")
    screen.answer("face")
    screen.shows("code-b")
    screen.enter(on_the_front(desk))
    screen.shows("consents", "main")
    screen.answer([])
    screen.shows("prescription")
    screen.answer("paper")
    screen.shows("done")
    visit = result(program)
    assert (visit["outcome"], visit["way"], visit["proof"]["kind"]) == (
        *("checked_in", "face", "signature"),
    )
    assert asked(program) == ["way", "code b", "frame", "consents", "prescription"]


def test_without_a_camera_another_way_is_asked_for(screen, program, desk):
    screen.page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error()); }"
    )
    program.lay("mynumber")
    screen.shows("way")
    screen.answer("face")
    screen.shows("code-b")
    with screen.without_going_on():
        screen.enter(on_the_front(desk))
        screen.shows("face", "no-camera")
    screen.shows("way")
    program.until(question="way")
    assert "face" in program.screen["question"]["ways"]
    program.until(question="frame")
    assert "face" not in program.until(question="way")["question"]["ways"]


def test_a_card_whose_holder_the_staff_compare_by_eye(screen, staff, program):
    program.lay("mynumber")
    screen.shows("way")
    screen.answer("visual")
    screen.shows("staff")
    staff.is_due("visual")
    staff.open("/desks/1")
    staff.shows("passcode")
    staff.type(answer=PASSCODE)
    staff.press("#send")
    staff.shows("visual")
    staff.type(staff="佐藤")
    staff.choose("reason", "forgotten_pin")
    staff.press("#same")
    screen.shows("consents")
    screen.answer([])
    screen.shows("prescription")
    screen.answer("paper")
    screen.shows("done")
    visit = result(program)
    assert (visit["outcome"], visit["way"]) == ("checked_in", "visual")
    assert asked(program) == ["way", "passcode", "staff", "consents", "prescription"]


def test_staff_see_somebody_else_and_the_visit_ends(screen, staff, program):
    program.lay("mynumber")
    screen.shows("way")
    screen.answer("visual")
    staff.is_due("visual")
    staff.open("/desks/1")
    staff.type(answer=PASSCODE)
    staff.press("#send")
    staff.shows("visual")
    staff.type(staff="佐藤")
    staff.choose("reason", "injury")
    staff.press("#not-same")
    screen.shows("done")
    assert result(program)["outcome"] == "somebody_else"


def test_an_android_phone_whose_pin_comes_first(screen, program):
    screen.tap('[data-do="step"]')
    screen.shows("choose", "phone")
    screen.tap('[data-token="android"]')
    screen.shows("pin")
    screen.enter(PIN)
    screen.shows("hold")
    program.lay("android")
    screen.shows("consents")
    screen.answer(["surgery", "treatment", "checkups", "specified_disease"])
    screen.shows("prescription")
    screen.answer("electronic")
    screen.shows("done")
    assert result(program)["token"] == "android"


def test_an_iphone_that_was_confirmed_by_its_holder(screen, program):
    screen.tap('[data-do="step"]')
    screen.shows("choose", "phone")
    screen.tap('[data-token="iphone"]')
    screen.shows("hold")
    program.lay("iphone")
    screen.shows("consents")
    screen.answer([])
    screen.shows("prescription")
    screen.answer("paper")
    screen.shows("done")
    assert result(program)["token"] == "iphone"
    assert "pin" not in asked(program)


@pytest.mark.parametrize("hand", ["keys"], indirect=True)
def test_a_patient_without_a_card_and_the_fall_backs(screen, staff, program, reads):
    screen.press("3", "Enter")
    screen.shows("staff")
    staff.is_due("fallback")
    staff.open("/desks/1")
    for step, key in (("card", "2"), ("certificate_no_card", "5"), ("past_visit_no_card", "2")):
        staff.page.wait_for_selector(f'[data-fallback-step="{step}"]')
        staff.page.keyboard.press(key)
    screen.shows("done")
    assert result(program)["fallback"] == "confirmed_later"
