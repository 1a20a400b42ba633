"""XmlMsg: the root of every file, its header and its body.

Requests, answers to them, face results and answers about many people at once are one declaration:
what a file does not have is left out.
"""

from dataclasses import dataclass, field

from kazashi.oqs.encoding import Encoding, Missing, decode, encode, fitted
from kazashi.oqs.errors import OqsUnreadable, Unread
from kazashi.oqs.layout import (
    Element,
    Text1,
    Text2,
    Text6,
    Text8,
    Text10,
    Text14,
    Text20,
    Text50,
    Text400,
)
from kazashi.oqs.result import ResultOfQualificationConfirmation
from kazashi.oqs.xml import parse, written

MOST = 4 * 1024 * 1024  # bytes of a file: other readers take no more

ROOT = "XmlMsg"


class MessageHeader(Element):
    """Who asked, when, and how it went on the whole."""

    process_execution_time: Text14 = ""
    qualification_confirmation_date: Text8 = ""
    medical_institution_code: Text10 = ""
    arbitrary_file_identifier: Text50 = ""  # [U]
    reception_number: Text50 = ""  # [U]; of two steps
    reference_classification: Text1 = ""  # OQSCD002
    segment_of_result: Text1 = ""  # OQSCD003
    error_code: Text20 = ""  # [U]
    error_message: Text400 = ""  # [U]
    number_of_processing_result: Text8 = ""
    number_of_normal_processing: Text8 = ""
    number_of_error: Text8 = ""
    character_code_identifier: Text1 = ""


class QualificationConfirmSearchInfo(Element):
    """What a request asks about: a certificate, or in two steps a month or days."""

    insurer_number: Text8 = ""  # padded with blanks from the left
    insured_card_symbol: Text20 = ""
    insured_identification_number: Text20 = ""
    insured_branch_number: Text2 = ""
    birthdate: Text8 = ""
    limit_application_certificate_related_cons_flg: Text1 = ""  # OQSCD001
    arbitrary_identifier: Text50 = ""  # of the person
    medical_treatment_month: Text6 = ""
    consent_date_from: Text8 = ""
    consent_date_to: Text8 = ""
    examination_date_from: Text8 = ""
    examination_date_to: Text8 = ""
    medical_treatment_flag: Text1 = ""  # OQSCD028


class ReferenceNumberRegistrationInfo(Element):
    """照会番号, the clinic's own number of a patient, for one insurance."""

    reference_number: Text50 = ""
    insurer_number: Text8 = ""
    insured_card_symbol: Text20 = ""
    insured_identification_number: Text20 = ""
    insured_branch_number: Text2 = ""


class ResultList(Element):
    """All that was found of one person."""

    result_of_qualification_confirmation: tuple[ResultOfQualificationConfirmation, ...] = ()


class BulkConfirmUnit(Element):
    """One person of an answer about many."""

    qualification_confirm_search_info: QualificationConfirmSearchInfo | None = None
    processing_result_status: Text1 = ""  # OQSCD004
    processing_result_code: Text20 = ""  # [U]
    processing_result_message: Text400 = ""  # [U]
    qualification_validity: Text1 = ""  # OQSCD006
    result_of_qualification_confirmation: tuple[ResultOfQualificationConfirmation, ...] = ()
    reference_number: Text50 = ""


class BulkRegistrationUnit(Element):
    """One 照会番号 of an answer about many."""

    reference_number_registration_info: ReferenceNumberRegistrationInfo | None = None
    processing_result_status: Text1 = ""
    processing_result_code: Text20 = ""
    processing_result_message: Text400 = ""


class MessageBody(Element):
    """The question, or the answer."""

    reception_number: Text50 = ""  # [U]; of two steps
    prescription_issue_select: Text1 = ""  # OQSCD017
    processing_result_status: Text1 = ""  # OQSCD004
    processing_result_code: Text20 = ""  # [U]
    processing_result_message: Text400 = ""  # [U]
    qualification_validity: Text1 = ""  # OQSCD006
    qualification_confirm_search_info: QualificationConfirmSearchInfo | None = None
    reference_number_registration_info: ReferenceNumberRegistrationInfo | None = None
    result_list: ResultList | None = None
    bulk_confirm_unit: tuple[BulkConfirmUnit, ...] = ()
    bulk_registration_unit: tuple[BulkRegistrationUnit, ...] = ()

    @property
    def results(self) -> tuple[ResultOfQualificationConfirmation, ...]:
        """None at QualificationValidity 4 and 5: there is no list at all."""
        return self.result_list.result_of_qualification_confirmation if self.result_list else ()


class XmlMsg(Element):
    """The root. An answer that ended abnormally has no body."""

    message_header: MessageHeader
    message_body: MessageBody | None = None


@dataclass(frozen=True)
class Written:
    """`data`: of a file. `replaced`: elements and their letters that became ●."""

    data: bytes = field(repr=False)
    replaced: tuple[tuple[str, str], ...] = ()


def read(data: bytes, most: int = MOST) -> XmlMsg:
    """What stands in a file.

    Raises:
        OqsUnreadable: it is no such file.
    """
    if len(data) > most:
        raise OqsUnreadable(Unread.TOO_LARGE)
    text, _ = decode(data)
    root = parse(text)
    if root.name != ROOT:
        raise OqsUnreadable(Unread.OTHER_ROOT)
    return XmlMsg.read(root)


def write(message: XmlMsg, encoding: Encoding, missing: Missing = Missing.REFUSE) -> Written:
    """A file that says it.

    Raises:
        OqsUnwritable: `encoding` lacks a letter, and it is not to be replaced.
    """
    replaced: list[tuple[str, str]] = []

    def fit(element: str, text: str) -> str:
        fitting, letters = fitted(text, element, encoding, missing)
        replaced.extend((element, letter) for letter in letters)
        return fitting

    return Written(encode(written(message.node(ROOT, fit)), encoding), tuple(replaced))
