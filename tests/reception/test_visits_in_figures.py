"""Whole visits, as figures count them afterwards. All are tests, and counted as such."""

from datetime import date

import pytest

from kazashi.cards.surface import FourItems, Sex
from kazashi.reception.centre import CentreUnreachable, Standing
from kazashi.reception.fallback import Answer, Step
from kazashi.reception.outage import ask_held
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.reception.people import AskCertificate, AskFallback, AskFourItems, AskPin
from kazashi.reception.persons import Persons
from kazashi.reception.rules import Way
from kazashi.stats.confirmations import counted
from kazashi.stats.journals import JournalReader
from kazashi.stats.rates import Count
from kazashi.testing.centre import SimulatedCentre

PERSONS = Persons(bytes(32))
ITEMS = FourItems("仮名 花子", "東京都架空区1-2-3", date(1985, 4, 3), Sex.FEMALE)
PAPER = CertificatePaper(
    *("01130012", "", "1234", "00", date(1950, 4, 3)), name="仮名 三郎", expires=date.max
)
NO_CARD = {Step.CARD: Answer.NO, Step.CERTIFICATE_NO_CARD: Answer.CERTIFICATE}
NOTICE = {Step.CARD: Answer.YES, Step.PORTAL: Answer.NO, Step.NOTICE: Answer.YES}
INSURED = {
    "InsurerNumber": "01160001",
    "InsuredIdentificationNumber": "567",
    "Birthdate": "19850403",
}


def along(path):
    return lambda question: path.get(question.step)


def sums(counter):
    reader = JournalReader(PERSONS, with_tests=True)
    found = counted(reader.confirmations(counter.path, "a"))
    total = dict.fromkeys(Count, 0)
    for cell in found.counts.cells.values():
        for count, number in cell.items():
            total[count] += number
    return total[Count.CARD_CONFIRMATIONS], total[Count.CONFIRMATIONS], total[Count.CARD_PERSONS]


def by_certificate(counter):
    reader = JournalReader(PERSONS, with_tests=True)
    return counted(reader.confirmations(counter.path, "a")).by_certificate


def test_a_card_that_is_shown_twice_is_two_confirmations_of_one_person(counter):
    counter.lay()
    for _ in range(2):
        counter.check_in(Way.PIN)
    assert sums(counter) == (2, 2, 1)
    assert by_certificate(counter) == 1


def test_with_a_key_the_person_is_known_by_the_insurance(counter):
    centre = SimulatedCentre(insurance=(INSURED,))
    for _ in range(2):
        counter.lay()
        counter.check_in(Way.PIN, centre=centre, persons=PERSONS)
    assert sums(counter) == (2, 2, 1)
    assert by_certificate(counter) == 0


def test_a_paper_that_the_centre_knows_is_a_confirmation_without_the_card(counter):
    counter.check_in(None, {AskFallback: along(NO_CARD), AskCertificate: PAPER})
    assert sums(counter) == (0, 1, 0)


def test_a_paper_after_a_card_that_failed_is_none_of_the_card(counter):
    counter.lay()
    answers = {AskPin: None, AskFallback: along(NO_CARD), AskCertificate: PAPER}
    counter.check_in(Way.PIN, answers)
    assert sums(counter) == (0, 1, 0)


def test_a_notice_is_no_confirmation(counter):
    counter.check_in(None, {AskFallback: along(NOTICE)})
    assert sums(counter) == (0, 0, 0)


@pytest.mark.parametrize("centre", [SimulatedCentre(standing=Standing.NONE), False])
def test_a_card_without_coverage_or_centre_is_no_confirmation(counter, centre):
    counter.lay()
    counter.check_in(Way.PIN, centre=centre)
    assert sums(counter) == (0, 0, 0)


def test_a_person_held_is_a_confirmation_with_the_card_once_the_centre_answers(counter):
    counter.lay()
    down = SimulatedCentre(fails=[CentreUnreachable()] * 2)
    counter.check_in(Way.PIN, {AskFourItems: ITEMS}, centre=down)
    assert sums(counter) == (0, 0, 0)
    answer = SimulatedCentre(insurance=(INSURED,))
    assert len(list(ask_held(counter.journal, answer, is_test=True, persons=PERSONS))) == 1
    assert sums(counter) == (1, 1, 1)
    assert by_certificate(counter) == 0
