"""Whether a file answers a request, and what it says about that."""

from collections.abc import Iterator

from kazashi.oqs.codes import ProcessingResultStatus, SegmentOfResult
from kazashi.oqs.encoding import alike
from kazashi.oqs.layout import Element, slots
from kazashi.oqs.message import (
    MessageBody,
    QualificationConfirmSearchInfo,
    ReferenceNumberRegistrationInfo,
    XmlMsg,
)
from kazashi.reception.centre import CentreFailed
from kazashi.reception.insurers import insurer_number
from kazashi.visible import visible

_HALF = "incomplete"  # in place of a code
_LONGEST = 200  # characters of what a terminal says


def is_answer_to(request: XmlMsg, answer: XmlMsg) -> bool:
    """Its institution, identifier, and what it repeats of the request are the request's own, and
    the people in it were born on the day that was asked for.
    """
    asked, said = request.message_header, answer.message_header
    if (said.medical_institution_code, said.arbitrary_file_identifier) != (
        *(asked.medical_institution_code, asked.arbitrary_file_identifier),
    ):
        return False
    question, body = request.message_body, answer.message_body
    if question is None or body is None:
        return True
    return all(_repeats(question, body)) and _are_born(_birth(question), body)


def is_final(answer: XmlMsg) -> bool:
    """Whether it is a normal end; False: it is in process still (処理中).

    Raises:
        CentreFailed: it ended abnormally, the question was wrong, or a part is missing.
    """
    header, body = answer.message_header, answer.message_body
    if header.segment_of_result == SegmentOfResult.PROCESSING.value:
        return False
    if header.segment_of_result != SegmentOfResult.NORMAL.value:
        raise CentreFailed(shown(header.error_code or header.segment_of_result or _HALF))
    if body is None or not body.processing_result_status:
        raise CentreFailed(_HALF)
    if body.processing_result_status != ProcessingResultStatus.NORMAL.value:
        raise CentreFailed(shown(body.processing_result_code or body.processing_result_status))
    return True


def shown(said: str) -> str:
    """What a terminal says, whatever it is: one line that does no harm."""
    return visible(" ".join(said.split())[:_LONGEST])


def is_same(one: Element, other: Element) -> bool:
    """Whether all their texts are alike."""
    return all(
        comparable(one, slot.field) == comparable(other, slot.field) for slot in slots(type(one))
    )


def comparable(element: Element, field: str) -> str:
    """Its text, as it is compared with that of others: see `alike`, and `insurer_number`."""
    text: str = getattr(element, field)
    return insurer_number(text) if field == "insurer_number" else alike(text)


def insurance_in(info: ReferenceNumberRegistrationInfo) -> tuple[str, ...]:
    """For which insurance a number is registered, to be compared with others."""
    fields = (slot.field for slot in slots(type(info)))
    return tuple(comparable(info, each) for each in fields if each != "reference_number")


def _repeats(question: MessageBody, body: MessageBody) -> Iterator[bool]:
    """For each part of the request that the answer repeats, whether it is the same."""
    for asked, said in (
        (question.qualification_confirm_search_info, body.qualification_confirm_search_info),
        (question.reference_number_registration_info, body.reference_number_registration_info),
    ):
        if asked is not None and said is not None:
            yield from (
                comparable(asked, slot.field) == comparable(said, slot.field)
                for slot in slots(type(asked))
                if _is_repeated(asked, said, slot.field)
            )


def _is_repeated(asked: Element, said: Element, field: str) -> bool:
    """A branch number that was not known may be found by the centre."""
    is_search = isinstance(asked, QualificationConfirmSearchInfo)
    return bool(getattr(said, field)) and not (is_search and not getattr(asked, field))


def _birth(question: MessageBody) -> str:
    search = question.qualification_confirm_search_info
    return search.birthdate if search else ""


def _are_born(day: str, body: MessageBody) -> bool:
    """An answer about another person is recognised if it says a birth."""
    return all(each.birthdate in ("", day) for each in body.results) if day else True
