"""Staff compare by eye: with the photo in the chip, or with the card in their hand."""

from itertools import count

import pytest

import faces
from kazashi.reception.checkin import Reception
from kazashi.reception.passcode import Passcode
from kazashi.reception.people import (
    AskCodeB,
    AskPasscode,
    AskPin,
    AskStaff,
    AskWay,
    StaffCheck,
)
from kazashi.reception.profiles import PROFILES
from kazashi.reception.rules import Proof, Way
from kazashi.reception.visit import Outcome, Reason
from kazashi.sim.card import MyNumberCard
from kazashi.sim.person import Person
from kazashi.testing.passcode import TEST_PASSCODE
from kazashi.words import Language
from kazashi_wire.messages import Signal
from reception_desk import ANCHORS, PERSON, Listening, in_turn

WRONG_PASSCODE = "9876543210123456"  # so long that no digest or time has these digits


def test_staff_see_the_photo_of_a_chip_that_is_no_copy(counter):
    counter.lay()
    visit = counter.check_in(Way.VISUAL, photo_from_chip=True, component=None)
    assert (visit.outcome, visit.way) == (Outcome.SEEN_BY_STAFF, Way.VISUAL)
    assert visit.proof is Proof.INTERNAL_AUTHENTICATION
    assert visit.why is Reason.NO_KEY
    assert counter.people.questions(AskStaff)[0].photo == faces.photo(PERSON)
    assert counter.people.questions(AskPin) == []
    assert counter.steps("visual check") == [
        {"staff": "佐藤", "reason": "forgotten_pin", "compared_with": "photo", "is_match": True}
    ]


def test_without_the_code_staff_look_at_the_card_alone_and_nothing_is_proved(counter):
    counter.lay()
    visit = counter.check_in(Way.VISUAL, {AskCodeB: None}, photo_from_chip=True, component=None)
    assert visit.outcome is Outcome.SEEN_BY_STAFF
    assert visit.proof is Proof.NONE
    assert counter.people.questions(AskStaff)[0].photo == b""
    assert counter.steps("visual check")[0]["compared_with"] == "card"
    assert counter.verifies() == []


def test_somebody_else_is_not_checked_in_and_that_is_kept(counter):
    counter.lay()
    check = StaffCheck("鈴木", "暗証番号をお忘れ", is_same=False)
    visit = counter.check_in(Way.VISUAL, {AskStaff: check})
    assert visit.outcome is Outcome.SOMEBODY_ELSE
    assert visit.eligibility is None
    assert counter.people.heard("confirm who you are. Staff are on their way")
    assert counter.people.questions(AskWay) == []
    (facts,) = counter.steps("visual check")
    assert (facts["staff"], facts["is_match"]) == ("鈴木", False)


@pytest.mark.parametrize(
    ("staff", "reason"),
    [("", "カメラの故障"), ("佐藤", " "), ("佐" * 1001, "故障"), ("佐藤", "\ud800")],
)
def test_a_check_without_a_name_or_a_reason_that_can_be_kept_is_none(counter, staff, reason):
    counter.lay()
    visit = counter.check_in(Way.VISUAL, {AskStaff: StaffCheck(staff, reason, is_same=True)})
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert len(counter.people.questions(AskStaff)) == 3  # and what is wrong is told each time
    assert counter.steps("visual check") == []


def test_nobody_of_the_staff_is_there(counter):
    counter.lay()
    visit = counter.check_in(Way.VISUAL, {AskStaff: None})
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert counter.people.questions(AskWay)[0].ways == (Way.PIN,)  # there are no faces here


def test_a_check_is_good_for_this_one_patient(counter):
    counter.lay()
    reception = counter.reception()
    counter.check_in(Way.VISUAL)
    first = counter.people
    visit = reception.check_in(first, Way.VISUAL)
    assert visit.outcome is Outcome.CHECKED_IN
    assert len(first.questions(AskStaff)) == 2
    assert len(first.questions(AskPasscode)) == 2


@pytest.mark.parametrize("kind", ["pinless", "locked", "infant"])
def test_cards_that_leave_no_other_way_are_checked_by_eye(counter, kind):
    counter.lay(kind)
    visit = counter.check_in(Way.VISUAL)
    assert visit.outcome is Outcome.CHECKED_IN
    assert visit.proof is Proof.SIGNATURE  # of the approved component


def test_a_copied_chip_is_found_out(counter):
    counter.lay("cloned")
    visit = counter.check_in(Way.VISUAL, photo_from_chip=True)
    assert visit.outcome is Outcome.NOT_GENUINE
    assert counter.people.questions(AskStaff) == []


def test_staff_may_send_the_patient_on_to_the_pin_with_the_same_card(counter):
    counter.lay()
    visit = counter.check_in(Way.VISUAL, {AskStaff: None, AskWay: Way.PIN})
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)
    assert visit.proof is Proof.SIGNATURE


def test_a_wrong_passcode_opens_nothing_and_is_kept_without_its_digits(counter):
    counter.lay()
    passcode = Passcode(TEST_PASSCODE)
    visit = counter.check_in(Way.VISUAL, {AskPasscode: WRONG_PASSCODE}, passcode=passcode)
    assert visit.why is Reason.PASSCODE_WRONG
    assert counter.people.questions(AskWay)[0].ways == (Way.PIN,)
    assert counter.people.questions(AskStaff) == []
    wrong, *paused = counter.steps("passcode")
    assert wrong == {"error": "wrong"}
    assert {facts["error"] for facts in paused} == {"paused"}
    assert counter.people.heard("The passcode is wrong.")
    for printed in ([*counter.journal.visits()], visit, visit.to_json(), counter.people.told):
        assert WRONG_PASSCODE not in str(printed)


def test_after_a_wrong_passcode_and_its_wait_the_right_one_opens_the_check(counter):
    counter.lay()
    now_s = [0.0]

    def wait_and_type(_question):
        now_s[0] += 2.0
        return answers.pop(0)

    answers = [WRONG_PASSCODE, "００００"]
    passcode = Passcode(TEST_PASSCODE, lambda: now_s[0])
    visit = counter.check_in(Way.VISUAL, {AskPasscode: wait_and_type}, passcode=passcode)
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.steps("passcode") == [{"error": "wrong"}, {}]


def test_a_passcode_typed_too_soon_is_no_try(counter):
    counter.lay()
    now_s = [0.0]

    def type_(_question):
        now_s[0] += waits.pop(0)
        return answers.pop(0)

    waits = [0.0, 0.5, 2.0, 0.5, 4.0]  # after a wrong one 1 s, then 2 s
    answers = [WRONG_PASSCODE, "0000", WRONG_PASSCODE, "0000", "0000"]
    passcode = Passcode(TEST_PASSCODE, lambda: now_s[0])
    visit = counter.check_in(Way.VISUAL, {AskPasscode: type_}, passcode=passcode)
    assert visit.outcome is Outcome.CHECKED_IN
    said = [facts.get("error", "right") for facts in counter.steps("passcode")]
    assert said == ["wrong", "paused", "wrong", "paused", "right"]


def test_three_wrong_passcodes_end_the_visual_check(counter):
    counter.lay()
    now_s = [0.0]

    def wait_and_type(_question):
        now_s[0] += 60.0
        return WRONG_PASSCODE

    passcode = Passcode(TEST_PASSCODE, lambda: now_s[0])
    visit = counter.check_in(Way.VISUAL, {AskPasscode: wait_and_type}, passcode=passcode)
    assert visit.why is Reason.PASSCODE_WRONG
    assert counter.steps("passcode") == [{"error": "wrong"}] * 3


def test_without_an_answer_to_the_passcode_nobody_looks(counter):
    counter.lay()
    visit = counter.check_in(Way.VISUAL, {AskPasscode: in_turn()})
    assert (visit.outcome, visit.why) == (Outcome.NOT_IDENTIFIED, Reason.NOTHING_ENTERED)
    assert counter.people.questions(AskStaff) == []
    assert counter.steps("passcode") == []


def test_without_a_passcode_no_visual_check_is_offered(counter):
    counter.lay()
    visit = counter.check_in(Way.PIN, {AskPin: None}, passcode=None)
    assert counter.people.questions(AskWay) == []
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    visit = counter.check_in(Way.VISUAL, passcode=None)
    assert (visit.outcome, visit.why) == (Outcome.NOT_IDENTIFIED, Reason.NO_PASSCODE)


def test_the_centre_is_asked_about_it_if_the_configuration_says_so(counter):
    counter.lay()
    centre = Listening()
    settings = {"component": None, "centre": centre}
    visit = counter.check_in(Way.VISUAL, **settings)
    assert (visit.outcome, centre.asked) == (Outcome.SEEN_BY_STAFF, [])
    assert not visit.outcome.is_accepted()
    visit = counter.check_in(Way.VISUAL, asks_about=[Outcome.SEEN_BY_STAFF], **settings)
    assert (visit.outcome, visit.why) == (Outcome.CHECKED_IN, None)
    assert counter.people.heard("no key has proved the certificate")
    assert not counter.people.heard("The centre is not asked")
    assert centre.asked[0].proof is Proof.NONE


def test_a_card_that_relays_the_surface_of_another_is_seen_by_staff_and_no_more(
    counter, monkeypatch
):
    other = MyNumberCard(Person(seed=2))
    other.person.photo = faces.photo(PERSON)
    monkeypatch.setattr(counter.lay(), "face", other.face)
    centre = Listening()
    settings = {"photo_from_chip": True, "component": None, "centre": centre}
    visit = counter.check_in(Way.VISUAL, {AskCodeB: other.person.code_b}, **settings)
    assert counter.people.questions(AskStaff)[0].photo == faces.photo(PERSON)
    assert (visit.outcome, visit.why) == (Outcome.SEEN_BY_STAFF, Reason.NO_KEY)
    assert centre.asked == []
    assert counter.people.told.count(Reason.NO_KEY.message.text(Language.ENGLISH)) == 1


def test_the_photo_in_the_chip_is_not_shown_by_default(counter):
    reception = Reception(counter.reader, PROFILES["desk"], ANCHORS, None, counter.journal)
    assert not reception.photo_from_chip


@pytest.mark.parametrize(
    ("accepts", "signal"),
    [
        ([], Signal.FAILED),
        ([Outcome.FACE_ONLY], Signal.FAILED),
        ([Outcome.SEEN_BY_STAFF], Signal.DONE),
    ],
)
def test_the_reader_shows_green_for_a_person_if_the_configuration_accepts_them(
    counter, monkeypatch, accepts, signal
):
    shown = []
    monkeypatch.setattr(counter.reader, "show", shown.append)
    counter.lay()
    centre = Listening()
    visit = counter.check_in(Way.VISUAL, component=None, accepts=accepts, centre=centre)
    assert (visit.outcome, visit.eligibility) == (Outcome.SEEN_BY_STAFF, None)
    assert shown[-1] == signal
    assert centre.asked == []  # to accept is not to ask


def test_wrong_passcodes_of_another_program_are_slowed_here_too(counter):
    counter.lay()
    slow = Passcode(TEST_PASSCODE, clock=count(0, 100).__next__)
    for _ in range(3):
        counter.check_in(Way.VISUAL, {AskPasscode: WRONG_PASSCODE}, passcode=slow)
    another = Passcode(TEST_PASSCODE, clock=lambda: 0.0)
    counter.check_in(Way.VISUAL, passcode=another)
    assert {facts["error"] for facts in counter.steps("passcode")} == {"paused"}
    assert len(counter.people.questions(AskPasscode)) <= 10  # and it comes to an end
