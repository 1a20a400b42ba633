"""The official flow of a visit, step by step, each with its source.

S0: 厚生労働省, マイナ保険証の円滑な利用について (January 2026); S1: its page on eligibility at the
desk from 2 December 2024; S2: phones at the general-purpose reader (February 2025).
"""

from datetime import timedelta

import pytest

from kazashi.reception.centre import (
    CentreUnreachable,
    CertificateState,
    Holder,
    Standing,
)
from kazashi.reception.fallback import Answer, Step
from kazashi.reception.people import (
    NEITHER,
    AskCodeB,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskItemsPin,
    AskPasscode,
    AskPin,
    AskPrescription,
    AskRegistration,
    AskStaff,
    AskSubsidies,
    AskToken,
    AskWay,
    SightReason,
    StaffCheck,
)
from kazashi.reception.rules import Group, Item, Prescription, Proof, State, Token, Way
from kazashi.reception.visit import Outcome, Reason
from reception_desk import ASKED, NO_CENTRE, PIN, Listening


def order(counter):
    """Names of the questions, as they were asked."""
    return [question.name for question in counter.people.asked]


def test_the_patient_chooses_card_or_phone_or_neither_then_the_way_then_answers(counter):
    counter.lay()  # S1, S2: chosen on the reader's own screen
    centre = Listening(subsidies=("子ども医療費受給者証",))
    answers = {AskWay: Way.PIN, AskSubsidies: True}
    visit = counter.check_in(ASKED, answers, centre=centre)
    assert visit.outcome is Outcome.CHECKED_IN
    assert order(counter) == ["token", "way", "pin", "consents", "subsidies", "prescription"]
    assert counter.people.asked[0] == AskToken((Token.CARD, Token.ANDROID, Token.IPHONE))
    assert counter.people.told[-2:] == ["You are checked in.", "Take your card."]


def test_the_way_is_chosen_once_the_card_was_read(counter):
    counter.lay()  # S0: card laid down, then face, PIN or staff

    def choose(question):
        assert question.ways == (Way.PIN, Way.VISUAL)  # no face matching here
        assert counter.people.heard("Lay your card")
        return Way.PIN

    assert counter.check_in(ASKED, {AskWay: choose}).way is Way.PIN
    assert len(counter.steps("certificate")) == 1  # verified once, and kept once


def test_with_neither_card_nor_phone_staff_are_asked_for_paper(counter):
    counter.lay("none")  # S1: 資格確認書
    visit = counter.check_in(ASKED, {AskToken: NEITHER})
    assert (visit.outcome, visit.why) == (Outcome.NO_CARD, Reason.NO_TOKEN)
    assert order(counter) == ["token", "fallback"]


def test_the_pin_of_an_android_phone_comes_before_its_certificate(counter):
    counter.lay("android")  # S2
    visit = counter.check_in(ASKED, {AskToken: Token.ANDROID})
    assert (visit.outcome, visit.token, visit.way) == (
        Outcome.CHECKED_IN,
        Token.ANDROID,
        Way.PIN,
    )
    assert order(counter)[:2] == ["token", "pin"]
    assert counter.people.questions(AskPin) == [AskPin(None, Token.ANDROID)]


def test_an_iphone_asks_for_no_pin_here(counter):
    counter.lay("iphone")  # S2: biometrics on the phone
    visit = counter.check_in(ASKED, {AskToken: Token.IPHONE})
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.ON_PHONE)
    assert not counter.people.questions(AskPin)


def test_the_centre_hears_of_the_person_before_anything_is_asked(counter):
    counter.lay()  # S0: its answer decides the screens that follow
    centre = Listening(groups=(Group.CHECKUPS,), asks_prescription=False)
    visit = counter.check_in(Way.PIN, centre=centre)
    [holder] = centre.asked
    assert isinstance(holder, Holder)
    assert (holder.token, holder.way, holder.proof) == (Token.CARD, Way.PIN, Proof.SIGNATURE)
    assert counter.people.questions(AskConsents) == [AskConsents((Group.CHECKUPS,))]
    assert not counter.people.questions(AskPrescription)
    assert [each.item for each in visit.consents.items] == [Item.CHECKUPS]


def test_somebody_not_registered_is_offered_that_and_then_asked_the_rest(counter):
    counter.lay()  # S0; SCSK健保 FAQ: 利用登録 is offered by itself
    centre = Listening(Standing.NONE, registered=Standing.VALID)
    visit = counter.check_in(Way.PIN, {AskRegistration: True}, centre=centre)
    assert (visit.outcome, visit.registers) == (Outcome.CHECKED_IN, True)
    assert order(counter)[1:3] == ["registration", "consents"]
    assert centre.completions[0].registers


@pytest.mark.parametrize("answer", [False, None])
def test_a_registration_that_is_refused_leads_to_staff(counter, answer):
    counter.lay()
    centre = Listening(registered=Standing.VALID)
    visit = counter.check_in(Way.PIN, {AskRegistration: answer}, centre=centre)
    assert (visit.outcome, visit.why) == (Outcome.NOT_REGISTERED, Reason.NOT_REGISTERED)
    assert centre.completions == []
    assert order(counter)[-1] == "fallback"


def test_in_an_emergency_nobody_is_asked_to_register(counter):
    counter.lay()
    visit = counter.check_in(
        Way.VISUAL, profile="emergency", centre=Listening(registered=Standing.VALID)
    )
    assert visit.outcome is Outcome.NOT_REGISTERED
    assert not counter.people.questions(AskRegistration)


@pytest.mark.parametrize("shares", [True, False])
def test_subsidies_are_asked_about_if_there_are_any(counter, shares):
    counter.lay()  # PMH, 提供する/しない: CLINICS help 13164858
    centre = Listening(subsidies=("ひとり親",))
    visit = counter.check_in(Way.PIN, {AskSubsidies: shares}, centre=centre)
    assert visit.shares_subsidies is shares
    assert centre.completions[0].shares_subsidies is shares
    counter.lay()
    assert counter.check_in(Way.PIN).shares_subsidies is None
    assert not counter.people.questions(AskSubsidies)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (CertificateState.ENDED, Reason.CERTIFICATE_ENDED),
        (CertificateState.REVOKED, Reason.CERTIFICATE_REVOKED),
    ],
)
def test_a_certificate_that_the_centre_calls_ended_is_not_used(counter, state, why):
    counter.lay()  # S0: it comes back as ProcessingResultCode
    centre = Listening(certificate=state)
    visit = counter.check_in(Way.PIN, centre=centre)
    assert (visit.outcome, visit.why) == (Outcome.UNUSABLE_CERTIFICATE, why)
    assert centre.completions == []


def test_a_certificate_that_the_centre_calls_ended_lately_is_for_eligibility_alone(counter):
    counter.lay()
    centre = Listening(certificate=CertificateState.GRACE)
    visit = counter.check_in(Way.PIN, centre=centre)
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.people.questions(AskConsents) == [AskConsents((Group.SPECIFIED_DISEASE,))]


@pytest.mark.parametrize(
    ("standing", "outcome"),
    [
        (Standing.INVALID, Outcome.INVALID),
        (Standing.INVALID_NEWER, Outcome.INVALID),
        (Standing.NONE, Outcome.NONE_FOUND),
        (Standing.SEVERAL, Outcome.SEVERAL_FOUND),
        (Standing.WELFARE_UNREGISTERED, Outcome.WELFARE_UNREGISTERED),
    ],
)
def test_a_standing_that_is_no_coverage_goes_to_staff_with_its_own_outcome(
    counter, standing, outcome
):
    counter.lay()  # S0: invalid, none, several go to staff, and are no finished check-in
    centre = Listening(standing)
    visit = counter.check_in(Way.PIN, centre=centre)
    assert (visit.outcome, visit.why) == (outcome, Reason.NOT_COVERED)
    assert not visit.outcome.is_accepted()
    assert visit.certificate_sha256  # it is still who they are
    assert centre.completions == []
    assert not counter.people.questions(AskConsents)
    assert counter.people.heard("full payment")  # never a flat 10割


def test_welfare_that_is_not_registered_leads_to_the_medical_ticket(counter):
    counter.lay()  # 未委託・未登録: ask 福祉事務所 for the 医療券
    centre = Listening(Standing.WELFARE_UNREGISTERED)
    visit = counter.check_in(Way.PIN, {AskFallback: Answer.YES}, centre=centre)
    assert counter.people.questions(AskFallback) == [AskFallback(Step.WELFARE)]
    assert (visit.outcome, visit.fallback) == (Outcome.FELL_BACK, "medical_ticket")
    assert visit.refused is Outcome.WELFARE_UNREGISTERED


def test_consents_are_asked_in_four_groups_and_each_sets_all_of_its_flags(counter):
    counter.lay()  # S0, screen E-02-A; OQSCD036
    visit = counter.check_in(Way.PIN, {AskConsents: [Group.SURGERY]})
    assert counter.people.questions(AskConsents) == [AskConsents((*Group,))]
    given = {each.item for each in visit.consents.items if each.state is State.GIVEN}
    assert given == {Item.SURGERY, Item.DIAGNOSES, Item.INFECTIONS}
    assert {each.item for each in visit.consents.items} == set(Item)
    assert "cost_limit" not in [*Item]  # 限度額: not asked any more since 2024-10-07


def test_consent_at_a_desk_lasts_24_hours(counter):
    counter.lay()  # iryohokenjyoho-portalsite faq/post-14
    visit = counter.check_in(Way.PIN)
    assert {each.ends_at - each.given_at for each in visit.consents.items} == {timedelta(hours=24)}


def test_consent_at_home_lasts_while_care_goes_on(counter):
    counter.lay()  # ijnethp.com; CLINICS help 9360084
    visit = counter.check_in(Way.PIN, profile="home")
    assert {each.ends_at for each in visit.consents.items} == {None}


@pytest.mark.parametrize("profile", ["home", "eligibility"])
def test_at_home_and_for_eligibility_alone_consents_come_before_way_and_tap(counter, profile):
    counter.lay()  # S0, マイナ資格確認アプリ
    centre = Listening()
    visit = counter.check_in(ASKED, {AskWay: Way.PIN}, profile=profile, centre=centre)
    assert visit.outcome is Outcome.CHECKED_IN
    assert order(counter)[:3] == ["consents", "token", "way"]
    assert centre.completions[0].consents == visit.consents


def test_what_only_the_centre_can_bring_is_asked_after_it_at_home_too(counter):
    counter.lay()
    centre = Listening(registered=Standing.VALID, subsidies=("小児",))
    answers = {AskRegistration: True, AskSubsidies: True}
    counter.check_in(Way.PIN, answers, profile="home", centre=centre)
    asked = order(counter)
    assert asked.index("consents") < asked.index("registration") < asked.index("subsidies")


def test_consents_from_before_the_tap_that_a_certificate_does_not_allow_are_not_sent(counter):
    counter.lay(expires=-20)
    centre = Listening()
    visit = counter.check_in(Way.PIN, profile="home", centre=centre)
    sent = centre.completions[0].consents
    given = [each.item for each in sent.items if each.state is State.GIVEN]
    assert given == [Item.SPECIFIED_DISEASE]
    assert visit.consents == sent


def test_the_prescription_is_electronic_or_paper_if_the_site_issues_it(counter):
    counter.lay()
    centre = Listening()
    counter.check_in(Way.PIN, {AskPrescription: Prescription.ELECTRONIC}, centre=centre)
    assert centre.completions[0].prescription is Prescription.ELECTRONIC
    counter.lay()
    counter.check_in(Way.PIN, profile="eligibility")
    assert not counter.people.questions(AskPrescription)


def test_a_visual_check_needs_the_passcode_and_no_code_b(counter):
    counter.lay()  # S0; wic-net 17404/16: 照合番号B is not a part of it
    visit = counter.check_in(Way.VISUAL)
    assert order(counter)[:2] == ["passcode", "staff"]
    assert not counter.people.questions(AskCodeB)
    assert (visit.staff, visit.reason) == ("佐藤", SightReason.FORGOTTEN_PIN)
    counter.lay()
    wrong = counter.check_in(Way.VISUAL, {AskPasscode: None})
    assert wrong.why is Reason.NOTHING_ENTERED
    assert not counter.people.questions(AskStaff)


def test_somebody_else_is_not_checked_in_and_the_visit_ends(counter):
    counter.lay()  # S0
    check = StaffCheck("佐藤", SightReason.INJURY, is_same=False)
    visit = counter.check_in(Way.VISUAL, {AskStaff: check, AskFallback: Answer.YES})
    assert (visit.outcome, visit.why) == (Outcome.SOMEBODY_ELSE, Reason.SOMEBODY_ELSE)
    assert not counter.people.questions(AskFallback)
    assert not visit.outcome.is_accepted()


def test_a_phone_that_cannot_be_used_leads_to_the_card_too_with_its_own_text(counter):
    counter.lay("iphone", expires=-1)  # no grace for phones

    def take_the_card(question):
        if question.reason is None:
            return Token.IPHONE
        assert Token.CARD in question.tokens
        assert "office" not in counter.people.told[-1]  # the notice of a card is wrong for it
        counter.lay()
        return Token.CARD

    visit = counter.check_in(ASKED, {AskToken: take_the_card, AskWay: Way.PIN})
    assert (visit.outcome, visit.token, visit.way) == (Outcome.CHECKED_IN, Token.CARD, Way.PIN)


def test_a_centre_that_is_down_leads_both_ways(counter):
    counter.lay()  # S0: システム障害時モード, and fall-backs for today
    centre = Listening(fails=[CentreUnreachable()])
    answers = {AskItemsPin: PIN, AskFallback: Answer.YES}
    visit = counter.check_in(Way.PIN, answers, centre=centre)
    assert (visit.outcome, visit.is_held, visit.fallback) == (Outcome.HELD, True, "portal")
    assert visit.why is Reason.CENTRE_DOWN
    assert len(counter.journal.held()) == 1
    assert not counter.people.questions(AskFourItems)  # they came from the chip


def test_a_centre_that_is_down_at_its_second_question_leads_both_ways_too(counter):
    counter.lay()
    centre = Listening()
    centre.complete = None  # what it does then is not foreseen
    visit = counter.check_in(Way.PIN, {AskItemsPin: PIN}, centre=centre)
    assert (visit.outcome, visit.is_held) == (Outcome.HELD, True)
    assert counter.people.questions(AskConsents)


def test_without_a_centre_a_visit_ends_with_a_person(counter):
    counter.lay()
    visit = counter.check_in(Way.PIN, centre=NO_CENTRE)
    assert (visit.outcome, visit.why) == (Outcome.IDENTIFIED, Reason.NO_CENTRE)
    assert counter.people.heard("No centre is configured")
    assert not counter.people.questions(AskConsents)
    assert not visit.outcome.is_accepted()
    assert visit.outcome.is_accepted({Outcome.IDENTIFIED})


def test_what_the_centre_says_is_shown_as_it_is(counter):
    counter.lay()
    counter.check_in(Way.PIN, centre=Listening(message="更新してください"))
    assert counter.people.heard("更新してください")
