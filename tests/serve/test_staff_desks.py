"""The staff screen: all desks, and what is done at one of them."""

import json
from datetime import timedelta

import pytest

from kazashi.errors import ReaderUnplugged
from kazashi.reception.face.presence import Turn
from kazashi.reception.fallback import Step as FallbackStep
from kazashi.reception.japan import utc_now
from kazashi.reception.people import (
    AskCertificate,
    AskCodeB,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskFront,
    AskItemsPin,
    AskLastTry,
    AskPasscode,
    AskPin,
    AskPrescription,
    AskRegistration,
    AskStaff,
    AskSubsidies,
    AskToken,
    AskTurn,
    AskWay,
    InPlace,
    Question,
    StaffCheck,
)
from kazashi.reception.rules import Group, Token, Way
from kazashi.reception.texts import Message
from kazashi.reception.visit import Visit
from kazashi.serve.access import Caller, Role
from kazashi.serve.languages import LANGUAGES, PSEUDO_LANGUAGES, language_of
from kazashi.serve.screen import Step
from kazashi.serve.staff.overview import DeskView, due_first
from kazashi.sim.portrait import portrait
from staff_screen import StaffScreen, elements, site_of, values

OF_THE_PATIENT = (
    *(AskPin(3), AskItemsPin(3), AskRegistration(), AskConsents((Group.CHECKUPS,))),
    *(AskSubsidies(("乳幼児",)), AskPrescription()),
)
QUESTIONS = (
    *OF_THE_PATIENT,
    *(AskToken((Token.CARD,)), AskWay((Way.FACE,)), AskLastTry(), AskCodeB(), AskFront()),
    *(AskFrame(), AskTurn(Turn.LEFT), AskPasscode(), AskStaff(b""), AskFourItems()),
    *(AskFallback(FallbackStep.CARD), AskCertificate()),
)


@pytest.fixture
def staff(tmp_path):
    return StaffScreen(tmp_path / "serve", site_of(tmp_path / "journal.db"))


@pytest.mark.parametrize("language", [*LANGUAGES, *PSEUDO_LANGUAGES])
def test_the_staff_see_each_language_that_a_patient_may_choose(staff, language):
    idle(staff)
    staff.service.desks["1"].display.speak(language)
    assert language == "ja" or language_of(language).name in staff.http.get("/staff").text


def idle(staff):
    for desk in staff.service.desks.values():
        desk.display.rest()


def test_a_free_desk_needs_no_staff(staff):
    idle(staff)
    page = staff.http.get("/staff")
    assert values(page, "data-step") == ["idle", "idle"]
    assert "<title>窓口 - Kazashi</title>" in page.text
    assert not elements(page, "data-due-list")


@pytest.mark.parametrize("step", Step)
def test_the_staff_see_where_each_desk_stands(staff, step):
    staff.display().show(step)
    assert values(staff.http.get("/staff"), "data-step")[0] == step


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_the_staff_see_what_each_question_is_about(staff, question):
    with staff.asked(question):
        assert values(staff.http.get("/staff"), "data-step")[0] == "asked"


def test_no_question_is_left_out_here():
    assert {type(each) for each in QUESTIONS} == {*Question.__subclasses__()}


def test_desks_where_the_staff_must_act_come_first_by_how_long_they_wait(staff):
    staff.display("2").call()
    staff.display("1").call()
    views = [DeskView(desk.display.screen) for desk in staff.service.desks.values()]
    assert [view.screen.desk for view in due_first(views)] == ["2", "1"]
    assert due_first(views)[0].since <= due_first(views)[1].since + timedelta()
    page = staff.http.get("/staff")
    assert "<title>(2) 窓口 - Kazashi</title>" in page.text


@pytest.mark.parametrize(
    ("question", "work"),
    [
        (AskPasscode(), "passcode"),
        (AskStaff(b""), "visual"),
        (AskFallback(FallbackStep.CARD), "fallback"),
        (AskCertificate(), "certificate"),
        (AskFourItems(), "four-items"),
        (AskWay((Way.FACE, Way.PIN)), "help"),
        (AskToken((Token.CARD, Token.IPHONE)), "help"),
        (AskLastTry(), "help"),
        (AskCodeB(), "code-b"),
        (AskPin(3), "nothing"),
    ],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_of_a_desk_follows_its_question(staff, question, work, language):
    with staff.asked(question):
        page = staff.http.get(f"/staff/desks/1?lang={language}")
        assert values(page, "data-work") == [work]
        assert values(page, "data-question") == ([] if work == "nothing" else ["1"])


@pytest.mark.parametrize("question", OF_THE_PATIENT, ids=lambda question: question.name)
def test_staff_answer_no_pin_and_no_consent_of_a_patient_but_programs_may(staff, question):
    answers = {"consents": ["checkups"], "prescription": "paper", "pin": "1234"}
    answer = answers.get(question.name, "1234" if "pin" in question.name else True)
    with staff.asked(question) as answered:
        assert staff.answer(answer).status_code == 403
        body = {"question": 1, "answer": answer}
        assert staff.http.post("/api/v1/desks/1/answer", json=body).status_code == 403
        assert not answered
        token = {"authorization": f"Bearer {staff.access.token_path.read_text('ascii').strip()}"}
        by_program = staff.http.post("/api/v1/desks/1/answer", json=body, headers=token)
        assert by_program.status_code == 204


@pytest.mark.parametrize("question", [AskFrame(), AskTurn(Turn.LEFT)], ids=["frame", "turn"])
def test_staff_send_no_picture_of_a_patient_but_the_patients_screen_does(staff, question):
    path = "/api/v1/desks/1/answer/1/picture"
    with staff.asked(question) as answered:
        assert staff.http.put(path, content=b"picture").status_code == 403
        assert staff.answer(None).status_code == 403
        assert not answered
        patient = staff.browser(Caller(Role.PATIENT, "1"))
        assert patient.put(path, content=b"picture").status_code == 204
    assert answered == [b"picture"]


def test_staff_choose_a_way_for_the_patient(staff):
    with staff.asked(AskWay((Way.FACE, Way.PIN))) as answered:
        for name in ("", " ", "1234-5678-9012"):
            refused = staff.answer("pin", name=name)
            assert (refused.status_code, refused.json()["field"]) == (422, "name")
        assert staff.answer("pin", name="佐藤").status_code == 204
    assert answered == [InPlace(Way.PIN, "佐藤")]


@pytest.mark.parametrize("path", ["", "/desks/1", "/held", "/devices", "/journal", "/visits/1"])
def test_a_patient_screen_reaches_no_page_of_the_staff(staff, path):
    patient = staff.browser(Caller(Role.PATIENT, "1"))
    assert patient.get(f"/staff{path}").status_code == 403
    staff.http.cookies.clear()
    unpaired = staff.http.get(f"/staff{path}")
    assert (unpaired.status_code, unpaired.headers["location"]) == (303, "/pair")


def test_a_visual_check_has_a_name_a_reason_and_a_verdict(staff):
    with staff.asked(AskStaff(b"")) as answered:
        whole = {"staff": "佐藤 花子", "reason": "injury", "other": "", "is_same": True}
        for field in ("staff", "reason"):
            refused = staff.answer(whole | {field: ""})
            assert (refused.status_code, refused.json()["field"]) == (422, field)
        assert staff.answer(whole).status_code == 204
    assert answered == [StaffCheck("佐藤 花子", "injury", is_same=True)]


def test_another_reason_is_the_one_that_is_typed(staff):
    with staff.asked(AskStaff(b"")) as answered:
        check = {"staff": "佐藤", "reason": "other", "other": "", "is_same": False}
        assert staff.answer(check).json()["field"] == "other"
        assert staff.answer(check | {"other": "手袋が外せない"}).status_code == 204
    assert answered == [StaffCheck("佐藤", "手袋が外せない", is_same=False)]


def test_twelve_digits_are_refused_with_the_reason_in_the_language_of_the_page(staff):
    check = {"staff": "123456789012", "reason": "injury", "other": "", "is_same": True}
    with staff.asked(AskStaff(b"")):
        staff.http.get("/staff?lang=en")
        english = staff.answer(check)
        staff.http.get("/staff?lang=ja")
        japanese = staff.answer(check)
    assert english.json()["field"] == japanese.json()["field"] == "staff"
    assert "マイナンバー" in japanese.json()["text"]
    assert "My Number" in english.json()["text"]
    assert check["staff"] not in japanese.text + english.text


def test_a_late_answer_changes_nothing(staff):
    with staff.asked(AskFallback(FallbackStep.CARD)) as answered:
        body = {"question": 0, "answer": "yes"}
        assert staff.http.post("/staff/desks/1/answer", json=body).status_code == 409
        assert staff.answer("current").status_code == 422
        assert not answered


def test_notices_of_the_engine_stand_over_the_question(staff):
    staff.display().begin()
    staff.display().tell(Message("passcode.wrong"))
    with staff.asked(AskPasscode()):
        pass
    staff.display().tell(Message("passcode.wrong"))
    assert values(staff.http.get("/staff/desks/1"), "data-notice") == ["passcode.wrong"]


def test_a_reader_out_of_order_is_told_in_the_doctors_words_with_its_remedy(staff):
    idle(staff)
    staff.display().show(Step.OUT_OF_ORDER, fault=ReaderUnplugged())
    page = staff.http.get("/staff")
    assert values(page, "data-alert") == ["reader"]
    assert values(page, "data-due") == ["1:fault ", "fault"]


def test_pages_need_neither_inline_script_nor_inline_style(staff):
    with staff.asked(AskCertificate()):
        for path in ("/staff", "/staff/desks/1"):
            page = staff.http.get(path)
            assert "<style" not in page.text
            assert not elements(page, "style")
            assert not elements(page, "onclick")


def test_the_fallbacks_have_one_step_back_but_at_the_first(staff):
    with staff.asked(AskFallback(FallbackStep.CARD)):
        assert "answer-back" not in staff.http.get("/staff/desks/1").text
        assert staff.answer("back").status_code == 422
    with staff.asked(AskFallback(FallbackStep.PORTAL, can_go_back=True)) as answered:
        assert "answer-back" in staff.http.get("/staff/desks/1").text
        assert staff.answer("back").status_code == 204
    assert answered == ["back"]


def test_a_card_left_behind_is_called_out_again(staff):
    idle(staff)
    staff.display().left_behind()
    page = staff.http.get("/staff")
    assert "/api/v1/desks/1/reminder" in values(page, "data-path")
    assert staff.http.post("/api/v1/desks/1/reminder").status_code == 202
    assert staff.display().screen.reminders == 1
    staff.display().begin()
    assert staff.display().screen.reminders == 0


def test_the_staff_are_to_see_to_a_screen_that_is_gone(staff):
    idle(staff)
    staff.display().begin()
    staff.display().lose_screen()
    assert values(staff.http.get("/staff"), "data-due") == ["1:lost ", "lost"]
    (view,) = due_first(DeskView(desk.display.screen) for desk in staff.service.desks.values())
    assert (view.since, view.sees) == (view.screen.lost_since, "lost")
    staff.display().find_screen()
    assert not elements(staff.http.get("/staff"), "data-due-list")


def test_a_pause_of_face_matching_is_an_alert_while_it_lasts(staff):
    idle(staff)
    for minutes, alerts in ((5, ["face"]), (-5, [])):
        staff.service.desk("1").face_paused_until = utc_now() + timedelta(minutes=minutes)
        assert values(staff.http.get("/staff"), "data-alert") == alerts


def test_staff_go_back_without_an_answer(staff):
    with staff.asked(AskPasscode()) as answered:
        body = json.loads(elements(staff.http.get("/staff/desks/1"), "data-body")[0]["data-body"])
        assert staff.http.post("/staff/desks/1/answer", json=body).status_code == 204
    assert answered == [None]


def test_the_photo_of_the_chip_is_for_the_staff_while_they_compare_it(staff):
    patient = staff.browser(Caller(Role.PATIENT, "1"))
    with staff.asked(AskStaff(portrait(1))):
        path = values(staff.http.get("/staff/desks/1"), "src")[-1]
        photo = staff.http.get(path)
        assert photo.headers["content-type"] == "image/png"
        assert photo.headers["cache-control"] == "no-store"
        assert photo.content.startswith(b"\x89PNG")
        assert patient.get(path).status_code == 403
    assert staff.http.get(path).status_code == 404


def test_a_photo_that_is_none_is_not_served(staff):
    with staff.asked(AskStaff(b"no picture")):
        assert staff.http.get("/api/v1/desks/1/photo?question=1").status_code == 404


def test_a_visit_that_is_not_in_the_journal_is_an_alert(staff):
    idle(staff)
    staff.service.desk("1").last = Visit("desk", is_kept=False)
    assert values(staff.http.get("/staff"), "data-alert") == ["visit"]
