"""Held for a later question: what the patient answered goes along, and a paper may come first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kazashi.cards.surface import FourItems
from kazashi.reception.care import CareFlaw, NoCare, ask_again
from kazashi.reception.centre import CentreUnreachable, Holder, Standing
from kazashi.reception.fallback import Answer, Step
from kazashi.reception.outage import ask_held
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.reception.people import (
    AskCertificate,
    AskFallback,
    AskFourItems,
    AskRegistration,
    AskSubsidies,
)
from kazashi.reception.rules import Consents, Group, Item, Prescription, Proof, State, Way
from kazashi.reception.visit import Outcome, Reason
from kazashi.words import Language
from reception_desk import Listening

PAPER = CertificatePaper(
    *("01130012", "", "1234", "00", date(1950, 4, 3)), name="仮名 三郎", expires=date.max
)
TO_PAPER = {Step.CARD: Answer.NO, Step.CERTIFICATE_NO_CARD: Answer.CERTIFICATE}
BY_PAPER = {AskFallback: lambda question: TO_PAPER.get(question.step), AskCertificate: PAPER}
ITEMS = FourItems("仮名 花子", "東京都", PAPER.birth, 2)


class DownForTheAnswers(Listening):
    """Gone after its first answer."""

    def complete(self, completion):
        raise CentreUnreachable


class OfCard(Listening):
    """Says `of_card` of a card's holder, `standing` of all others."""

    of_card: Standing | CentreUnreachable = CentreUnreachable()

    def identify(self, reference, who):
        answer = super().identify(reference, who)
        if not isinstance(who, Holder):
            return answer
        if isinstance(self.of_card, Exception):
            raise self.of_card
        return replace(answer, standing=self.of_card)


def ask_later(counter, centre=None, **setting):
    """What the centre is told once it is back."""
    centre = centre or Listening()
    assert len([*ask_held(counter.journal, centre, is_test=True, **setting)]) == 1
    (completion,) = centre.completions
    return completion


def given(consents):
    return [each.item for each in consents.items if each.state is State.GIVEN]


def test_what_the_patient_answered_goes_along_when_the_centre_is_back(counter):
    counter.lay()
    centre = DownForTheAnswers(registered=Standing.VALID, subsidies=("子ども医療費",))
    answers = {AskRegistration: True, AskSubsidies: True}
    visit = counter.check_in(Way.PIN, answers, centre=centre)
    assert visit.outcome is Outcome.HELD
    back = Listening(Standing.NONE, registered=Standing.VALID)
    completion = ask_later(counter, back)
    assert isinstance(back.asked[0], FourItems)
    assert completion.consents == visit.consents
    assert completion.consents.open_medical_information
    assert completion.prescription is Prescription.PAPER
    assert (completion.registers, completion.shares_subsidies) == (True, True)
    *_, kept = counter.journal.visits()
    assert kept.outcome == "checked_in"


def test_a_patient_who_is_registered_by_then_is_not_registered_again(counter):
    counter.lay()
    centre = DownForTheAnswers(registered=Standing.VALID)
    counter.check_in(Way.PIN, {AskRegistration: True}, centre=centre)
    assert not ask_later(counter).registers


def test_at_home_consents_from_before_the_tap_go_along_and_care_goes_on_with_them(counter):
    counter.lay()
    down = Listening(fails=[CentreUnreachable()])
    visit = counter.check_in(Way.PIN, profile="home", centre=down)
    completion = ask_later(counter, now=lambda: datetime.now(UTC) + timedelta(days=3))
    assert completion.consents == visit.consents
    *_, kept = counter.journal.visits()
    again = Listening()
    ask_again(counter.journal, again, kept.id, is_test=True)
    assert given(again.completions[0].consents) == given(visit.consents)


def test_a_consent_of_24_hours_has_ended_three_days_later(counter):
    counter.lay()
    counter.check_in(Way.PIN, centre=DownForTheAnswers())
    completion = ask_later(counter, now=lambda: datetime.now(UTC) + timedelta(days=3))
    assert {each.state for each in completion.consents.items} == {State.EXPIRED}
    assert not completion.consents.open_medical_information


def test_consents_that_the_centre_narrowed_stay_so(counter):
    counter.lay()
    centre = DownForTheAnswers(groups=(Group.CHECKUPS,))
    counter.check_in(Way.PIN, profile="home", centre=centre)
    assert given(ask_later(counter).consents) == [Item.CHECKUPS]


def test_an_ended_certificate_opens_no_medical_information_later_either(counter):
    counter.lay(expires=-1)
    counter.check_in(Way.PIN, profile="home", centre=Listening(fails=[CentreUnreachable()]))
    assert given(ask_later(counter).consents) == [Item.SPECIFIED_DISEASE]


def test_an_emergency_is_over_by_then(counter):
    counter.lay()
    counter.check_in(Way.VISUAL, profile="emergency", centre=DownForTheAnswers())
    assert ask_later(counter).consents == Consents()


def test_who_is_held_for_a_paper_brings_no_answers_given_with_a_card(counter):
    counter.lay()
    centre = OfCard()
    centre.of_card = Standing.INVALID
    centre.complete = DownForTheAnswers().complete
    answers = BY_PAPER | {AskFourItems: ITEMS}
    visit = counter.check_in(Way.PIN, answers, profile="home", centre=centre)
    assert (visit.outcome, visit.is_held) == (Outcome.HELD, True)
    assert ask_later(counter).consents == Consents()


def test_a_paper_that_is_covered_says_nothing_of_the_card_before(counter):
    counter.lay()
    centre = OfCard()
    centre.of_card = Standing.INVALID
    visit = counter.check_in(Way.PIN, BY_PAPER, profile="home", centre=centre)
    assert (visit.outcome, visit.refused) == (Outcome.CHECKED_IN, Outcome.INVALID)
    assert (visit.why, visit.fallback) == (Reason.NOT_COVERED, "certificate")
    assert (visit.proof, visit.signature) == (Proof.NONE, b"")
    told = visit.to_json()
    of_card = ("token", "way", "certificate_sha256", "issuer", "validity", "proof", "signature")
    assert [told[each] for each in (*of_card, "identity", "prescription")] == [None] * 9
    assert (told["consents"], told["eligibility"]["standing"]) == ([], "valid")


def test_care_does_not_go_on_with_a_paper(counter):
    counter.lay()
    centre = OfCard()
    centre.of_card = Standing.INVALID
    counter.check_in(Way.PIN, BY_PAPER, profile="home", centre=centre)
    *_, kept = counter.journal.visits()
    with pytest.raises(NoCare) as error:
        ask_again(counter.journal, Listening(), kept.id, is_test=True)
    assert error.value.flaw is CareFlaw.NO_CONSENT


def test_what_a_centre_says_of_a_paper_without_cover_is_not_said_of_the_card(counter):
    counter.lay()
    centre = OfCard()
    centre.of_card = Standing.INVALID

    def complete(completion):
        centre.completions.append(completion)
        centre.standing = Standing.NONE
        return super(OfCard, centre).complete(completion)

    centre.complete = complete
    visit = counter.check_in(Way.PIN, BY_PAPER, centre=centre)
    assert (visit.outcome, visit.refused) == (Outcome.FELL_BACK, Outcome.INVALID)
    assert visit.proof is Proof.SIGNATURE  # the card says who it is
    assert visit.eligibility is None


# Held until the centre can be asked: it was, about the paper.
def test_once_the_centre_has_answered_about_the_paper_nobody_is_held(counter):
    counter.lay()
    visit = counter.check_in(Way.PIN, BY_PAPER, centre=OfCard())
    assert counter.people.heard(
        "name and address are kept"
    )  # for a moment: the centre was down for the card
    assert (visit.outcome, visit.is_held) == (Outcome.CHECKED_IN, False)
    assert (visit.refused, visit.why) == (Outcome.HELD, Reason.CENTRE_DOWN)
    assert visit.to_json()["is_held"] is False
    assert counter.journal.held() == []
    *_, kept = counter.journal.visits()
    assert kept.outcome == "checked_in"
    assert visit.outcome.message.text(Language.ENGLISH) in counter.people.told


def test_a_paper_without_cover_leaves_the_patient_held(counter):
    counter.lay()
    visit = counter.check_in(Way.PIN, BY_PAPER, centre=OfCard(Standing.NONE))
    assert (visit.outcome, visit.is_held, visit.refused) == (Outcome.HELD, True, None)
    assert len(counter.journal.held()) == 1
    assert visit.proof is Proof.SIGNATURE
