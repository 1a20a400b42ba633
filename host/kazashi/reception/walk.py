"""A patient whom no card helps: the official fall-backs, asked one after the other."""

from kazashi.reception.centre import CentreError
from kazashi.reception.conversation import ask_about_paper
from kazashi.reception.fallback import FIRST, FIRST_OF_WELFARE, HINT, Answer, Basis, Step, after
from kazashi.reception.hold import hold
from kazashi.reception.japan import japan_today
from kazashi.reception.on_reader import Patient
from kazashi.reception.people import BACK, AskCertificate, AskFallback
from kazashi.reception.texts import Message
from kazashi.reception.visit import Failure, Outcome

_MOST_BACKS = 20  # steps back: a visit has an end
_KNOWN = (  # who the card says that it is
    *(Outcome.NOT_ANSWERED, Outcome.INVALID, Outcome.NONE_FOUND),
    *(Outcome.SEVERAL_FOUND, Outcome.WELFARE_UNREGISTERED, Outcome.NOT_REGISTERED),
)


def fall_back(patient: Patient) -> None:
    """Walk the fall-backs to their end; if there is no answer, the visit stays as it was.

    The card is released first: it may be somebody else's.
    """
    patient.let_go()
    patient.tell(HINT)
    is_welfare = patient.visit.outcome is Outcome.WELFARE_UNREGISTERED
    step = FIRST_OF_WELFARE if is_welfare else FIRST
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
    passed: list[Step] = []
    backs_left = _MOST_BACKS
    while True:
        can_go_back = bool(passed and backs_left)
        answer = patient.ask(AskFallback(step, can_go_back))
        if answer == BACK and can_go_back:
            step = passed.pop()
            backs_left -= 1
        elif answer is None or answer == BACK or answer not in step.answers:
            return None
        else:
            then = after(step, answer)
            if isinstance(then, Basis):
                return step, then
            passed.append(step)
            step = then


def _take(patient: Patient, basis: Basis) -> None:
    visit = patient.visit
    if not (visit.is_held or visit.outcome is Outcome.FELL_BACK):  # held: both, today and later
        visit.refused, visit.outcome = visit.outcome, Outcome.FELL_BACK
        if visit.refused not in _KNOWN:
            visit.way = None
            visit.disown_card()
    visit.fallback = basis
    patient.note("fall-back", fallback=basis)
    patient.tell(basis.message)


def _is_certificate_good(patient: Patient) -> bool:
    """False if it was not typed, has expired, or the centre has answered that there is none."""
    today = japan_today(patient.place.now())
    paper = patient.ask_checked(AskCertificate(), lambda paper: paper.checked(today))
    centre = patient.place.centre
    if paper is None:
        return False
    if centre is None:
        return True
    visit = patient.visit
    before = visit.eligibility
    try:
        ask_about_paper(patient, centre, paper)
    except Failure as failure:
        patient.refused_paper, visit.eligibility = visit.eligibility, before
        patient.tell(failure.message)
        return False
    except CentreError as error:
        patient.tell(Message.of(error))
        hold(patient, error)
    return True
