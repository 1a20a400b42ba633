"""The end of a visit that knows its patient: the clinic's own number of them, from its map.

The visit waits half a second at most, and goes on without a number if the map does not answer.
"""

import logging
from dataclasses import replace

from kazashi.reception.course import Course
from kazashi.reception.in_time import in_time
from kazashi.reception.numbers.patient import Expected, FoundPatient, PatientNumbers
from kazashi.reception.visit import Visit

logger = logging.getLogger(__name__)

_WAIT_S = 0.5
_WELFARE = "A1"  # InsuredCardClassification, OQSCD010: 医療扶助


def find_number(course: Course) -> None:
    """Whose visit it is, by 照会番号 and by a certificate whose key has proved it."""
    numbers, visit = course.place.numbers, course.visit
    references = _references(visit)
    certificate = visit.certificate_sha256 if visit.proof.is_of_certificate else ""
    if numbers is None or not (references or certificate):
        return
    course.begin("patient number")
    try:
        found = in_time(lambda _end: _look(numbers, references, certificate, visit), _WAIT_S)
    except Exception as error:  # of any map; its words may be a patient's
        why = "late" if isinstance(error, TimeoutError) else type(error).__name__
        logger.error("patient number: %s", why)
        course.note("patient number", error=why)
    else:
        visit.patient = replace(found, missing=_missing(found, visit))


def _look(
    numbers: PatientNumbers, references: tuple[str, ...], certificate: str, visit: Visit
) -> FoundPatient:
    found = numbers.of(references, certificate)
    if certificate and found.is_to_decide:
        numbers.offer(references, certificate, visit.number, is_test=visit.is_test)
    return found


def _references(visit: Visit) -> tuple[str, ...]:
    """照会番号 of the centre's answer."""
    insurance = visit.eligibility.insurance if visit.eligibility else ()
    found = (each.get("ReferenceNumber", "").strip() for each in insurance)
    return tuple(dict.fromkeys(each for each in found if each))


def _missing(found: FoundPatient, visit: Visit) -> tuple[Expected, ...]:
    """What is expected of the patient, and the centre's answer has nothing of."""
    insurance = visit.eligibility.insurance if visit.eligibility else ()
    has = {
        Expected.WELFARE: any(
            each.get("InsuredCardClassification") == _WELFARE for each in insurance
        ),
        Expected.SUBSIDY: bool(visit.identity and visit.identity.subsidies),
    }
    return tuple(each for each in found.expects if not has[each])
