"""No card, or none that helps: the official fall-backs, each to its outcome."""

from dataclasses import replace
from datetime import date

import pytest

from kazashi.reception.centre import CentreUnreachable, Standing
from kazashi.reception.fallback import Answer, Basis, Step
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.reception.people import BACK, AskCertificate, AskFallback, AskFourItems, AskPin
from kazashi.reception.rules import Way
from kazashi.reception.visit import Outcome
from kazashi.words import Language
from reception_desk import Listening, in_turn

PAPER = CertificatePaper(
    *("01130012", "", "1234", "00", date(1950, 4, 3)), name="仮名 三郎", expires=date.max
)
NOTHING = {
    Step.CARD: Answer.YES,
    Step.PORTAL: Answer.NO,
    Step.NOTICE: Answer.NO,
    Step.CERTIFICATE: Answer.NOTHING,
    Step.PAST_VISIT: Answer.NO,
}
DECLARED = NOTHING | {Step.DECLARATION: Answer.YES}
NO_CARD = {Step.CARD: Answer.NO}
PATHS = {
    Basis.PORTAL: {Step.CARD: Answer.YES, Step.PORTAL: Answer.YES},
    Basis.NOTICE: {Step.CARD: Answer.YES, Step.PORTAL: Answer.NO, Step.NOTICE: Answer.YES},
    Basis.CERTIFICATE: NO_CARD | {Step.CERTIFICATE_NO_CARD: Answer.CERTIFICATE},
    Basis.DEFENCE: NO_CARD | {Step.CERTIFICATE_NO_CARD: Answer.DEFENCE},
    Basis.DAY_LABOURER: NO_CARD | {Step.CERTIFICATE_NO_CARD: Answer.DAY_LABOURER},
    Basis.MEDICAL_TICKET: NO_CARD | {Step.CERTIFICATE_NO_CARD: Answer.WELFARE},
    Basis.PAST_VISIT: NOTHING | {Step.PAST_VISIT: Answer.YES, Step.SAME_INSURANCE: Answer.YES},
    Basis.CONFIRMED_LATER: NOTHING | {Step.DECLARATION: Answer.NO},
    Basis.DECLARED_CURRENT: DECLARED | {Step.NUMBERS: Answer.CURRENT},
    Basis.DECLARED_FORMER: DECLARED | {Step.NUMBERS: Answer.FORMER},
    Basis.DECLARED_UNKNOWN: DECLARED | {Step.NUMBERS: Answer.NEITHER, Step.ELDERLY: Answer.NO},
    Basis.DECLARED_UNKNOWN_ELDERLY: DECLARED
    | {Step.NUMBERS: Answer.NEITHER, Step.ELDERLY: Answer.YES},
}


def along(path):
    return lambda question: path.get(question.step)


def test_every_outcome_has_its_path():
    assert PATHS.keys() == {*Basis}


@pytest.mark.parametrize("outcome", PATHS)
def test_without_a_card_each_path_leads_to_its_outcome(counter, outcome):
    before = counter.air.exchanges
    answers = {AskFallback: along(PATHS[outcome])}
    visit = counter.check_in(None, answers)
    assert (visit.way, visit.token, visit.fallback) == (None, None, outcome)
    assert visit.outcome is Outcome.FELL_BACK
    assert outcome.message.text(Language.ENGLISH) in counter.people.told
    is_unknown = outcome in (Basis.DECLARED_UNKNOWN, Basis.DECLARED_UNKNOWN_ELDERLY)
    numbers = visit.to_json()["claim_numbers"]
    assert (numbers and numbers["insurer"]) == ("77777777" if is_unknown else None)
    assert counter.steps("fall-back") == [{"fallback": outcome}]
    assert counter.air.exchanges == before
    assert counter.people.questions(AskPin) == []


def test_a_step_back_asks_the_question_before_anew(counter):
    answers = {AskFallback: in_turn(Answer.YES, Answer.NO, BACK, BACK, Answer.NO, Answer.NOTHING)}
    counter.check_in(None, answers)
    assert counter.people.questions(AskFallback) == [
        AskFallback(Step.CARD),
        AskFallback(Step.PORTAL, can_go_back=True),
        AskFallback(Step.NOTICE, can_go_back=True),
        AskFallback(Step.PORTAL, can_go_back=True),
        AskFallback(Step.CARD),
        AskFallback(Step.CERTIFICATE_NO_CARD, can_go_back=True),
        AskFallback(Step.PAST_VISIT_NO_CARD, can_go_back=True),
    ]


def test_steps_back_have_an_end(counter):
    answers = {AskFallback: lambda asked: BACK if asked.can_go_back else Answer.YES}
    visit = counter.check_in(None, answers)
    assert visit.fallback is Basis.PORTAL


@pytest.mark.parametrize("standing", Standing)
def test_a_certificate_of_eligibility_leads_to_the_centre(counter, standing):
    centre = Listening(standing)
    answers = {AskFallback: along(PATHS[Basis.CERTIFICATE]), AskCertificate: PAPER}
    visit = counter.check_in(None, answers, centre=centre)
    assert centre.asked == [PAPER]
    assert visit.fallback is Basis.CERTIFICATE
    if standing.is_covered:
        assert visit.outcome is Outcome.CHECKED_IN
        assert visit.eligibility.standing is standing
        assert centre.completions[0].consents.items == ()
    else:  # it has answered, and it goes on with the next question
        assert (visit.outcome, visit.eligibility) == (Outcome.FELL_BACK, None)
        assert centre.completions == []
        assert counter.people.asked[-1] == AskFallback(Step.PAST_VISIT_NO_CARD)


def test_a_notice_of_the_centre_about_a_certificate_is_told(counter):
    centre = Listening()
    centre.message = "（架空）期限が近い"
    answers = {AskFallback: along(PATHS[Basis.CERTIFICATE]), AskCertificate: PAPER}
    counter.check_in(None, answers, centre=centre)
    assert counter.people.heard("（架空）期限が近い")


# S0: an expired one is told so, and the way goes on
def test_an_expired_certificate_is_refused_with_the_reason_and_the_fallbacks_go_on(counter):
    centre = Listening()
    path = PATHS[Basis.CERTIFICATE] | {Step.PAST_VISIT_NO_CARD: Answer.NO}
    expired = replace(PAPER, expires=date(2020, 7, 31))
    answers = {AskFallback: along(path), AskCertificate: expired}
    visit = counter.check_in(None, answers, centre=centre)
    assert visit.fallback is Basis.CONFIRMED_LATER
    assert centre.completions == []
    assert counter.people.heard("2020-07-31")


# S0: 限度額 is asked for a paper certificate
def test_the_request_of_a_certificate_carries_consent_to_the_cost_limit(counter):
    centre = Listening()
    paper = replace(PAPER, cost_limit=True)
    counter.check_in(
        None,
        {AskFallback: along(PATHS[Basis.CERTIFICATE]), AskCertificate: paper},
        centre=centre,
    )
    assert centre.asked[0].cost_limit


def test_a_certificate_shown_while_the_centre_is_down_is_not_lost(counter):
    centre = Listening(fails=[CentreUnreachable()])
    answers = {AskFallback: along(PATHS[Basis.CERTIFICATE]), AskCertificate: PAPER}
    visit = counter.check_in(None, answers, centre=centre)
    assert visit.fallback is Basis.CERTIFICATE
    assert visit.eligibility is None
    assert counter.people.questions(AskFourItems)


@pytest.mark.parametrize("kind", ["none", "unknown", "expired", "cloned"])
def test_a_card_that_does_not_help_leads_there_too(counter, kind):
    counter.lay(kind)
    answers = {AskFallback: along(PATHS[Basis.PORTAL])}
    visit = counter.check_in(Way.PIN, answers, timeout_s=0.1 if kind == "none" else 5.0)
    assert (visit.outcome, visit.fallback) == (Outcome.FELL_BACK, Basis.PORTAL)


def test_nobody_answers_and_the_visit_says_what_was_before(counter):
    visit = counter.check_in(None)
    assert (visit.outcome, visit.fallback) == (Outcome.NO_CARD, None)
    assert len(counter.people.questions(AskFallback)) == 1


class Changing(Listening):
    """Says at its second question that the card's insurance has ended."""

    def complete(self, completion):
        self.standing = Standing.VALID if self.completions else Standing.INVALID
        return super().complete(completion)

    def identify(self, reference, who):
        self.standing = Standing.VALID
        return super().identify(reference, who)


def test_a_certificate_of_eligibility_brings_no_consent_of_the_card(counter):
    counter.lay()
    centre = Changing()
    answers = {AskFallback: along(PATHS[Basis.CERTIFICATE]), AskCertificate: PAPER}
    visit = counter.check_in(Way.PIN, answers, centre=centre)
    assert visit.outcome is Outcome.CHECKED_IN
    of_card, of_paper = centre.completions
    assert of_card.consents.items
    assert (of_paper.consents.items, of_paper.prescription) == ((), None)
