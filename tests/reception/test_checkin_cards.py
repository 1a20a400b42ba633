"""What lies on the reader and is no My Number Card, or nothing at all: each is said to be that."""

import pytest

from kazashi.errors import NoCard
from kazashi.reception.people import AskConsents, AskPin, AskToken, AskWay
from kazashi.reception.rules import Token, Way
from kazashi.reception.visit import Outcome
from reception_desk import ASKED

SAID = {
    "none": "No card was found",
    "bank": "This is not a My Number Card",
    "tag": "This card cannot be used",
    "two": "There are several cards",
}


@pytest.mark.parametrize("way", [Way.PIN, Way.VISUAL])
@pytest.mark.parametrize("kind", SAID)
def test_what_cannot_be_used_is_said_to_be_that_and_nothing_else(counter, kind, way):
    counter.lay(kind)
    visit = counter.check_in(way, timeout_s=0.1 if kind == "none" else 3.0)
    told = {each for each, said in SAID.items() if counter.people.heard(said)}
    assert told == {kind}
    assert (visit.outcome is Outcome.NO_CARD) == (kind == "none")
    assert visit.outcome not in (Outcome.CHECKED_IN, Outcome.NOT_GENUINE, Outcome.UNKNOWN_ISSUER)
    assert visit.certificate_sha256 == ""
    assert not {AskPin, AskConsents} & set(map(type, counter.people.asked))


@pytest.mark.parametrize("kind", SAID)
def test_the_right_card_after_that_checks_in(counter, kind):
    counter.lay(kind)
    visit = counter.check_in(
        Way.PIN, reacts={SAID[kind]: lambda: counter.lay("mynumber")}, timeout_s=1.0
    )
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.people.heard(SAID[kind])


def test_if_no_chip_is_sensed_the_patient_is_told_how_to_lay_the_card(counter):
    counter.lay("none")
    visit = counter.check_in(Way.PIN, timeout_s=0.1)
    assert visit.outcome is Outcome.NO_CARD
    said = [text for text in counter.people.told if "No card was found" in text]
    assert len(said) == 4  # at each try, and at the end
    assert all("out of its case" in text and "middle" in text for text in said)
    assert {"way": "pin", "error": "NoCard"} in counter.steps("failure")


@pytest.mark.parametrize(("token", "seconds"), [("card", 10), ("android", 20), ("iphone", 20)])
def test_that_none_was_found_is_said_as_soon_as_the_screens_design_wants(
    counter, monkeypatch, token, seconds
):
    waits = []

    def search(timeout_s, **_options):
        waits.append(timeout_s)
        raise NoCard(timeout_s)

    monkeypatch.setattr(counter.reader, "wait_for_card", search)
    counter.check_in(ASKED, token=Token(token), timeout_s=None)
    assert waits == [seconds] * 3


def test_a_card_that_was_not_found_is_offered_once_more(counter):
    counter.lay("none")

    def lay_it_right(question):
        assert question.tokens[0] is Token.CARD
        counter.lay("mynumber")
        return Token.CARD

    visit = counter.check_in(
        ASKED, {AskToken: lay_it_right, AskWay: Way.PIN}, token=Token.CARD, timeout_s=0.1
    )
    assert visit.outcome is Outcome.CHECKED_IN
    (question,) = counter.people.questions(AskToken)
    assert question.reason.key == "not-sensed.card"


@pytest.mark.parametrize("kind", ["android", "iphone"])
def test_a_phone_that_is_not_sensed_is_not_taken_for_something_else(counter, kind):
    counter.lay("none")
    visit = counter.check_in(Token(kind), profile="phone", timeout_s=0.1)
    assert visit.outcome is Outcome.NO_CARD
    assert counter.people.heard("No phone was found")


def test_a_slow_card_checks_in(counter):
    counter.lay("slow")
    assert counter.check_in(Way.PIN).outcome is Outcome.CHECKED_IN


@pytest.mark.parametrize("options", [{"extended": False}, {"fsc": 32}, {"certificate": 2000}])
def test_cards_of_any_make_check_in(counter, options):
    counter.lay(**options)
    assert counter.check_in(Way.VISUAL, component=None).outcome is Outcome.SEEN_BY_STAFF
    assert counter.check_in(Way.PIN).outcome is Outcome.CHECKED_IN


def test_a_card_without_a_certificate_is_said_to_be_that_at_once(counter):
    counter.lay("uncertified")
    visit = counter.check_in(Way.PIN)
    assert (visit.outcome, visit.certificate_sha256) == (Outcome.NO_CERTIFICATE, "")
    assert counter.people.questions(AskPin) == []
    assert (
        sum("has no certificate" in text for text in counter.people.told) == 2
    )  # why, and the end
