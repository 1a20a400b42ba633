"""The 4-digit PIN, from the card to the answer of the centre."""

import hashlib
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from kazashi.reception.centre import Standing
from kazashi.reception.people import BACK, AskFallback, AskLastTry, AskPin, AskToken, AskWay
from kazashi.reception.profiles import PROFILES
from kazashi.reception.rules import Proof, Token, Way
from kazashi.reception.visit import Outcome, Reason
from kazashi.sim.radio import Disturbance
from reception_desk import ASKED, PIN, WRONG_PIN, in_turn

CHALLENGE = bytes(range(32))
CARD_SHOWN = b"\x00\x20\x00\x98\x04"  # VERIFY of JPKI's PIN, on its way


def test_the_card_signs_the_callers_challenge_as_an_outsider_sees(counter):
    card = counter.lay()
    visit = counter.check_in(Way.PIN, challenge=CHALLENGE)
    assert visit.outcome is Outcome.CHECKED_IN
    assert (visit.way, visit.token, visit.proof) == (Way.PIN, Token.CARD, Proof.SIGNATURE)
    assert visit.challenge == CHALLENGE
    x509.load_der_x509_certificate(card.person.certificate).public_key().verify(
        visit.signature, CHALLENGE, padding.PKCS1v15(), hashes.SHA256()
    )
    assert visit.certificate_sha256 == hashlib.sha256(card.person.certificate).hexdigest()
    assert visit.eligibility.standing is Standing.VALID
    assert visit.is_test
    assert visit.is_kept
    assert counter.verifies() == [PIN.encode()]
    assert counter.people.questions(AskPin) == [AskPin(3)]
    assert counter.steps("signature") == [{"proof": "signature"}]


def test_each_visit_has_a_challenge_of_its_own(counter):
    counter.lay()
    first, second = counter.check_in(Way.PIN), counter.check_in(Way.PIN)
    assert len(first.challenge) == 32
    assert first.challenge != second.challenge


def test_after_a_wrong_pin_the_right_one_is_asked_for_with_the_tries_left(counter):
    counter.lay()
    visit = counter.check_in(Way.PIN, {AskPin: in_turn(WRONG_PIN, PIN)})
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.verifies() == [WRONG_PIN.encode(), PIN.encode()]
    assert counter.people.questions(AskPin) == [AskPin(3), AskPin(2)]
    assert counter.people.heard("You have 2 more tries.")
    assert counter.steps("pin") == [{"error": "wrong", "tries_left": 2}, {}]
    assert counter.card.jpki.pin.left == 3


def test_a_pin_without_a_limit_of_tries_is_asked_for_as_any_other(counter, monkeypatch):
    monkeypatch.setattr(counter.lay().jpki.pin, "is_limited", False)
    visit = counter.check_in(Way.PIN, {AskPin: in_turn(WRONG_PIN, PIN)})
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.people.questions(AskPin) == [AskPin(None), AskPin(None)]
    assert counter.steps("pin") == [{"error": "wrong"}, {}]


@pytest.mark.parametrize("nonsense", ["", "123", "12345", "１２３４５", "12a4", "１", "ab\x00c"])
def test_what_is_no_pin_is_not_sent(counter, nonsense):
    counter.lay()
    visit = counter.check_in(Way.PIN, {AskPin: in_turn(nonsense, PIN)})
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.people.heard("The PIN has four digits.")
    assert counter.verifies() == [PIN.encode()]


@pytest.mark.parametrize("typed", ["１２３４", "１2３4", " 1 2 3 4 "])
def test_a_pin_may_be_typed_in_full_width_digits(counter, typed):
    counter.lay()
    assert counter.check_in(Way.PIN, {AskPin: typed}).outcome is Outcome.CHECKED_IN
    assert counter.verifies() == [PIN.encode()]


def test_a_pin_of_a_phone_may_be_typed_in_full_width_digits_too(counter):
    counter.lay("android")
    visit = counter.check_in(Token.ANDROID, {AskPin: "１２３４"})
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.verifies() == [PIN.encode()]


def test_the_last_try_is_used_if_the_holder_wants_it(counter):
    counter.lay(tries=1)
    visit = counter.check_in(Way.PIN, {AskLastTry: True})
    assert visit.outcome is Outcome.CHECKED_IN
    assert len(counter.people.questions(AskLastTry)) == 1


@pytest.mark.parametrize("answer", [False, None])
def test_the_last_try_is_never_used_without_a_yes(counter, answer):
    counter.lay(tries=1)
    visit = counter.check_in(Way.PIN, {AskLastTry: answer})
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert counter.verifies() == []
    assert counter.card.jpki.pin.left == 1


def test_two_wrong_pins_lead_to_the_question_before_the_last(counter):
    counter.lay()
    visit = counter.check_in(Way.PIN, {AskPin: WRONG_PIN})
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert counter.verifies() == [WRONG_PIN.encode()] * 2
    assert counter.card.jpki.pin.left == 1
    assert counter.people.questions(AskWay)[0].ways == (Way.VISUAL,)  # there are no faces here


def test_a_pin_that_is_blocked_on_the_way_leads_to_another_way_with_the_same_card(
    counter, own_faces
):
    counter.lay()
    answers = {AskPin: WRONG_PIN, AskLastTry: True, AskWay: Way.VISUAL}
    visit = counter.check_in(Way.PIN, answers, faces=own_faces)
    assert visit.outcome is Outcome.CHECKED_IN
    assert visit.way is Way.VISUAL
    assert counter.card.jpki.pin.left == 0
    assert counter.verifies()[:3] == [WRONG_PIN.encode()] * 3
    assert counter.people.heard("The PIN is blocked.")
    assert counter.people.questions(AskWay)[0].ways == (Way.FACE, Way.VISUAL)


@pytest.mark.parametrize("kind", ["pinless", "locked"])
def test_a_card_whose_pin_cannot_be_used_is_never_asked_for_it(counter, own_faces, kind):
    counter.lay(kind)
    visit = counter.check_in(Way.PIN, {AskWay: Way.VISUAL}, faces=own_faces)
    assert visit.outcome is Outcome.CHECKED_IN
    assert visit.way is Way.VISUAL
    assert AskPin not in map(type, counter.people.asked)
    assert counter.people.questions(AskWay)[0].ways == (Way.FACE, Way.VISUAL)
    why = "no_pin" if kind == "pinless" else "pin_locked"
    assert counter.steps("pin") == [{"error": why, "tries_left": 0}]


@pytest.mark.parametrize(("kind", "said"), [("pinless", "has no PIN"), ("locked", "is blocked")])
def test_why_the_pin_cannot_be_used_is_told(counter, kind, said):
    counter.lay(kind)
    visit = counter.check_in(Way.PIN)
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert counter.people.heard(said)


def test_a_patient_who_goes_back_from_the_pin_is_offered_it_again(counter):
    counter.lay()
    answers = {AskPin: in_turn(BACK, PIN), AskWay: Way.PIN}
    visit = counter.check_in(ASKED, answers, token=Token.CARD)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)
    assert counter.people.questions(AskWay) == [AskWay((Way.PIN, Way.VISUAL))] * 2
    assert counter.people.questions(AskPin) == [AskPin(3), AskPin(3)]


def test_a_patient_who_goes_back_after_a_wrong_pin_has_the_tries_that_are_left(counter):
    counter.lay()
    answers = {AskPin: in_turn(WRONG_PIN, BACK, PIN), AskWay: Way.PIN}
    assert counter.check_in(Way.PIN, answers).outcome is Outcome.CHECKED_IN
    assert counter.people.questions(AskPin) == [AskPin(3), AskPin(2), AskPin(2)]


def test_a_pin_that_is_not_known_is_not_offered_again(counter):
    counter.lay()
    visit = counter.check_in(Way.PIN, {AskPin: None, AskWay: Way.VISUAL})
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.VISUAL)
    (question,) = counter.people.questions(AskWay)
    assert question.ways == (Way.VISUAL,)
    assert question.reason == Reason.NOTHING_ENTERED.message
    assert counter.verifies() == []


def test_a_patient_who_goes_back_from_the_last_try_keeps_it_and_the_pin_is_offered(counter):
    counter.lay()
    pins = in_turn(WRONG_PIN, WRONG_PIN, PIN)
    answers = {AskPin: pins, AskLastTry: in_turn(BACK, True), AskWay: Way.PIN}
    visit = counter.check_in(Way.PIN, answers)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)
    assert counter.people.questions(AskWay) == [AskWay((Way.PIN, Way.VISUAL))]


@pytest.mark.parametrize("token", [Token.CARD, Token.ANDROID])
def test_back_from_the_only_way_leads_to_the_choice_before_it(counter, token):
    counter.lay(token if token.is_phone else "mynumber")
    only_pin = replace(PROFILES["desk"], ways=(Way.PIN,))
    answers = {AskPin: in_turn(BACK, PIN), AskToken: token}
    visit = counter.check_in(ASKED, answers, profile=only_pin)
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.people.questions(AskToken) == [AskToken(only_pin.tokens)] * 2
    assert counter.people.questions(AskWay) == []


def test_going_back_has_an_end(counter):
    counter.lay()
    visit = counter.check_in(Way.PIN, {AskPin: BACK, AskWay: Way.PIN})
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert counter.people.questions(AskFallback)


def test_nobody_at_the_keys_is_led_on(counter):
    counter.lay()
    visit = counter.check_in(Way.PIN, {AskPin: None})
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert counter.verifies() == []
    assert counter.people.questions(AskWay)
    assert counter.people.questions(AskFallback)


@pytest.mark.parametrize(("lost", "left"), [("PIN", 3), ("answer", 2)])
def test_after_a_pin_lost_on_the_way_the_tries_are_read_before_it_is_asked_for_again(
    counter, lost, left
):
    counter.lay()
    is_gone = []

    def lose(_index, frame):
        is_shown = CARD_SHOWN in frame.data
        if is_gone or (is_shown and lost == "PIN"):
            is_gone.append(True)
            return Disturbance.COMMAND_LOST
        is_gone.extend([True] * is_shown)
        return Disturbance.ANSWER_LOST if is_shown else None

    counter.air.disturb = lose
    visit = counter.check_in(
        Way.PIN,
        {AskPin: in_turn(WRONG_PIN, PIN)},
        reacts={"The PIN could not be checked": counter.lay_again},
    )
    assert visit.outcome is Outcome.CHECKED_IN
    assert [question.tries_left for question in counter.people.questions(AskPin)] == [3, left]
    assert {"way": "pin", "error": "PinOutcomeUnknown"} in counter.steps("failure")


@pytest.mark.parametrize("exchange", range(2, 14, 2))
def test_a_card_taken_away_while_it_is_read_may_be_laid_down_again(counter, exchange):
    counter.lay()
    first = counter.air.exchanges

    def take_away(index, _frame):
        if index == first + exchange:
            counter.air.clear()

    counter.air.disturb = take_away
    visit = counter.check_in(
        Way.PIN, reacts={"taken away": counter.lay_again, "No card": counter.lay_again}, timeout_s=1
    )
    assert visit.outcome is Outcome.CHECKED_IN
    assert len(counter.verifies()) == 1


def test_a_card_that_signs_with_another_key_is_a_copy(counter):
    counter.lay("cloned")
    visit = counter.check_in(Way.PIN)
    assert visit.outcome is Outcome.NOT_GENUINE
    assert (visit.signature, visit.proof) == (b"", Proof.NONE)
    assert visit.eligibility is None
    assert counter.people.heard("could not be confirmed")
    assert counter.steps("signature") == [{"error": "not by the key of the certificate"}]


def test_a_card_of_an_unknown_issuer_is_found_out_before_the_pin_is_asked_for(counter):
    counter.lay("unknown")
    visit = counter.check_in(Way.PIN)
    assert visit.outcome is Outcome.UNKNOWN_ISSUER
    assert counter.people.heard("cannot be confirmed")
    assert counter.people.questions(AskPin) == []
    assert visit.eligibility is None


def test_the_certificate_of_a_test_is_marked_in_the_journal(counter):
    counter.lay()
    counter.check_in(Way.PIN)
    (facts,) = counter.steps("certificate")
    assert facts["is_test"] is True
    assert facts["certificate_sha256"] == counter.certificate().sha256
