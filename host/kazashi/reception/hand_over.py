"""The end of a visit that the centre has answered: its result goes to the reception computer."""

from kazashi.reception.on_reader import Patient
from kazashi.reception.results import Answered, take
from kazashi.reception.texts import Message


def hand_over(patient: Patient) -> None:
    """Keep and tell what came of it. A failure ends no visit."""
    results, visit = patient.place.results, patient.visit
    answered = _answered(patient)
    if results is None or answered is None:
        return
    patient.begin("result")
    visit.files, troubles, facts = take(results, answered)
    patient.note_each("result", facts)
    for trouble in troubles:
        patient.tell(Message.of(trouble))


def _answered(patient: Patient) -> Answered | None:
    """The centre's last answer; None: there is none, or it asked for something first."""
    visit, refused = patient.visit, patient.refused_paper
    identity = visit.identity
    if refused and not visit.is_covered:
        return Answered(refused, by_card=False, is_test=visit.is_test or refused.is_simulated)
    answer = visit.eligibility
    if answer is None and identity and identity.is_registered:
        answer = identity.final
    if answer is None:
        return None
    return Answered(
        answer,
        visit.consents,
        visit.prescription,
        by_card=visit.token is not None,
        message=identity.message if identity else "",
        is_test=visit.is_test or answer.is_simulated,
    )
