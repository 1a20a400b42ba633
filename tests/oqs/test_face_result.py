"""What a face result says of an answer, and what it does not."""

from datetime import UTC, datetime, timedelta

import pytest

from kazashi.oqs.encoding import Encoding
from kazashi.oqs.errors import OqsError
from kazashi.oqs.face import TEST_INSTITUTION, face_result
from kazashi.oqs.insurance import rest_of
from kazashi.oqs.message import (
    MessageBody,
    MessageHeader,
    QualificationConfirmSearchInfo,
    XmlMsg,
    read,
    write,
)
from kazashi.reception.centre import Eligibility, Standing
from kazashi.reception.results import Answered
from kazashi.reception.rules import Consents, Group, Item, Prescription
from kazashi.testing import SOMEBODY

PLACE = "1319999996"
AT = datetime(2026, 11, 29, 15, 30, 15, tzinfo=UTC)  # half past midnight in Japan
GIVEN = datetime(2026, 11, 29, 14, 59, 1, tzinfo=UTC)
WELFARE = SOMEBODY | {"InsuredCardClassification": "A1", "InsurerNumber": "12139994"}
ALL = Consents.record(Group, Group, GIVEN)
FLAGS = {
    Item.SURGERY: "operation_info",
    Item.DIAGNOSES: "diagnosis_name",
    Item.INFECTIONS: "infectious_info",
    Item.TREATMENT: "diagnosis_info",
    Item.MEDICATION: "pharmacists_info",
    Item.CHECKUPS: "specific_health_checkups_info",
    Item.ALLERGIES: "allergy_info",
    Item.CONTRAINDICATIONS: "contraindication_info",
    Item.TESTS: "test_info",
    Item.PRESCRIPTIONS: "prescription_info",
    Item.SPECIFIED_DISEASE: "specific_diseases_certificate_related",
}


def made(*insurance, standing=Standing.VALID, **answered):
    """Written and read again."""
    answer = Eligibility("00aa11bb22cc33dd", standing, insurance or (SOMEBODY,))
    message = face_result(Answered(answer, **answered), PLACE, Encoding.UTF_8, AT)
    return read(write(message, Encoding.UTF_8).data)


def results(*insurance, **answered):
    return made(*insurance, **answered).message_body.results


def test_times_are_fourteen_digits_in_japan():
    message = made(consents=ALL)
    (result,) = message.message_body.results
    assert message.message_header.process_execution_time == "20261130003015"
    assert message.message_header.qualification_confirmation_date == "20261130"
    assert result.test_info_cons_time == "20261129235901"
    assert result.test_info_available_time == "20261130235901"


@pytest.mark.parametrize("group", Group)
def test_consent_to_a_group_is_consent_to_each_of_its_flags_and_no_other(group):
    (result,) = results(consents=Consents.record(Group, [group], GIVEN))
    given = {item for item, name in FLAGS.items() if getattr(result, f"{name}_cons_flg") == "1"}
    timed = {item for item, name in FLAGS.items() if getattr(result, f"{name}_cons_time")}
    assert given == timed == {*group.items}
    assert {getattr(result, f"{name}_cons_flg") for name in FLAGS.values()} == {"0", "1"}


def test_what_was_not_asked_is_left_out_and_is_no_refusal():
    (result,) = results(consents=Consents.record([Group.CHECKUPS], [], GIVEN))
    assert result.specific_health_checkups_info_cons_flg == "0"
    assert {result.operation_info_cons_flg, result.pharmacists_info_cons_flg} == {""}
    assert result.limit_application_certificate_related_cons_flg == ""  # not asked at a reader


@pytest.mark.parametrize("reference", ["", "a" * 51, "<x>", "番号", "a b"])
def test_a_reference_that_programs_cannot_search_for_is_left_out(reference):
    answered = Answered(Eligibility(reference, Standing.VALID, (SOMEBODY,)))
    header = face_result(answered, PLACE, Encoding.UTF_8, AT).message_header
    assert header.arbitrary_file_identifier == ""


def test_consent_while_care_goes_on_has_no_end():
    (result,) = results(consents=Consents.record(Group, Group, GIVEN, lasts=None))
    assert (result.operation_info_cons_flg, result.operation_info_available_time) == ("1", "")


def test_the_flag_of_specified_diseases_has_a_time_and_no_end():
    (result,) = results(consents=ALL)
    assert result.specific_diseases_certificate_related_cons_time == "20261129235901"
    assert result.others == ()


def test_consent_that_has_ended_and_one_that_was_hard_to_obtain_are_told_as_such():
    (ended,) = results(consents=ALL.at(GIVEN + timedelta(days=2)))
    (emergency,) = results(consents=Consents.hard_to_obtain(Group))
    assert (ended.operation_info_cons_flg, ended.operation_info_cons_time) == (
        "2",
        "20261129235901",
    )
    assert (emergency.operation_info_cons_flg, emergency.operation_info_cons_time) == ("3", "")


def test_what_the_centre_wrote_of_a_consent_stands():
    own = SOMEBODY | {"OperationInfoConsFlg": "0", "ReferenceNumber": "24434"}
    (result,) = results(own, consents=ALL)
    assert (result.operation_info_cons_flg, result.diagnosis_name_cons_flg) == ("0", "1")
    assert (result.operation_info_cons_time, result.operation_info_available_time) == ("", "")
    assert result.reference_number == "24434"


def test_consents_stand_on_insurance_and_on_welfare_only_if_there_is_nothing_else():
    insured, welfare = results(SOMEBODY, WELFARE, consents=ALL)
    (alone,) = results(WELFARE, consents=ALL, standing=Standing.WELFARE_UNREGISTERED)
    flags = [each.operation_info_cons_flg for each in (insured, welfare, alone)]
    assert flags == ["1", "", "1"]


@pytest.mark.parametrize(
    ("form", "code"), [(Prescription.ELECTRONIC, "1"), (Prescription.PAPER, "2"), (None, "")]
)
def test_the_form_of_the_prescription_is_told_if_it_was_chosen(form, code):
    assert made(prescription=form).message_body.prescription_issue_select == code


def test_the_form_of_the_prescription_in_a_result_is_the_centres_word_and_moves_to_the_body():
    body = made(
        SOMEBODY | {"PrescriptionIssueSelect": "1"}, prescription=Prescription.PAPER
    ).message_body
    assert body.prescription_issue_select == "1"
    assert body.results[0].prescription_issue_select == ""


@pytest.mark.parametrize(("by_card", "code"), [(True, "1"), (False, "2")])
def test_card_and_certificate_are_told_apart(by_card, code):
    header = made(by_card=by_card).message_header
    assert header.reference_classification == code


@pytest.mark.parametrize(("is_test", "place"), [(True, TEST_INSTITUTION), (False, PLACE)])
def test_a_test_is_under_an_institution_that_cannot_be(is_test, place):
    assert made(is_test=is_test).message_header.medical_institution_code == place


@pytest.mark.parametrize("standing", [Standing.NONE, Standing.SEVERAL, Standing.INVALID])
def test_an_answer_without_insurance_has_no_list_of_results(standing):
    answered = Answered(Eligibility("00aa", standing), message="（架空）", is_test=True)
    body = face_result(answered, PLACE, Encoding.UTF_8, AT).message_body
    assert body.qualification_validity == str(int(standing))
    assert (body.result_list, body.processing_result_message) == (None, "（架空）")


def test_what_else_the_centre_wrote_stands_as_it_came_but_for_whose_file_it_is():
    rest = rest_of(
        XmlMsg(
            message_header=MessageHeader(
                process_execution_time="20261128093015",
                qualification_confirmation_date="20261128",
                medical_institution_code="2719999996",
                arbitrary_file_identifier="theirs",
                reference_classification="2",
                character_code_identifier="1",
            ),
            message_body=MessageBody(
                processing_result_code="X00001",
                processing_result_message="（架空）期限が近い",
                qualification_confirm_search_info=QualificationConfirmSearchInfo(
                    insurer_number="  139998", birthdate="19480811"
                ),
            ),
        )
    )
    answered = Answered(Eligibility("00aa", Standing.INVALID, (SOMEBODY,), rest=rest))
    message = face_result(answered, PLACE, Encoding.UTF_8, AT)
    header, body = message.message_header, message.message_body
    assert (header.process_execution_time, header.qualification_confirmation_date) == (
        *("20261128093015", "20261128"),
    )
    assert header.reference_classification == "2"
    assert (header.medical_institution_code, header.arbitrary_file_identifier) == (PLACE, "00aa")
    assert header.character_code_identifier == Encoding.UTF_8.identifier
    assert (body.processing_result_code, body.processing_result_message) == (
        *("X00001", "（架空）期限が近い"),
    )
    assert body.qualification_confirm_search_info.insurer_number == "  139998"
    assert (body.qualification_validity, len(body.results)) == ("2", 1)


@pytest.mark.parametrize("rest", [{"a b": "1"}, {"MessageBody": "x"}, {"MessageBody/A": "1"}])
def test_a_rest_that_no_answer_can_have_is_an_error_of_ours(rest):
    answered = Answered(Eligibility("00aa", Standing.NONE, rest=rest))
    with pytest.raises(OqsError):
        face_result(answered, PLACE, Encoding.UTF_8, AT)


def test_nested_elements_of_an_insurance_are_written_where_they_belong():
    ticket = "PublicExpenseResultList/MedicalTicketInfo"
    nested = WELFARE | {
        "ElderlyRecipientCertificateInfo/ElderlyRecipientContributionRatio": "020",
        f"{ticket}[1]/TicketType": "01",
        f"{ticket}[2]/TicketType": "02",
    }
    (result,) = results(nested)
    tickets = result.public_expense_result_list.medical_ticket_info
    assert [each.ticket_type for each in tickets] == ["01", "02"]
    ratio = result.elderly_recipient_certificate_info.elderly_recipient_contribution_ratio
    assert ratio == "020"


@pytest.mark.parametrize(
    "insurance",
    [
        *({"a b": "1"}, {"Name": None}, {"Name/First": "1"}, {"": "1"}, {"Name[0]": "1"}),
        *({"Name": "1", "Name[1]": "2"}, {"A/B": "1", "A": "2"}, {"A" + "/A" * 2_000: "1"}),
    ],
)
def test_what_has_no_place_in_a_file_is_an_error_of_ours(insurance):
    with pytest.raises(OqsError):
        made(insurance)
