"""The face way: certificate, photo from the chip, the real engine, and what it leads to."""

from dataclasses import replace

import pytest

import faces
from kazashi.reception.face.attempts import MOST_FAILURES, Attempts
from kazashi.reception.face.matching import Compared, FrameProblem
from kazashi.reception.people import BACK, AskCodeB, AskFrame, AskPin, AskStaff, AskWay
from kazashi.reception.place import Faces
from kazashi.reception.rules import Proof, Way
from kazashi.reception.visit import Outcome, Reason
from kazashi.sim.card import MyNumberCard
from kazashi.sim.person import Person
from kazashi.words import Language
from reception_desk import ANCHORS, PERSON, SOMEBODY_ELSE, WITHOUT_FACES, Listening, frame, in_turn

OTHER_CODE = "01010120301111"
PAUSE_S = 60.0
UNUSABLE = {
    FrameProblem.UNREADABLE: b"no picture",
    FrameProblem.NO_FACE: faces.frame(),
    FrameProblem.SEVERAL_FACES: faces.frame(PERSON, SOMEBODY_ELSE),
    FrameProblem.TOO_SMALL: faces.frame(PERSON, nose=faces.DARKEST, encoding="PNG"),
    FrameProblem.TOO_DARK: faces.frame(PERSON, light=20, contrast=10),
    FrameProblem.TOO_BRIGHT: faces.frame(PERSON, light=225, contrast=10),
    FrameProblem.BLURRED: faces.frame(PERSON, blur=4),
}


def test_a_face_like_that_of_the_photo_is_a_face_and_no_eligibility(counter, own_faces):
    counter.lay()
    centre = Listening()
    visit = counter.check_in(
        Way.FACE, {AskFrame: frame()}, faces=own_faces, component=None, centre=centre
    )
    assert (visit.outcome, visit.why) == (Outcome.FACE_ONLY, Reason.NO_KEY)
    assert (centre.asked, visit.eligibility) == ([], None)
    assert counter.people.heard("do not show that the card's certificate is this person's")
    assert (visit.way, visit.proof) == (Way.FACE, Proof.INTERNAL_AUTHENTICATION)
    assert visit.signature == b""
    assert visit.certificate_sha256 == counter.certificate().sha256
    assert AskPin not in map(type, counter.people.asked)
    assert counter.verifies() == [counter.card.person.code_b.encode()]
    (facts,) = counter.steps("face")
    assert facts["is_match"] is True
    assert facts["score"] >= facts["threshold"] == 0.6
    assert counter.steps("surface") == [{"is_genuine": True}]


def test_five_faces_that_do_not_match_lead_to_a_pause_and_to_the_pin_of_the_same_card(
    counter, own_faces
):
    counter.lay()
    answers = {AskFrame: frame(SOMEBODY_ELSE), AskWay: Way.PIN}
    visit = counter.check_in(Way.FACE, answers, faces=own_faces)
    assert len(counter.people.questions(AskFrame)) == MOST_FAILURES
    assert counter.people.heard("does not match")
    assert counter.people.heard("pauses after too many failures")
    assert counter.people.questions(AskWay)[0].ways == (Way.PIN, Way.VISUAL)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)
    assert visit.proof is Proof.SIGNATURE
    assert len(counter.people.questions(AskPin)) == 1


def test_during_the_pause_nobody_is_compared_and_after_it_somebody_is(counter, face_matcher):
    now_s = [0.0]
    pausing = Faces(face_matcher, Attempts(PAUSE_S, lambda: now_s[0]))
    counter.lay()
    counter.check_in(Way.FACE, {AskFrame: frame(SOMEBODY_ELSE)}, faces=pausing)
    visit = counter.check_in(Way.FACE, {AskFrame: frame()}, faces=pausing)
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert counter.people.questions(AskFrame) == []
    assert counter.people.heard("pauses after too many failures")
    now_s[0] += PAUSE_S
    visit = counter.check_in(Way.FACE, {AskFrame: frame()}, faces=pausing)
    assert visit.outcome is Outcome.CHECKED_IN


@pytest.mark.parametrize("problem", FrameProblem)
def test_what_is_wrong_with_a_picture_is_told_and_the_next_one_counts(counter, own_faces, problem):
    counter.lay()
    frames = in_turn(UNUSABLE[problem], frame())
    visit = counter.check_in(Way.FACE, {AskFrame: frames}, faces=own_faces)
    assert visit.outcome is Outcome.CHECKED_IN
    assert problem.message.text(Language.ENGLISH) in counter.people.told
    assert counter.steps("face")[0] == {"error": problem.name.lower()}


def test_pictures_that_cannot_be_used_come_to_an_end(counter, own_faces):
    counter.lay()
    visit = counter.check_in(Way.FACE, {AskFrame: b"no picture"}, faces=own_faces)
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert len(counter.people.questions(AskFrame)) < 20
    assert counter.people.questions(AskWay)


def test_what_one_card_has_proved_is_not_proved_of_the_next(counter, own_faces):
    counter.lay()

    def swap(_question):
        counter.lay("infant")

    answers = {
        AskFrame: swap,
        AskCodeB: in_turn(counter.card.person.code_b),
        AskWay: Way.VISUAL,
    }
    visit = counter.check_in(Way.FACE, answers, faces=own_faces, component=None)
    assert (visit.outcome, visit.way) == (Outcome.SEEN_BY_STAFF, Way.VISUAL)
    assert visit.certificate_sha256 == counter.certificate().sha256
    assert visit.proof is Proof.NONE
    assert counter.people.questions(AskStaff)[0].photo == b""


def test_nobody_before_the_camera_is_led_on(counter, own_faces):
    counter.lay()
    answers = {AskFrame: None, AskWay: Way.VISUAL}
    visit = counter.check_in(Way.FACE, answers, faces=own_faces)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.VISUAL)


def test_a_patient_who_goes_back_from_the_camera_is_offered_the_face_again(counter, own_faces):
    counter.lay()
    answers = {AskFrame: in_turn(BACK, frame()), AskWay: Way.FACE}
    visit = counter.check_in(Way.FACE, answers, faces=own_faces)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.FACE)
    assert counter.people.questions(AskWay) == [AskWay((Way.FACE, Way.PIN, Way.VISUAL))]


def test_an_infant_is_not_offered_the_face_again(counter, own_faces):
    counter.lay("infant")
    visit = counter.check_in(Way.FACE, {AskWay: Way.PIN, AskPin: None}, faces=own_faces)
    assert counter.people.heard("has no photo")
    assert counter.people.questions(AskFrame) == []
    offered = [question.ways for question in counter.people.questions(AskWay)]
    assert offered == [(Way.PIN, Way.VISUAL), (Way.VISUAL,)]
    assert visit.outcome is Outcome.NOT_IDENTIFIED


def test_an_infant_is_checked_in_by_the_staff_with_the_card_that_lies_there(counter, own_faces):
    counter.lay("infant")
    visit = counter.check_in(Way.FACE, {AskWay: Way.VISUAL}, faces=own_faces)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.VISUAL)
    assert counter.people.questions(AskStaff)[0].photo == b""
    assert len(counter.people.questions(AskCodeB)) == 1  # its face was read


def test_a_wrong_code_is_told_and_asked_for_again(counter, own_faces):
    counter.lay()
    answers = {
        AskCodeB: in_turn("123", OTHER_CODE, counter.card.person.code_b),
        AskFrame: frame(),
    }
    visit = counter.check_in(Way.FACE, answers, faces=own_faces)
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.people.heard("fourteen digits")
    assert counter.people.heard("9 more wrong entries")
    assert counter.verifies() == [OTHER_CODE.encode(), counter.card.person.code_b.encode()]
    assert counter.steps("code") == [{"error": "wrong", "tries_left": 9}]


def test_three_wrong_codes_lead_to_another_way(counter, own_faces):
    counter.lay()
    answers = {AskCodeB: OTHER_CODE, AskWay: Way.PIN}
    visit = counter.check_in(Way.FACE, answers, faces=own_faces)
    assert len(counter.verifies()) == 4  # the PIN is one
    assert counter.card.face.code_b.left == 7
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)


@pytest.mark.parametrize(("tries", "said"), [(3, "3 more wrong entries"), (0, "is blocked")])
def test_the_last_tries_of_a_code_are_not_used_up(counter, own_faces, tries, said):
    counter.lay(code_tries=tries)
    visit = counter.check_in(Way.FACE, {AskFrame: frame()}, faces=own_faces)
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert counter.verifies() == []
    assert counter.people.heard(said)
    assert counter.people.questions(AskFrame) == []


def test_a_copied_chip_is_found_out_before_anybody_looks_into_the_camera(counter, own_faces):
    counter.lay("cloned")
    visit = counter.check_in(Way.FACE, {AskFrame: frame()}, faces=own_faces)
    assert visit.outcome is Outcome.NOT_GENUINE
    assert visit.proof is Proof.NONE
    assert visit.eligibility is None
    assert counter.people.questions(AskFrame) == []
    assert counter.people.questions(AskWay) == []
    assert counter.steps("surface") == [{"is_genuine": False, "error": "copied_chip"}]


def test_a_card_of_an_unknown_issuer_is_found_out(counter, own_faces):
    counter.lay("unknown")
    visit = counter.check_in(Way.FACE, {AskFrame: frame()}, faces=own_faces)
    assert visit.outcome is Outcome.UNKNOWN_ISSUER
    assert counter.people.questions(AskCodeB) == []


def test_a_record_of_an_issuer_that_is_not_configured_is_no_copy_and_proves_nothing(
    counter, own_faces
):
    counter.lay()
    anchors = type(ANCHORS)(ANCHORS.authorities, (), ANCHORS.is_test)
    answers = {AskFrame: frame(), AskWay: Way.VISUAL}
    settings = {"anchors": anchors, "component": None, "photo_from_chip": True}
    visit = counter.check_in(Way.FACE, answers, faces=own_faces, **settings)
    assert (visit.outcome, visit.way) == (Outcome.SEEN_BY_STAFF, Way.VISUAL)
    assert visit.proof is Proof.NONE
    assert counter.people.questions(AskFrame) == []
    assert not counter.people.questions(AskStaff)[0].photo  # nobody vouches for it
    assert counter.people.heard("issuer of the photo in the chip is not configured")
    assert counter.steps("surface")[0] == {"is_genuine": False, "error": "unknown_issuer"}


def test_without_models_it_says_what_is_missing_and_offers_the_others(counter):
    counter.lay()
    visit = counter.check_in(Way.FACE, {AskWay: Way.PIN}, faces=WITHOUT_FACES)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)
    assert counter.people.heard("Face matching cannot be used.")
    assert counter.people.questions(AskWay)[0].ways == (Way.PIN, Way.VISUAL)


def test_the_card_may_be_taken_away_before_the_camera_is_looked_at(counter, own_faces):
    counter.lay()

    def look_away(_question):
        counter.air.clear()
        return frame()

    answers = {AskFrame: look_away}
    visit = counter.check_in(Way.FACE, answers, faces=own_faces, component=None)
    assert visit.outcome is Outcome.FACE_ONLY


class Scoring:
    """A face engine that gives this score."""

    def __init__(self, score, threshold=0.5):
        self.found = Compared(score, threshold)

    def compare(self, photo, frame):
        del photo, frame
        return self.found


@pytest.mark.parametrize(
    ("score", "threshold"),
    [(float("nan"), 0.5), (float("inf"), 0.5), (1.0, float("nan")), ("0.7", 0.5), (True, 0.5)],
)
def test_a_score_that_is_no_number_fails_the_way(counter, own_faces, score, threshold):
    counter.lay()
    scoring = replace(own_faces, matcher=Scoring(score, threshold))
    visit = counter.check_in(Way.FACE, {AskFrame: frame()}, faces=scoring)
    assert (visit.outcome, visit.why) == (Outcome.NOT_IDENTIFIED, Reason.NO_COMPARISON)
    assert len(counter.people.questions(AskFrame)) == 1
    assert counter.people.questions(AskWay)[0].ways == (Way.PIN, Way.VISUAL)


def test_a_card_that_relays_the_surface_of_another_is_not_taken_for_its_holder(
    counter, own_faces, monkeypatch
):
    other = MyNumberCard(Person(seed=2))
    card = counter.lay()
    other.person.photo = card.person.photo  # the same face
    monkeypatch.setattr(card, "face", other.face)
    centre = Listening()
    answers = {AskFrame: frame(), AskCodeB: other.person.code_b}
    visit = counter.check_in(Way.FACE, answers, faces=own_faces, component=None, centre=centre)
    assert (visit.outcome, visit.why) == (Outcome.FACE_ONLY, Reason.NO_KEY)
    assert centre.asked == []
    assert counter.people.told.count(Reason.NO_KEY.message.text(Language.ENGLISH)) == 1


@pytest.mark.parametrize(
    ("asks_about", "outcome"),
    [([Outcome.FACE_ONLY], Outcome.CHECKED_IN), ([Outcome.SEEN_BY_STAFF], Outcome.FACE_ONLY)],
)
def test_the_centre_is_asked_about_a_face_only_if_the_configuration_names_faces(
    counter, own_faces, asks_about, outcome
):
    counter.lay()
    centre = Listening()
    settings = {"faces": own_faces, "component": None, "centre": centre}
    visit = counter.check_in(Way.FACE, {AskFrame: frame()}, asks_about=asks_about, **settings)
    assert visit.outcome is outcome
    proofs = [who.proof for who in centre.asked]
    assert proofs == ([visit.proof] if outcome is Outcome.CHECKED_IN else [])
    assert counter.people.heard("no key has proved") == bool(proofs)


def test_the_pause_outlasts_the_program_and_holds_at_this_reader(counter, face_matcher):
    counter.lay()
    answers = {AskFrame: frame(SOMEBODY_ELSE)}
    counter.check_in(Way.FACE, answers, faces=Faces(face_matcher, Attempts(PAUSE_S, lambda: 0.0)))
    another = Faces(face_matcher, Attempts(PAUSE_S, lambda: 0.0))  # of another program
    visit = counter.check_in(Way.FACE, {AskFrame: frame()}, faces=another)
    assert (visit.outcome, visit.why) == (Outcome.NOT_IDENTIFIED, Reason.FACE_PAUSE)
    assert counter.people.questions(AskFrame) == []
