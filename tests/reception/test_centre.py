"""What the centre is asked, and what is made of its answer: nothing."""

import json
from datetime import UTC, date, datetime

import pytest

from kazashi.reception.centre import (
    AnswerMixedUp,
    CentreBusy,
    CentreError,
    CentreFailed,
    CentreUnreachable,
    CertificateState,
    Completion,
    Eligibility,
    Holder,
    Identity,
    Standing,
    eligibility_of,
    identity_of,
)
from kazashi.reception.json_of import json_of
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.reception.rules import Consents, Group, Proof, Token, Way
from kazashi.reception.validity import Validity
from kazashi.testing.centre import SimulatedCentre
from said import line_of, screen_of

NOW = datetime(2030, 1, 1, tzinfo=UTC)
PAPER = CertificatePaper(
    *("33120015", "12", "34", "01", date(1985, 4, 3)), name="仮名 花子", expires=date(2030, 7, 31)
)
INSURANCE = {"InsurerNumber": "33120015", "Name": "山田　花子"}


def holder(validity: Validity) -> Holder:
    return Holder(b"certificate", Token.CARD, Way.PIN, validity, Proof.SIGNATURE, b"c", b"sig")


# OQSCD006; 6 is of 医療扶助 alone, and not registered here (Layout 8.07)
def test_the_codes_are_those_of_the_result_and_the_first_alone_is_coverage():
    assert [each.value for each in Standing] == [1, 2, 3, 4, 5, 6]
    assert [each for each in Standing if each.is_covered] == [Standing.VALID]


@pytest.mark.parametrize("standing", Standing)
def test_the_simulated_centre_gives_every_answer_and_says_that_it_is_simulated(standing):
    centre = SimulatedCentre(standing)
    identity = identity_of(centre, "visit-1", PAPER)
    answer = eligibility_of(centre, Completion("visit-1"))
    for each in (identity, answer):
        assert (each.reference, each.standing, each.is_simulated) == ("visit-1", standing, True)
    assert answer.insurance == ()  # nothing is made up


def test_the_simulated_centre_says_what_to_ask():
    centre = SimulatedCentre(
        groups=(Group.CHECKUPS,),
        subsidies=("小児",),
        asks_prescription=False,
        certificate=CertificateState.GRACE,
    )
    identity = centre.identify("1", PAPER)
    assert (identity.groups, identity.subsidies) == ((Group.CHECKUPS,), ("小児",))
    assert (identity.asks_prescription, identity.is_registered) == (False, True)
    assert identity.certificate is CertificateState.GRACE


def test_a_person_who_registers_has_the_standing_of_that():
    centre = SimulatedCentre(Standing.NONE, registered=Standing.VALID)
    assert not centre.identify("1", PAPER).is_registered
    assert centre.complete(Completion("1")).standing is Standing.NONE
    assert centre.complete(Completion("1", registers=True)).standing is Standing.VALID


def test_insurance_comes_as_the_centre_gave_it_and_for_the_covered_alone():
    covered = SimulatedCentre(insurance=(INSURANCE,)).complete(Completion("1"))
    assert covered.insurance == (INSURANCE,)
    lost = SimulatedCentre(Standing.INVALID, insurance=(INSURANCE,)).complete(Completion("2"))
    assert lost.insurance == ()


def test_answers_are_plain_json():
    centre = SimulatedCentre(insurance=(INSURANCE,), subsidies=("小児",))
    assert json.loads(json.dumps(json_of(centre.complete(Completion("1"))))) == {
        "reference": "1",
        "standing": "valid",
        "insurance": [INSURANCE],
        "is_simulated": True,
    }
    assert json.loads(json.dumps(json_of(centre.identify("1", PAPER)))) == {
        "reference": "1",
        "standing": "valid",
        "is_registered": True,
        "groups": ["surgery", "treatment", "checkups", "specified_disease"],
        "subsidies": ["小児"],
        "certificate": "valid",
        "is_simulated": True,
    }


def test_it_takes_as_long_as_told():
    slept = []
    SimulatedCentre(delay_s=2.5, sleep=slept.append).identify("1", PAPER)
    assert slept == [2.5]


def test_it_fails_as_often_as_told_and_then_answers():
    errors = [CentreUnreachable(), CentreBusy(), CentreFailed("E1234")]
    centre = SimulatedCentre(fails=errors)
    for error in errors:
        with pytest.raises(CentreError) as raised:
            identity_of(centre, "1", PAPER)
        assert raised.value is error
    assert identity_of(centre, "1", PAPER).standing is Standing.VALID


class Saying:
    """A centre that answers both questions with `answer`, or raises it."""

    def __init__(self, answer):
        self.answer = answer

    def identify(self, reference, who):
        del reference, who
        return self.complete(None)

    def complete(self, _completion):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    "answer",
    [None, "1", Identity("2", Standing.VALID), Eligibility("2", Standing.VALID)],
    ids=["nothing", "text", "identity of another", "eligibility of another"],
)
def test_an_answer_to_another_request_or_of_another_kind_is_never_used(answer):
    for ask in (identity_of, lambda centre, *_: eligibility_of(centre, Completion("1"))):
        with pytest.raises(AnswerMixedUp):
            ask(Saying(answer), "1", PAPER)


def test_one_answer_is_not_taken_for_the_other():
    with pytest.raises(AnswerMixedUp):
        identity_of(Saying(Eligibility("1", Standing.VALID)), "1", PAPER)
    with pytest.raises(AnswerMixedUp):
        eligibility_of(Saying(Identity("1", Standing.VALID)), Completion("1"))


def test_what_a_crash_says_of_the_person_goes_no_further():
    with pytest.raises(CentreFailed) as error:
        identity_of(Saying(RuntimeError("山田 花子")), "1", PAPER)
    assert error.value.code == "RuntimeError"
    assert error.value.__suppress_context__


def test_errors_say_what_to_do_and_what_the_patient_reads():
    assert "E1234" in str(CentreFailed("E1234"))
    for error in (CentreUnreachable(), CentreBusy(), CentreFailed("E1234")):
        assert "ask again" in line_of(error)
        assert screen_of(error)


@pytest.mark.parametrize("validity", [Validity.UNUSABLE, Validity.NOT_YET])
def test_nothing_is_asked_with_a_certificate_that_is_not_to_be_used(validity):
    with pytest.raises(ValueError, match="nothing may be asked"):
        holder(validity)


def given(*groups: Group) -> Consents:
    return Consents.record(groups, groups, NOW)


@pytest.mark.parametrize(
    "consents", [given(Group.TREATMENT), Consents.hard_to_obtain([Group.SURGERY])]
)
def test_no_medical_information_is_asked_for_once_the_certificate_has_ended(consents):
    with pytest.raises(ValueError, match="for eligibility alone"):
        Completion("1", consents, validity=Validity.ELIGIBILITY_ONLY)
    assert Completion("1", consents, validity=Validity.ENDING).consents == consents


def test_eligibility_is_asked_for_all_the_same():
    refused = Consents.record([Group.TREATMENT], None, NOW)
    for consents in (Consents(), given(Group.SPECIFIED_DISEASE), refused):
        completion = Completion("1", consents, validity=Validity.ELIGIBILITY_ONLY)
        assert SimulatedCentre().complete(completion).standing is Standing.VALID


def test_no_repr_tells_key_material_or_insurance():
    answer = SimulatedCentre(insurance=(INSURANCE,)).complete(Completion("1"))
    asked = holder(Validity.NORMAL)
    assert "sig'" not in repr(asked)
    assert "b'certificate'" not in repr(asked)
    assert "山田" not in repr(answer)
    assert "花子" not in repr(PAPER)
