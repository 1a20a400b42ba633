"""A patient whom no card helps: the official fall-backs, asked one after the other."""

from kazashi.reception.desk import AskCertificate, AskFallback
from kazashi.reception.fallback import FIRST, Answer, Basis, Step, after
from kazashi.reception.inquiry import ask_centre
from kazashi.reception.japan import japan_today
from kazashi.reception.patient import Patient
from kazashi.reception.visit import Outcome


def fall_back(patient: Patient) -> None:
    """Walk the fall-backs to their end; where nobody answers, the visit stays as it was.

    The card is out of it from the start: it may be somebody else's.
    """
    patient.let_go()
    step = FIRST
    while (end := _walk(patient, step)) is not None:
        last, basis = end
        _take(patient, basis)
        if not basis.is_asked_online or _is_certificate_good(patient):
            return
        then = after(last, Answer.NOTHING)
        assert isinstance(then, Step)
        step = then


def _walk(patient: Patient, step: Step) -> tuple[Step, Basis] | None:
    """The last question, and where its answer has led; None: there was no answer."""
    while True:
        answer = patient.ask(AskFallback(step))
        if answer is None or answer not in step.answers:
            return None
        then = after(step, answer)
        if isinstance(then, Basis):
            return step, then
        step = then


def _take(patient: Patient, basis: Basis) -> None:
    visit = patient.visit
    if visit.outcome not in (Outcome.CHECKED_IN, Outcome.FELL_BACK):
        visit.refused, visit.outcome, visit.way = visit.outcome, Outcome.FELL_BACK, None
        visit.disown_card()
    visit.fallback = basis
    patient.note("fall-back", fallback=basis)
    patient.tell(basis.label)


def _is_certificate_good(patient: Patient) -> bool:
    """False if it was not typed, has expired, or the centre has answered that there is none."""
    today = japan_today(patient.place.now())
    paper = patient.ask_checked(AskCertificate(), lambda paper: paper.checked(today))
    if paper is None:
        return False
    before, patient.visit.eligibility = patient.visit.eligibility, None
    ask_centre(patient, paper)
    answer = patient.visit.eligibility
    patient.visit.eligibility = answer or before
    return answer is None or answer.standing.is_covered
