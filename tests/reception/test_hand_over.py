"""The centre's answer goes to the reception computer at the end of a visit, come what may."""

from datetime import date

import pytest

from kazashi.oqs.errors import Block, OqsUnpublished
from kazashi.reception.care import ask_again
from kazashi.reception.centre import CentreUnreachable, Standing
from kazashi.reception.fallback import Answer
from kazashi.reception.journal import NoResultFile
from kazashi.reception.outage import ask_held
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.reception.people import AskCertificate, AskFallback
from kazashi.reception.results import ResultFile
from kazashi.reception.rules import Item, Prescription, State, Way
from kazashi.reception.visit import Outcome
from reception_desk import NO_CENTRE, Listening

PAPER = CertificatePaper(
    "39139993", "", "00012345", "", date(1948, 8, 11), "後期　六子", date(2099, 1, 1)
)
FILE = ResultFile("OQSsiquc01res_face_13199999960_20261129093015.xml", "00" * 32)


class Results:
    """Keeps what it was handed; then does as it is told."""

    def __init__(self, does=lambda: ((FILE,), ()), steps=list):
        """`steps`: what the journal has; it is looked at when it has decided."""
        self.taken, self.settled, self._does, self.steps = [], [], does, steps

    def take(self, answered):
        self.taken.append(answered)
        return self._does()

    def prepare(self, answered):
        files, self.troubles = self.take(answered)
        self.names = [each.name for each in files]
        self.unkept = []
        return self

    def settle(self):
        self.settled.append(self.steps())


class Unkept(Results):
    """Its files get onto no disk."""

    def prepare(self, answered):
        super().prepare(answered).unkept = [OqsUnpublished(__file__, Block.NO_FOLDER)]
        return self


def late():
    return (), (OqsUnpublished(__file__, Block.SLOW),)


def crash():
    raise RuntimeError("山田 太郎")


def test_the_answer_is_handed_over_with_what_the_patient_answered(counter):
    counter.lay()
    results = Results()
    visit = counter.check_in(Way.PIN, results=results)
    (answered,) = results.taken
    assert answered.answer is visit.eligibility
    assert answered.consents == visit.consents
    assert (answered.prescription, answered.by_card, answered.is_test) == (
        *(Prescription.PAPER, True, True),
    )
    assert visit.files == (FILE,)
    assert counter.steps("result") == [{"file": FILE.name}]


@pytest.mark.parametrize("does", [late, crash])
def test_a_result_that_cannot_be_handed_over_ends_no_visit(counter, does, caplog):
    counter.lay()
    visit = counter.check_in(Way.PIN, results=Results(does))
    assert (visit.outcome, visit.files) == (Outcome.CHECKED_IN, ())
    (facts,) = counter.steps("result")
    assert facts == {"error": "OqsUnpublished" if does is late else "RuntimeError"}
    assert counter.people.heard("has not reached the reception computer") == (does is late)
    assert "山田" not in caplog.text


def test_the_files_are_there_before_anybody_is_told_of_the_end(counter):
    counter.lay()
    people, told = counter.expect(), []
    reception = counter.reception(results=Results())
    reception.check_in(people, Way.PIN, keep=lambda visit: told.append(visit.files))
    assert told == [(FILE,)]


@pytest.mark.parametrize("standing", [each for each in Standing if not each.is_covered])
def test_an_answer_that_is_no_coverage_is_handed_over_too(counter, standing):
    counter.lay()
    results = Results()
    counter.check_in(Way.PIN, centre=Listening(standing), results=results)
    (answered,) = results.taken
    assert answered.answer.standing is standing
    assert answered.by_card


def test_of_a_card_and_a_certificate_that_are_no_coverage_the_last_answer_is_handed_over(counter):
    counter.lay()
    results, centre = Results(), Listening(Standing.INVALID)
    answers = {
        AskFallback: lambda asked: (
            Answer.CERTIFICATE if Answer.CERTIFICATE in asked.step.answers else Answer.NO
        ),
        AskCertificate: PAPER,
    }
    counter.check_in(Way.PIN, answers, centre=centre, results=results)
    (answered,) = results.taken
    assert len(centre.asked) == 2
    assert answered.answer.standing is Standing.INVALID
    assert not answered.by_card


@pytest.mark.parametrize(
    "setting",
    [
        {"centre": NO_CENTRE},
        {"centre": Listening(fails=[CentreUnreachable()])},
        {"centre": Listening(Standing.NONE, registered=Standing.VALID)},
    ],
    ids=["no centre", "down", "not registered"],
)
def test_without_an_answer_nothing_is_handed_over(counter, setting):
    counter.lay()
    results = Results()
    counter.check_in(Way.PIN, results=results, **setting)
    assert results.taken == []


def test_the_answer_about_a_person_held_is_handed_over_when_it_comes(counter):
    counter.lay()
    counter.check_in(Way.PIN, centre=Listening(fails=[CentreUnreachable()]))
    results = Results(steps=lambda: counter.steps("result"))
    ((held, answer),) = ask_held(counter.journal, Listening(), is_test=True, results=results)
    (answered,) = results.taken
    assert answered.answer is answer
    assert answered.by_card
    assert answered.is_test
    assert held.visit == 1
    assert results.settled == [[{"file": FILE.name}]]


def test_an_answer_that_is_not_kept_is_settled_too_and_asked_for_again(counter):
    counter.lay()
    counter.check_in(Way.PIN, centre=Listening(fails=[CentreUnreachable()]))
    results = Results(steps=lambda: counter.steps("result"))
    asking = ask_held(counter.journal, Listening(), is_test=True, results=results)
    next(asking)
    asking.close()
    assert results.settled == [[]]
    assert len(list(ask_held(counter.journal, Listening(), is_test=True, results=results))) == 1
    assert results.settled == [[], [{"file": FILE.name}]]


def test_a_result_that_cannot_be_prepared_keeps_no_answer_from_the_journal(counter):
    counter.lay()
    counter.check_in(Way.PIN, centre=Listening(fails=[CentreUnreachable()]))
    results = Results(crash)
    assert len(list(ask_held(counter.journal, Listening(), is_test=True, results=results))) == 1
    assert counter.steps("result") == [{"error": "RuntimeError"}]
    assert counter.journal.held() == []


def test_whose_result_is_on_no_disk_stays_held_and_the_reason_is_told(counter):
    counter.lay()
    counter.check_in(Way.PIN, centre=Listening(fails=[CentreUnreachable()]))
    results = Unkept(steps=lambda: counter.steps("result"))
    ((_, error),) = ask_held(counter.journal, Listening(), is_test=True, results=results)
    assert isinstance(error, NoResultFile)
    assert [each.block for each in error.reasons] == [Block.NO_FOLDER]
    assert (len(counter.journal.held()), results.settled) == (1, [[]])
    later = ask_held(counter.journal, Listening(), is_test=True, results=Results())
    assert len(list(later)) == 1  # no other program has claimed them
    assert counter.steps("result") == [{"file": FILE.name}]


def test_a_simulated_answer_about_a_real_person_held_is_not_handed_over(counter):
    counter.lay()
    counter.check_in(Way.PIN, centre=Listening(fails=[CentreUnreachable()]))
    results = Results()
    assert list(ask_held(counter.journal, Listening(), results=results)) == []
    assert results.taken == []


def test_at_home_each_answer_is_handed_over_under_the_consent_that_goes_on(counter):
    counter.lay()
    counter.check_in(Way.PIN, profile="home")
    results = Results()
    ask_again(counter.journal, Listening(), 1, is_test=True, results=results)
    (answered,) = results.taken
    assert answered.consents.state(Item.MEDICATION) is State.GIVEN
    assert all(each.ends_at is None for each in answered.consents.items)
    assert answered.is_test
