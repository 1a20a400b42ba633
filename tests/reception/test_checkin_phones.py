"""Android phones and iPhones, and what lies on the reader if something else was expected."""

import pytest

from kazashi.reception.centre import CentreUnreachable
from kazashi.reception.people import (
    AskCodeB,
    AskConsents,
    AskFourItems,
    AskItemsPin,
    AskLastTry,
    AskPin,
    AskToken,
    AskWay,
)
from kazashi.reception.rules import Proof, Token, Way
from kazashi.reception.visit import Outcome
from kazashi.testing.centre import SimulatedCentre
from reception_desk import PIN, WRONG_PIN, commands_of, in_turn

CLOSING = bytes.fromhex("80fc0000")


def test_android_wants_its_pin_on_the_reader_before_the_tap(counter):
    counter.lay("android")
    before = counter.air.exchanges
    at_the_question = []

    def enter(_question):
        at_the_question.append((counter.air.exchanges, counter.people.told[1:]))
        return PIN

    visit = counter.check_in(Token.ANDROID, {AskPin: enter}, profile="phone")
    assert at_the_question == [(before, [])]
    assert (visit.outcome, visit.token) == (Outcome.CHECKED_IN, Token.ANDROID)
    assert visit.proof is Proof.SIGNATURE
    assert counter.certificate().verifies(visit.signature, visit.challenge)
    assert visit.certificate_sha256 == counter.certificate().sha256
    assert counter.people.questions(AskPin) == [AskPin(None, Token.ANDROID)]
    assert CLOSING not in commands_of(counter.card)


def test_androids_pin_may_be_wrong_once_and_the_phone_stays(counter):
    counter.lay("android")
    visit = counter.check_in(Token.ANDROID, {AskPin: in_turn(WRONG_PIN, PIN)}, profile="phone")
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.people.questions(AskPin) == [
        AskPin(None, Token.ANDROID),
        AskPin(2, Token.ANDROID),
    ]
    assert counter.verifies() == [WRONG_PIN.encode(), PIN.encode()]


@pytest.mark.parametrize(("answer", "shown"), [(True, 1), (None, 0)])
def test_the_last_try_of_android_is_used_with_a_yes_alone(counter, answer, shown):
    counter.lay("android", tries=1)
    visit = counter.check_in(Token.ANDROID, {AskLastTry: answer}, profile="phone")
    assert (visit.outcome is Outcome.CHECKED_IN) == bool(shown)
    assert len(counter.verifies()) == shown


def test_a_locked_android_leads_to_the_other_ways(counter):
    counter.lay("android", tries=0)
    visit = counter.check_in(Token.ANDROID, profile="phone")
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert counter.verifies() == []
    assert counter.people.heard("is blocked")


def test_without_a_pin_android_is_not_waited_for(counter):
    counter.lay("android")
    before = counter.air.exchanges
    visit = counter.check_in(Token.ANDROID, {AskPin: None}, profile="phone")
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert counter.air.exchanges == before
    assert counter.people.questions(AskToken)[0].tokens == (Token.IPHONE,)


def test_an_iphone_is_asked_for_no_pin_and_told_at_the_end_that_this_was_all(counter):
    counter.lay("iphone")
    visit = counter.check_in(Token.IPHONE, profile="phone")
    assert (visit.outcome, visit.token) == (Outcome.CHECKED_IN, Token.IPHONE)
    assert visit.proof is Proof.SIGNATURE
    assert counter.certificate().verifies(visit.signature, visit.challenge)
    assert AskPin not in map(type, counter.people.asked)
    commands = commands_of(counter.card)
    assert commands[-1] == CLOSING
    assert commands.count(CLOSING) == 1
    assert counter.people.heard("side button")


@pytest.mark.parametrize(("way", "kind"), [(Token.ANDROID, "android"), (Token.IPHONE, "iphone")])
def test_phones_have_no_face_that_outage_mode_could_read(counter, way, kind):
    counter.lay(kind)
    centre = SimulatedCentre(fails=[CentreUnreachable()])
    counter.check_in(way, profile="phone", centre=centre)
    asked = [type(question) for question in counter.people.asked]
    assert AskFourItems in asked
    assert not {AskCodeB, AskItemsPin} & {*asked}
    assert not counter.people.heard("card's face, it may be")
    if kind == "iphone":
        assert commands_of(counter.card)[-1] == CLOSING


@pytest.mark.parametrize(
    ("kind", "said"), [("android", "Android phones are"), ("iphone", "iPhones are")]
)
def test_if_only_cards_are_taken_a_phone_is_refused_and_the_card_asked_for(counter, kind, said):
    counter.lay(kind)
    visit = counter.check_in(
        Way.VISUAL, profile="emergency", reacts={"are not taken": lambda: counter.lay("mynumber")}
    )
    assert (visit.outcome, visit.token) == (Outcome.CHECKED_IN, Token.CARD)
    assert counter.people.heard(f"{said} not taken here: lay your My Number Card")
    assert counter.steps("another token") == [{"token": kind}]
    assert counter.people.questions(AskWay) == []


@pytest.mark.parametrize(("way", "kind"), [(Token.ANDROID, "android"), (Token.IPHONE, "iphone")])
def test_if_only_phones_are_taken_a_card_is_refused_and_the_phone_asked_for(counter, way, kind):
    counter.lay("mynumber")
    visit = counter.check_in(
        way, profile="phone", reacts={"are not taken": lambda: counter.lay(kind)}
    )
    assert (visit.outcome, visit.token) == (Outcome.CHECKED_IN, kind)
    assert counter.steps("another token") == [{"token": "card"}]


@pytest.mark.parametrize(
    ("profile", "begin", "kind"),
    [
        ("phone", Token.ANDROID, "iphone"),
        ("phone", Token.IPHONE, "android"),
        ("away", Token.ANDROID, "iphone"),
        ("away", Token.IPHONE, "android"),
        ("away", Way.PIN, "android"),
        ("desk", Way.VISUAL, "iphone"),
        ("away", Token.ANDROID, "mynumber"),
        ("away", Token.IPHONE, "mynumber"),
    ],
)
def test_another_token_that_lies_there_may_be_used_without_starting_over(
    counter, profile, begin, kind
):
    counter.lay(kind)
    lying = Token.CARD if kind == "mynumber" else Token(kind)
    answers = {AskToken: lambda question: lying if question.reason else begin, AskWay: Way.PIN}
    visit = counter.check_in(begin, answers, profile=profile)
    question = counter.people.questions(AskToken)[0]
    assert lying in question.tokens
    assert question.reason.key == f"lies-there.{lying}"
    assert (visit.outcome, visit.token) == (Outcome.CHECKED_IN, lying)
    assert counter.certificate().verifies(visit.signature, visit.challenge)
    assert len(counter.steps("failure")) == 0
    placed = [text for text in counter.people.told if "on the reader" in text]
    assert len(placed) == 2  # what was asked for, and what lies there


def test_a_token_that_is_never_the_right_one_comes_to_an_end(counter):
    counter.lay("iphone")
    visit = counter.check_in(Way.VISUAL, timeout_s=0.5)
    assert visit.outcome not in (Outcome.CHECKED_IN, Outcome.NO_CARD)
    assert visit.eligibility is None
    assert AskConsents not in map(type, counter.people.asked)


@pytest.mark.parametrize(("way", "kind"), [(Token.ANDROID, "android"), (Token.IPHONE, "iphone")])
def test_phones_have_no_grace_after_the_end(counter, way, kind):
    counter.lay(kind, expires=-5)
    visit = counter.check_in(way, profile="phone")
    assert visit.outcome is Outcome.UNUSABLE_CERTIFICATE
    assert visit.eligibility is None
