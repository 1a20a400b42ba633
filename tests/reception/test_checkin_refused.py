"""What a card or a centre says of somebody else is never this patient's; one refusal is not all."""

from dataclasses import replace
from datetime import date

import pytest

from kazashi.cards.face_surface import AID as FACE_SURFACE
from kazashi.cards.surface import FourItems, Sex
from kazashi.reception.centre import CentreUnreachable, Identity, Standing
from kazashi.reception.certified import CertifiedResult
from kazashi.reception.fallback import Answer, Step
from kazashi.reception.journal import INTERRUPTED
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.reception.people import (
    AskCertificate,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskItemsPin,
    AskPin,
    AskStaff,
    AskToken,
    AskWay,
)
from kazashi.reception.rules import Proof, Token, Way
from kazashi.reception.visit import OUTCOME_OF, Outcome
from kazashi.testing.centre import SimulatedCentre
from reception_desk import ASKED, PIN, Listening, commands_of

TYPED = FourItems("手入力　一郎", "東京都手入力区", date(1950, 4, 3), Sex.MALE)
PAPER = CertificatePaper(
    *("01130012", "", "1234", "00", date(1950, 4, 3)), name="仮名 三郎", expires=date.max
)
CLOSING = bytes.fromhex("80fc0000")


def to_certificate(question):
    """The fall-backs, to the certificate of eligibility."""
    return Answer.CERTIFICATE if question.step is Step.CERTIFICATE_NO_CARD else Answer.NO


@pytest.fixture
def refuses(monkeypatch):
    """The card answers commands that begin so with a status."""

    def refuse(card, begin, status):
        transmit = card.transmit

        def answer(apdu):
            response = transmit(apdu)
            return type(response)(status, 0.0) if apdu.startswith(begin) else response

        monkeypatch.setattr(card, "transmit", answer)

    return refuse


def test_a_card_that_was_refused_is_not_lent_to_the_person_who_falls_back(counter):
    counter.lay("cloned")
    answers = {AskFallback: to_certificate, AskCertificate: PAPER}
    visit = counter.check_in(Way.PIN, answers, centre=SimulatedCentre())
    assert visit.outcome is Outcome.CHECKED_IN
    assert visit.refused is Outcome.NOT_GENUINE
    assert (visit.way, visit.token, visit.validity, visit.staff) == (None, None, None, "")
    assert (visit.certificate_sha256, visit.issuer) == ("", "")
    assert (visit.proof, visit.signature) == (Proof.NONE, b"")


def test_the_four_items_of_a_card_that_was_refused_are_not_held(counter):
    counter.lay("cloned")
    answers = {
        AskFallback: to_certificate,
        AskCertificate: PAPER,
        AskFourItems: TYPED,
    }
    visit = counter.check_in(Way.PIN, answers, centre=Listening(fails=[CentreUnreachable()]))
    assert visit.outcome is Outcome.HELD
    assert [held.name for held in counter.journal.held()] == [TYPED.name]
    assert counter.people.questions(AskItemsPin) == []


def test_a_copy_is_told_as_the_reason_for_the_fallback(counter):
    counter.lay("cloned")
    visit = counter.check_in(Way.PIN, {AskFallback: Answer.YES})
    assert (visit.outcome, visit.refused) == (Outcome.FELL_BACK, Outcome.NOT_GENUINE)
    assert visit.certificate_sha256 == ""
    assert counter.people.heard("Take your card")  # it lies there still


class Confused:
    """Answers for another request."""

    def identify(self, reference, who):
        return Identity("0" * 16, Standing.VALID)


class Broken:
    """Fails as nobody foresaw."""

    def identify(self, reference, who):
        raise ConnectionResetError(f"while asking about {who}")


@pytest.mark.parametrize(
    ("centre", "error"), [(Confused(), "AnswerMixedUp"), (Broken(), "CentreFailed")]
)
def test_an_answer_that_is_none_holds_the_visit(counter, centre, error):
    counter.lay()
    visit = counter.check_in(Way.PIN, centre=centre)
    assert (visit.outcome, visit.eligibility) == (Outcome.HELD, None)
    assert counter.steps("identity")[0]["error"] == error


SELECT_FACE_SURFACE = b"\x00\xa4\x04\x0c\x0a" + FACE_SURFACE


def test_a_card_that_refuses_one_application_is_good_for_another_way(counter, own_faces, refuses):
    card = counter.lay()
    refuses(card, SELECT_FACE_SURFACE, b"\x6a\x86")
    visit = counter.check_in(Way.FACE, {AskWay: Way.PIN}, faces=own_faces)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)
    assert len(counter.people.questions(AskWay)) == 1


def test_a_card_that_shows_no_photo_is_compared_by_hand(counter, refuses):
    card = counter.lay()
    refuses(card, SELECT_FACE_SURFACE, b"\x6a\x86")
    visit = counter.check_in(Way.VISUAL, component=None, photo_from_chip=True)
    assert (visit.outcome, visit.proof) == (Outcome.SEEN_BY_STAFF, Proof.NONE)
    assert counter.people.questions(AskStaff) == [AskStaff(b"")]


def test_a_card_that_counts_no_tries_does_not_ask_for_ever(counter, refuses):
    card = counter.lay()
    refuses(card, b"\x00\x20", b"\x63\xc3")
    visit = counter.check_in(Way.PIN)
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert len(counter.people.questions(AskPin)) == 5


def test_a_key_that_refuses_to_sign_leaves_the_visual_check(counter, refuses):
    card = counter.lay()
    refuses(card, b"\x80\x2a", b"\x69\x85")
    visit = counter.check_in(Way.PIN, {AskWay: Way.VISUAL}, component=None)
    assert (visit.outcome, visit.way) == (Outcome.SEEN_BY_STAFF, Way.VISUAL)
    assert len(counter.people.questions(AskPin)) == 1


def test_what_an_iphone_says_to_the_closing_command_changes_nothing(counter, refuses):
    card = counter.lay("iphone")
    refuses(card, CLOSING, b"\x69\x85")
    visit = counter.check_in(Token.IPHONE, profile="phone")
    assert (visit.outcome, visit.proof) == (Outcome.CHECKED_IN, Proof.SIGNATURE)
    assert commands_of(card)[-1] == CLOSING
    assert counter.steps("finish") == [{"error": "CardStatus"}]


def test_who_checked_by_eye_is_in_the_result(counter):
    counter.lay()
    visit = counter.check_in(Way.VISUAL)
    facts = counter.steps("visual check")[0]
    assert (visit.staff, visit.reason) == (facts["staff"], facts["reason"])
    assert visit.to_json()["staff"] == visit.staff != ""


class Keeping:
    """An approved component that keeps its signature."""

    def __init__(self, card):
        self._card = card

    def identify(self, transmit, way, challenge):
        return CertifiedResult(self._card.person.certificate)


def test_a_signature_that_nobody_saw_is_the_components_word(counter):
    card = counter.lay()
    visit = counter.check_in(Way.VISUAL, component=Keeping(card))
    assert (visit.outcome, visit.proof) == (Outcome.CHECKED_IN, Proof.COMPONENT)
    assert visit.signature == b""


@pytest.mark.parametrize("question", [AskPin, AskConsents])
def test_a_visit_that_a_program_breaks_off_ends_with_the_field_off_and_no_outcome(
    counter, question
):
    class Closed(Exception):
        pass

    def close(_question):
        raise Closed

    counter.lay()
    with pytest.raises(Closed):
        counter.check_in(Way.PIN, {question: close})
    assert not counter.air.is_on
    assert counter.check_in(Way.PIN).outcome is Outcome.CHECKED_IN
    *_, broken_off, _last = counter.journal.visits()
    assert broken_off.outcome == INTERRUPTED


@pytest.mark.parametrize("standing", [Standing.INVALID, Standing.NONE])
def test_somebody_known_without_insurance_is_led_through_the_fallbacks(counter, standing):
    counter.lay()
    visit = counter.check_in(Way.PIN, {AskFallback: Answer.YES}, centre=SimulatedCentre(standing))
    assert (visit.outcome, visit.fallback) == (Outcome.FELL_BACK, "portal")
    assert visit.refused is OUTCOME_OF[standing]
    assert visit.certificate_sha256  # it is still who they are
    assert not counter.people.heard("You are checked in.")


def test_without_a_reader_and_without_a_journal_the_fallbacks_are_left(counter):
    reception = counter.reception()
    bare = type(reception)(
        None, reception.profile, reception.anchors, SimulatedCentre(), journal=None
    )
    counter.check_in(None)  # makes the people
    counter.people.told.clear()
    visit = bare.check_in_without_card(counter.people)
    assert (visit.outcome, visit.is_kept) == (Outcome.NO_CARD, False)
    assert not counter.people.heard("Take your card")
    assert bare.check_in(counter.people, Way.PIN).outcome is Outcome.READER_FAILED


def test_a_phone_that_is_not_sensed_is_said_to_be_just_that_and_its_pin_asked_once(counter):
    counter.lay("none")
    pins = iter([PIN])
    visit = counter.check_in(
        Token.ANDROID, {AskPin: lambda _: next(pins, None)}, profile="phone", timeout_s=0.1
    )
    assert visit.outcome is Outcome.NO_CARD
    assert counter.people.heard("No phone was found")
    assert len(counter.people.questions(AskPin)) == 1


def test_if_a_phone_leads_no_further_the_card_is_offered(counter):
    counter.lay("android", tries=0)

    def take_the_card(question):
        if question.reason is None:
            return Token.ANDROID
        assert question.tokens == (Token.CARD, Token.IPHONE)
        assert not counter.air.is_on
        counter.lay()
        return Token.CARD

    answers = {AskToken: take_the_card, AskWay: Way.PIN}
    visit = counter.check_in(ASKED, answers, profile="away")
    assert (visit.outcome, visit.way, visit.token) == (Outcome.CHECKED_IN, Way.PIN, Token.CARD)


def test_a_phone_whose_certificate_has_ended_leaves_the_card(counter):
    counter.lay("iphone", expires=-1)

    def take_the_card(question):
        if question.reason is None:
            return Token.IPHONE
        counter.lay()
        return Token.CARD

    answers = {AskToken: take_the_card, AskWay: Way.PIN}
    visit = counter.check_in(ASKED, answers, profile="away")
    assert (visit.outcome, visit.way, visit.refused) == (Outcome.CHECKED_IN, Way.PIN, None)


def test_a_card_that_turns_out_to_be_readable_may_be_used_after_all(counter):
    counter.lay("bank")
    tokens = iter([Token.ANDROID, Token.CARD])

    def choose(_question):
        counter.lay()  # the right card
        return next(tokens)

    answers = {AskToken: choose, AskWay: Way.PIN}
    visit = counter.check_in(Way.PIN, answers, profile="away")
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)


def test_of_a_card_that_was_taken_away_nothing_stays_with_the_visit(counter):
    counter.lay(expires=-40)

    def swap(_question):
        counter.lay("tag")
        return PIN

    visit = counter.check_in(Way.PIN, {AskPin: swap}, timeout_s=1)
    assert visit.outcome is Outcome.NOT_A_MY_NUMBER_CARD
    assert (visit.certificate_sha256, visit.validity, visit.token) == ("", None, None)


def test_two_cards_are_called_two_cards_to_the_end(counter):
    counter.lay("two")
    visit = counter.check_in(Way.PIN, timeout_s=1)
    assert visit.outcome is Outcome.SEVERAL_CARDS
    assert counter.people.heard("There is more than one card")


def test_a_my_number_typed_among_the_four_items_is_not_held(counter):
    counter.lay()
    items = FourItems("1234 5678 9012", "東京都", date(1950, 4, 3), Sex.MALE)
    visit = counter.check_in(
        Way.PIN,
        {AskItemsPin: None, AskFourItems: items},
        centre=Listening(fails=[CentreUnreachable()]),
    )
    assert visit.outcome is Outcome.NOT_ANSWERED
    assert counter.journal.held() == []


def test_a_centre_that_is_down_for_the_paper_undoes_nothing(counter):
    counter.lay()
    centre = Listening(Standing.INVALID)
    identify = centre.identify

    def answer_once(reference, who):
        if centre.asked:
            raise CentreUnreachable
        return identify(reference, who)

    centre.identify = answer_once
    visit = counter.check_in(
        Way.PIN,
        {AskFallback: to_certificate, AskCertificate: PAPER, AskFourItems: None},
        centre=centre,
    )
    assert (visit.outcome, visit.fallback) == (Outcome.FELL_BACK, "certificate")
    assert visit.identity.standing is Standing.INVALID


def test_after_a_certificate_without_insurance_the_fallbacks_go_on(counter):
    answers = {
        AskFallback: lambda question: {
            Step.CARD: Answer.NO,
            Step.CERTIFICATE_NO_CARD: Answer.CERTIFICATE,
        }.get(question.step, Answer.YES),
        AskCertificate: PAPER,
    }
    visit = counter.check_in(None, answers, centre=SimulatedCentre(Standing.NONE))
    assert visit.fallback == "past_visit"


def test_who_looked_in_a_way_that_failed_has_not_looked_in_the_next(counter):
    counter.lay()
    component = Failing()
    visit = counter.check_in(Way.VISUAL, {AskWay: Way.PIN}, component=component)
    assert (visit.outcome, visit.way, visit.staff) == (Outcome.CHECKED_IN, Way.PIN, "")


class Failing:
    """An approved component that gives back nothing."""

    def identify(self, transmit, way, challenge):
        return None


class Silent:
    """A centre that gives back nothing."""

    def identify(self, reference, who):
        return None


def test_a_centre_that_gives_back_nothing_has_not_answered(counter):
    counter.lay()
    assert counter.check_in(Way.PIN, centre=Silent()).outcome is Outcome.HELD


class Crashing:
    """A face engine of somebody else."""

    def compare(self, photo, frame):
        raise RuntimeError("out of memory")


def test_a_face_engine_that_fails_leaves_the_other_ways(counter, own_faces):
    counter.lay()
    faces = replace(own_faces, matcher=Crashing())
    visit = counter.check_in(Way.FACE, {AskFrame: b"", AskWay: Way.PIN}, faces=faces)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)


def test_without_a_journal_nobody_is_asked_for_what_cannot_be_kept(counter):
    counter.lay()
    reception = replace(
        counter.reception(centre=Listening(fails=[CentreUnreachable()])), journal=None
    )
    people = counter.expect({AskItemsPin: PIN})
    visit = reception.check_in(people, Way.PIN)
    assert visit.outcome is Outcome.NOT_ANSWERED
    assert people.questions(AskItemsPin) == []
    assert not people.heard("are kept")
