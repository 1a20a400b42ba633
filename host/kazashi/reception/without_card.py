"""A patient whom no card helps: the official fall-backs, asked one after the other."""

from kazashi.reception.desk import AskCertificate, AskFallback
from kazashi.reception.fallback import FIRST, Step, after
from kazashi.reception.fallback import Outcome as FallbackOutcome
from kazashi.reception.inquiry import ask_centre
from kazashi.reception.patient import Patient
from kazashi.reception.visit import Outcome


def fall_back(patient: Patient) -> None:
    """Walk the fall-backs to their end; where nobody answers, the visit stays as it was.

    The card is out of it from the start: it may be somebody else's.
    """
    patient.let_go()
    step: Step | FallbackOutcome = FIRST
    while isinstance(step, Step):
        answer = patient.ask(AskFallback(step))
        if answer is None:
            return
        step = after(step, answer)
    visit = patient.visit
    if visit.outcome is not Outcome.CHECKED_IN:  # known, and not insured, is known
        visit.refused, visit.outcome = visit.outcome, Outcome.FELL_BACK
        visit.disown_card()
    visit.fallback = step
    patient.note("fall-back", fallback=step)
    patient.tell(step.label)
    if step is FallbackOutcome.CERTIFICATE:
        paper = patient.ask(AskCertificate())
        if paper is not None:
            ask_centre(patient, paper)
