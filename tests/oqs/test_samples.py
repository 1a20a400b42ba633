"""What stands in each sample is read, field by field, and written again with the same meaning."""

from dataclasses import fields
from xml.etree import ElementTree

import pytest

from kazashi.oqs.encoding import Encoding, decode
from kazashi.oqs.insurance import insurance_of, result_of
from kazashi.oqs.layout import Element, slots
from kazashi.oqs.message import read, write
from oqs_samples import SAMPLES, sample


def face(number):
    return f"1319999996{number:020}"


R = "message_body.result_list.result_of_qualification_confirmation"
U = "message_body.bulk_confirm_unit"
H = "message_header"
# By sample: where, and what stands there.
VALUES = {
    face(1): {
        f"{H}.medical_institution_code": "1319999996",
        f"{H}.arbitrary_file_identifier": "kz-01JABCDEF0001",
        f"{H}.process_execution_time": "20261006093015",
        f"{H}.character_code_identifier": "0",
        "message_body.qualification_validity": "1",
        f"{R}.0.insured_card_classification": "01",
        f"{R}.0.name": "見本　太郎",
        f"{R}.0.name_kana": "ﾐﾎﾝ ﾀﾛｳ",
        f"{R}.0.insured_card_symbol": "見本１２",
        f"{R}.0.specific_health_checkups_info_cons_flg": "1",
        f"{R}.0.pharmacists_info_available_time": "20261007093015",
        f"{R}.0.diagnosis_info_cons_flg": "0",
        f"{R}.0.diagnosis_info_cons_time": "",
    },
    face(2): {
        f"{H}.character_code_identifier": "1",
        "message_body.prescription_issue_select": "1",
        f"{R}.0.insurer_number": "  139998",
        f"{R}.0.insured_identification_number": "00123456",
        f"{R}.0.name": "髙﨑　花子",
        f"{R}.0.insured_name": "髙﨑　一郎",
        f"{R}.0.address": "東京都架空市見本町①－５　㈱見本荘～２",
        f"{R}.0.elderly_recipient_certificate_info.elderly_recipient_contribution_ratio": "020",
        f"{R}.0.limit_application_certificate_related_info"
        ".limit_application_certificate_classification_flag": "B05",
        f"{R}.0.diagnosis_name_cons_flg": "1",
        f"{R}.0.infectious_info_cons_time": "20261006101502",
        f"{R}.0.prescription_info_available_time": "20261007101502",
        f"{R}.0.reference_number": "24434",
    },
    "202610060003": {
        f"{H}.reference_classification": "2",
        "message_body.qualification_validity": "3",
        "message_body.qualification_confirm_search_info.birthdate": "19900630",
        f"{R}.0.disqualification_date": "20260930",
        f"{R}.0.reason_of_loss": "03",
    },
    "202610060004": {"message_body.qualification_validity": "4", "message_body.result_list": None},
    "202610060005": {"message_body.qualification_validity": "5", "message_body.result_list": None},
    face(6): {
        f"{R}.0.name": "併用　三郎",
        f"{R}.1.insured_card_classification": "A1",
        f"{R}.1.insurer_name": "架空市福祉事務所",
        f"{R}.1.public_expense_result_list.medical_ticket_info.0.ticket_type": "01",
        f"{R}.1.public_expense_result_list.medical_ticket_info.0.injury_name1": "高血圧症",
        f"{R}.1.public_expense_result_list.medical_ticket_info.0.status_of_infecton": "02",
    },
    face(7): {
        "message_body.qualification_validity": "6",
        f"{R}.0.insured_card_classification": "A1",
        f"{R}.0.sex1": "2",
    },
    face(8): {
        "message_body.processing_result_code": "X00001",
        "message_body.processing_result_message": "（架空）有効期限が近づいています",
        "message_body.prescription_issue_select": "2",
        f"{R}.0.name": "●橋　五郎",
        f"{R}.0.specific_diseases_certificate_list.specific_diseases_certificate_info.1"
        ".specific_diseases_disease_category": "2",
        f"{R}.0.specific_diseases_certificate_list.specific_diseases_certificate_info.0"
        ".specific_diseases_self_pay": "10000",
    },
    "siquc01req_202610060009": {
        "message_body.qualification_confirm_search_info.insurer_number": "39139993",
        "message_body.qualification_confirm_search_info.insured_branch_number": "",
        "message_body.qualification_confirm_search_info"
        ".limit_application_certificate_related_cons_flg": "1",
    },
    "siquc01res_202610060009": {
        f"{R}.0.insured_partial_contribution_ratio": "010",
        f"{R}.0.limit_application_certificate_related_cons_flg": "1",
        "message_body.qualification_confirm_search_info.insured_identification_number": "00012345",
    },
    "202610060010": {f"{H}.arbitrary_file_identifier": "kz-01JABCDEF0010"},
    "202610060011": {
        f"{H}.segment_of_result": "9",
        f"{H}.error_code": "X99999",
        f"{H}.error_message": "（架空）システムエラー",
        "message_body": None,
    },
    "siimm01req_202610060012": {
        "message_body.reference_number_registration_info.reference_number": "24434",
        "message_body.reference_number_registration_info.insured_card_symbol": "見本",
    },
    "siimm01res_202610060012": {
        f"{H}.character_code_identifier": "0",
        "message_body.reference_number_registration_info.reference_number": "24434",
        "message_body.processing_result_status": "1",
    },
    "202610060013": {
        f"{H}.reception_number": "000000000000000000000000013",
        f"{H}.number_of_processing_result": "2",
        f"{U}.0.reference_number": "24435",
        f"{U}.0.result_of_qualification_confirmation.0.name": "見本　太郎",
        f"{U}.1.result_of_qualification_confirmation.1.insured_card_classification": "A1",
        f"{U}.1.reference_number": "24436",
    },
}
each_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)


def at(value, place):
    for step in place.split("."):
        value = value[int(step)] if step.isdigit() else getattr(value, step)
    return value


def texts(element, above=""):
    """Every text of a message, by the names of its elements."""
    for slot in slots(type(element)):
        value = getattr(element, slot.field)
        for each in value if slot.is_list else [value]:
            path = f"{above}/{slot.name}"
            if isinstance(each, Element):
                yield from texts(each, path)
            elif each:
                yield path, each


def leaves(node, above=""):
    """The same, as another parser has it."""
    for each in node:
        path = f"{above}/{each.tag}"
        yield from leaves(each, path)
        if len(each) == 0 and (each.text or "").strip("\t\n"):
            yield path, each.text


@pytest.mark.parametrize(
    ("end", "place"), [(end, place) for end, each in VALUES.items() for place in each]
)
def test_a_value_of_a_sample_is_read_in_its_place(end, place):
    assert at(read(sample(end)), place) == VALUES[end][place]


def test_every_sample_has_values_in_the_table():
    assert len(VALUES) == len(SAMPLES)
    assert {sample(end) for end in VALUES} == {path.read_bytes() for path in SAMPLES}


@each_sample
def test_no_text_of_a_sample_is_lost_or_made_up(path):
    message = read(path.read_bytes())
    text, _ = decode(path.read_bytes())
    assert sorted(texts(message)) == sorted(leaves(ElementTree.fromstring(text)))


@each_sample
@pytest.mark.parametrize("encoding", Encoding)
def test_a_sample_is_written_again_with_the_same_meaning(path, encoding):
    message = read(path.read_bytes())
    written = write(message, encoding)
    assert read(written.data) == message
    assert written.replaced == ()
    assert decode(written.data)[1] is encoding


@each_sample
def test_no_text_of_a_sample_is_longer_than_the_layout_has_it(path):
    assert list(read(path.read_bytes()).misfits()) == []


@each_sample
def test_insurance_goes_through_paths_and_values_unchanged(path):
    body = read(path.read_bytes()).message_body
    results = body.results if body else ()
    units = body.bulk_confirm_unit if body else ()
    for each in (*results, *(r for u in units for r in u.result_of_qualification_confirmation)):
        assert result_of(insurance_of(each)) == each


def test_several_tickets_have_numbers_in_their_paths():
    first, second = read(sample(face(6))).message_body.results
    assert insurance_of(second)["PublicExpenseResultList/MedicalTicketInfo/TicketType"] == "01"
    diseases = insurance_of(read(sample(face(8))).message_body.results[0])
    inside = "SpecificDiseasesCertificateList/SpecificDiseasesCertificateInfo"
    assert diseases[f"{inside}[2]/SpecificDiseasesDiseaseCategory"] == "2"
    assert insurance_of(first)["Name"] == "併用　三郎"


def test_every_field_of_the_layout_is_an_element_of_its_own_name():
    message = read(sample(face(6)))
    names = {slot.name for slot in slots(type(message.message_header))}
    assert {"ProcessExecutionTime", "ArbitraryFileIdentifier"} <= names
    assert len(names) == len(fields(message.message_header)) - 1  # without what is not known
