"""A patient whom no card helps: the official fall-backs, asked one after the other."""

from kazashi.reception.desk import AskCertificate, AskFallback
from kazashi.reception.eligibility import Centre
from kazashi.reception.fallback import FIRST, Step, after
from kazashi.reception.fallback import Outcome as FallbackOutcome
from kazashi.reception.inquiry import ask_centre
from kazashi.reception.patient import Patient
from kazashi.reception.visit import Outcome


def fall_back(patient: Patient, centre: Centre) -> None:
    """Walk the fall-backs to their outcome; where nobody answers, it stays as it was."""
    step: Step | FallbackOutcome = FIRST
    while isinstance(step, Step):
        answer = patient.ask(AskFallback(step))
        if answer is None or answer not in step.answers:
            return
        step = after(step, answer)
    patient.visit.fallback = step
    patient.visit.outcome = Outcome.FELL_BACK
    patient.note("fall-back", fallback=step)
    patient.tell(step.label)
    if step is FallbackOutcome.CERTIFICATE:
        paper = patient.ask(AskCertificate())
        if paper is not None:
            ask_centre(patient, centre, paper)
