"""What the centre is asked, and what is made of its answer: nothing."""

import json
from datetime import UTC, date, datetime

import pytest

from kazashi.reception.consents import Consents, Item
from kazashi.reception.eligibility import (
    CentreBusy,
    CentreError,
    CentreFailed,
    CentreUnreachable,
    Identified,
    Request,
    Standing,
)
from kazashi.reception.paper import CertificatePaper
from kazashi.reception.profiles import Way
from kazashi.reception.validity import Validity
from kazashi.testing.centre import SimulatedCentre
from said import line_of, screen_of

NOW = datetime(2030, 1, 1, tzinfo=UTC)
PAPER = CertificatePaper(
    *("33120015", "12", "34", "01", date(1985, 4, 3)), name="仮名 花子", expires=date(2030, 7, 31)
)
INSURANCE = {"InsurerNumber": "33120015", "Name": "山田　花子"}


def identified(validity: Validity) -> Identified:
    return Identified(b"certificate", Way.PIN, validity, b"challenge", b"signature")


def given(*items: Item) -> Consents:
    return Consents.record(items, items, NOW)


def test_the_codes_are_those_of_the_result():
    assert [(each.value, each.is_covered) for each in Standing] == [
        (1, True),
        (2, False),
        (3, False),
        (4, False),
        (5, False),
        (6, True),
    ]
    assert len({each.text for each in Standing}) == len(Standing)


@pytest.mark.parametrize("standing", Standing)
def test_the_simulated_centre_gives_every_answer_and_says_that_it_is_simulated(standing):
    answer = SimulatedCentre(standing).ask(Request("visit-1", PAPER))
    assert (answer.reference, answer.standing) == ("visit-1", standing)
    assert answer.is_simulated
    assert answer.insurance == ()  # nothing is made up


def test_insurance_comes_as_the_centre_gave_it_and_for_the_covered_alone():
    covered = SimulatedCentre(insurance=(INSURANCE,)).ask(Request("1", PAPER))
    assert covered.insurance == (INSURANCE,)
    lost = SimulatedCentre(Standing.INVALID, insurance=(INSURANCE,)).ask(Request("2", PAPER))
    assert lost.insurance == ()


def test_an_answer_is_plain_json():
    answer = SimulatedCentre(Standing.WELFARE, insurance=(INSURANCE,)).ask(Request("1", PAPER))
    assert json.loads(json.dumps(answer.to_json())) == {
        "reference": "1",
        "standing": "welfare",
        "insurance": [INSURANCE],
        "is_simulated": True,
    }


def test_it_takes_as_long_as_told():
    slept = []
    SimulatedCentre(delay_s=2.5, sleep=slept.append).ask(Request("1", PAPER))
    assert slept == [2.5]


def test_it_fails_as_often_as_told_and_then_answers():
    errors = [CentreUnreachable(), CentreBusy(), CentreFailed("E1234")]
    centre = SimulatedCentre(fails=errors)
    for error in errors:
        with pytest.raises(CentreError) as raised:
            centre.ask(Request("1", PAPER))
        assert raised.value is error
    assert centre.ask(Request("1", PAPER)).standing is Standing.VALID


def test_errors_say_what_to_do_and_what_the_patient_reads():
    assert "E1234" in str(CentreFailed("E1234"))
    for error in (CentreUnreachable(), CentreBusy(), CentreFailed("E1234")):
        assert "ask again" in line_of(error)
        assert screen_of(error)


@pytest.mark.parametrize("validity", [Validity.UNUSABLE, Validity.NOT_YET])
def test_nothing_is_asked_with_a_certificate_that_is_not_to_be_used(validity):
    with pytest.raises(ValueError, match="nothing may be asked"):
        Request("1", identified(validity))


@pytest.mark.parametrize(
    "consents", [given(Item.MEDICATION), Consents.hard_to_obtain([Item.SURGERY])]
)
def test_no_medical_information_is_asked_for_once_the_certificate_has_ended(consents):
    with pytest.raises(ValueError, match="for eligibility alone"):
        Request("1", identified(Validity.ELIGIBILITY_ONLY), consents)


def test_eligibility_is_asked_for_all_the_same():
    refused = Consents.record([Item.MEDICATION], None, NOW)
    for consents in (Consents(), given(Item.COST_LIMIT, Item.SPECIFIED_DISEASE), refused):
        request = Request("1", identified(Validity.ELIGIBILITY_ONLY), consents)
        assert SimulatedCentre().ask(request).standing is Standing.VALID


def test_no_repr_tells_key_material_or_insurance():
    request = Request("1", identified(Validity.NORMAL))
    answer = SimulatedCentre(insurance=(INSURANCE,)).ask(request)
    assert "signature" not in repr(request)
    assert "山田" not in repr(answer)
