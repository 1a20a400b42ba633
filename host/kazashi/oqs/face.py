"""The face result: what the centre answered to a visit, as chart programs read it.

All about insurance is the centre's own. Ours are the session's number, and unless the centre has
written them, the time, the consents and the prescription's form that the patient chose. Whether
somebody is covered or not makes no difference: without any insurance, there is no ResultList.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kazashi.oqs.codes import (
    InsuredCardClassification,
    ProcessingResultStatus,
    ReferenceClassification,
    SegmentOfResult,
)
from kazashi.oqs.encoding import Encoding
from kazashi.oqs.insurance import answer_of, result_of
from kazashi.oqs.message import MessageBody, ResultList, XmlMsg
from kazashi.oqs.names import time_digits
from kazashi.oqs.result import ResultOfQualificationConfirmation
from kazashi.reception.results import Answered
from kazashi.reception.rules import Consent, Consents, Item, State

TEST_INSTITUTION = "9900000000"  # no prefecture has the number 99

_IDENTIFIER = re.compile(r"[A-Za-z0-9-]{1,50}")  # programs search for it as text
# Which flag each item is. OQSCD036 groups them; that each copies its group's answer is [U].
_FLAGS = {
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


def face_result(answered: Answered, institution: str, encoding: Encoding, at: datetime) -> XmlMsg:
    """What `answered` says, for a file in `encoding`. `at`: when the answer came.

    Raises:
        OqsError: the centre named something that has no place in a file.
    """
    answer = answered.answer
    header, body = answer_of(answer.rest)
    results = _with_consents([result_of(each) for each in answer.insurance], answered)
    by_card = ReferenceClassification.CARD if answered.by_card else ReferenceClassification.PAPER
    chosen = str(int(answered.prescription)) if answered.prescription else ""
    header = replace(
        header,
        process_execution_time=header.process_execution_time or time_digits(at),
        qualification_confirmation_date=(
            header.qualification_confirmation_date or time_digits(at)[:8]
        ),
        medical_institution_code=TEST_INSTITUTION if answered.is_test else institution,
        arbitrary_file_identifier=session_number(answer.reference),
        reference_classification=header.reference_classification or by_card.value,
        segment_of_result=SegmentOfResult.NORMAL.value,
        character_code_identifier=encoding.identifier,
    )
    body = replace(
        body,
        prescription_issue_select=_form(body, results) or chosen,
        processing_result_status=ProcessingResultStatus.NORMAL.value,
        processing_result_message=body.processing_result_message or answered.message,
        qualification_validity=str(int(answer.standing)),
        result_list=_listed(results),
    )
    return XmlMsg(message_header=header, message_body=body)


def _form(body: MessageBody, results: Iterable[ResultOfQualificationConfirmation]) -> str:
    """PrescriptionIssueSelect, which some programs write in the result."""
    inside = (each.prescription_issue_select for each in results)
    return body.prescription_issue_select or next(filter(None, inside), "")


def _listed(results: Sequence[ResultOfQualificationConfirmation]) -> ResultList | None:
    moved = tuple(replace(each, prescription_issue_select="") for each in results)
    return ResultList(result_of_qualification_confirmation=moved) if moved else None


def session_number(reference: str) -> str:
    """In the file; one that an approved component made may be anything, and is left out then."""
    return reference if _IDENTIFIER.fullmatch(reference) else ""


def _with_consents(
    results: list[ResultOfQualificationConfirmation], answered: Answered
) -> tuple[ResultOfQualificationConfirmation, ...]:
    """On each insurance; on 医療扶助 only where there is nothing else."""
    is_insured = not all(_is_welfare(each) for each in results)
    return tuple(
        each if is_insured and _is_welfare(each) else _filled(each, answered.consents)
        for each in results
    )


def _is_welfare(result: ResultOfQualificationConfirmation) -> bool:
    return result.insured_card_classification == InsuredCardClassification.WELFARE.value


def _flags(consent: Consent) -> dict[str, str]:
    """Its elements; without times if nothing was agreed to."""
    name = _FLAGS[consent.item]
    flags = {f"{name}_cons_flg": str(int(consent.state))}
    if consent.state in (State.GIVEN, State.EXPIRED) and consent.given_at:
        flags[f"{name}_cons_time"] = time_digits(consent.given_at)
        if consent.ends_at and consent.item is not Item.SPECIFIED_DISEASE:  # that one has none
            flags[f"{name}_available_time"] = time_digits(consent.ends_at)
    return flags


def _filled(
    result: ResultOfQualificationConfirmation, consents: Consents
) -> ResultOfQualificationConfirmation:
    """A consent of which the centre has written the flag stays as that is."""
    flags: dict[str, Any] = {}
    for consent in consents.items:
        if not getattr(result, f"{_FLAGS[consent.item]}_cons_flg"):
            flags |= _flags(consent)
    return replace(result, **flags)
