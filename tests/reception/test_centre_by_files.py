"""A reception whose centre answers by files: for certificates alone, and in minutes."""

from datetime import date
from threading import Event

import pytest

from kazashi.errors import Cancelled
from kazashi.oqs import exchange
from kazashi.oqs.centre import FileCentre
from kazashi.oqs.exchange import Exchange, Terminal
from kazashi.oqs.ledger import Ledger
from kazashi.oqs.publish import Folder
from kazashi.reception.centre import Standing
from kazashi.reception.fallback import Answer
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.reception.people import AskCertificate, AskFallback
from kazashi.reception.rules import Way
from kazashi.reception.visit import Outcome, Reason
from oqs_terminal import PERSON, PlayedTerminal, says
from reception_desk import in_turn

PAPER = CertificatePaper(
    "39139993", "", "00012345", "", date(1948, 8, 11), "後期　六子", date(2099, 1, 1)
)


def shows_paper():
    answers = in_turn(Answer.NO, Answer.CERTIFICATE)
    return {AskFallback: answers, AskCertificate: PAPER}


@pytest.fixture
def terminal(tmp_path, monkeypatch):
    monkeypatch.setattr(exchange, "_LOOK_S", 0.02)
    for name in ("req", "res"):
        (tmp_path / name).mkdir()
    return Terminal(Folder(tmp_path / "req", tmp_path / "staging"), tmp_path / "res")


@pytest.fixture
def centre(terminal, tmp_path):
    return FileCentre(Exchange(terminal, "1319999996", Ledger(tmp_path / "asked")))


def test_a_card_is_identified_and_nothing_is_asked_about_it(counter, centre, terminal):
    counter.lay()
    visit = counter.check_in(Way.PIN, centre=centre)
    assert (visit.outcome, visit.why) == (Outcome.IDENTIFIED, Reason.NO_CENTRE)
    assert list(terminal.requests.path.iterdir()) == []


def test_a_certificate_is_checked_in_by_its_answer(counter, centre, terminal):
    with PlayedTerminal(terminal.requests.path, terminal.responses, says()):
        visit = counter.check_in(None, shows_paper(), centre=centre)
    assert visit.outcome is Outcome.CHECKED_IN
    assert visit.eligibility.insurance == (PERSON,)


class Results:
    """Keeps what it was handed."""

    def __init__(self):
        self.taken = []

    def take(self, answered):
        self.taken.append(answered)
        return (), ()


@pytest.mark.parametrize("standing", [each for each in Standing if not each.is_covered])
def test_a_certificate_that_is_no_coverage_is_handed_over_with_all_that_the_centre_wrote(
    counter, centre, terminal, standing
):
    results = Results()
    play = says(QualificationValidity=str(int(standing)))
    with PlayedTerminal(terminal.requests.path, terminal.responses, play):
        visit = counter.check_in(None, shows_paper(), centre=centre, results=results)
    assert (visit.outcome, visit.eligibility) == (Outcome.FELL_BACK, None)
    (answered,) = results.taken
    assert (answered.answer.standing, answered.answer.insurance) == (standing, (PERSON,))
    searched = "MessageBody/QualificationConfirmSearchInfo/InsuredIdentificationNumber"
    assert answered.answer.rest[searched] == PAPER.number
    assert not answered.by_card


def test_a_wait_for_an_answer_is_cancelled_with_its_visit(counter, centre, terminal):
    cancel = Event()
    reception = counter.reception(centre=centre)
    people = counter.expect(shows_paper())
    play = PlayedTerminal(terminal.requests.path, terminal.responses, lambda *_: cancel.set())
    with play, pytest.raises(Cancelled):
        reception.check_in_without_card(people, cancel=cancel)
    assert len(play.requests) == 1
