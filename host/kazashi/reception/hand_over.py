"""The end of a visit that the centre has answered: its result goes to the reception computer."""

from kazashi.reception.course import Course
from kazashi.reception.results import Answered, take
from kazashi.reception.texts import Message
from kazashi.reception.visit import Visit


def hand_over(course: Course) -> None:
    """Keep and tell what came of it. A failure ends no visit."""
    results, visit = course.place.results, course.visit
    answered = _answered(visit)
    if results is None or answered is None:
        return
    course.begin("result")
    visit.files, troubles, facts = take(results, answered)
    course.note_each("result", facts)
    for trouble in troubles:
        course.tell(Message.of(trouble))


def _answered(visit: Visit) -> Answered | None:
    """None: the centre has not answered, or asked for something first."""
    identity = visit.identity
    answer = visit.eligibility
    if answer is None:
        if identity is None or not identity.is_registered or identity.standing.is_covered:
            return None
        return Answered(
            identity,
            message=identity.message,
            is_test=visit.is_test or identity.is_simulated,
        )
    return Answered(
        answer,
        visit.consents,
        visit.prescription,
        by_card=visit.token is not None,
        message=identity.message if identity else "",
        is_test=visit.is_test or answer.is_simulated,
    )
