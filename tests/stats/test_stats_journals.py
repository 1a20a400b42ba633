"""What is counted of journals: who confirmed, who did not, and who they are not told to be."""

from datetime import UTC, datetime

import pytest

from kazashi.reception.journal import Journal
from kazashi.reception.persons import Persons
from kazashi.reports import SIMULATED_SERIAL
from kazashi.stats.confirmations import counted
from kazashi.stats.counts import By
from kazashi.stats.figures import figures
from kazashi.stats.journals import JournalReader
from kazashi.stats.rates import Count, Rate
from kept import Clock

ANNA, BEN = "a" * 64, "b" * 64  # certificates


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "journal.db", Clock()) as journal:
        yield journal


def checked_in(journal, certificate=ANNA, outcome="checked_in", reader="usb:1", **facts):
    """A visit with a card, and what the centre said."""
    visit = journal.begin("desk", reader)
    visit.step("certificate", certificate_sha256=certificate, token="card", validity="normal")
    if outcome == "checked_in":
        visit.step("eligibility", eligibility="valid", reference="r1", **facts)
    visit.end(outcome)
    return visit.id


def counts_of(tmp_path, *, with_tests=False):
    reader = JournalReader(Persons(bytes(32)), with_tests)
    found = counted(reader.confirmations(tmp_path / "journal.db", "a"))
    sums = dict.fromkeys(Count, 0)
    for cell in found.counts.cells.values():
        for count, number in cell.items():
            sums[count] += number
    return found, reader, sums


def test_a_confirmation_counts_cases_and_a_person_once_a_month(tmp_path, journal):
    for certificate in (ANNA, ANNA, BEN):
        checked_in(journal, certificate)
    found, _, sums = counts_of(tmp_path)
    assert (sums[Count.CARD_CONFIRMATIONS], sums[Count.CONFIRMATIONS]) == (3, 3)
    assert (sums[Count.CARD_PERSONS], sums[Count.CARD_USERS]) == (2, 2)
    assert found.by_certificate == 2


def test_a_paper_is_a_confirmation_without_the_card(tmp_path, journal):
    checked_in(journal)
    visit = journal.begin("desk", "usb:1")
    visit.step("certificate", certificate_sha256=BEN, token="card", validity="normal")
    visit.step("fall-back", fallback="certificate")
    visit.step("eligibility", eligibility="valid", reference="r2")
    visit.end("checked_in")
    found, _, _ = counts_of(tmp_path)
    (figure,) = figures(found.counts, Rate.CONFIRMATIONS, [By.MONTH])
    assert (figure.group, str(figure.quotient.percent)) == (("2026-11",), "50.00")


@pytest.mark.parametrize(
    "outcome", ["interrupted", "face_only", "seen_by_staff", "fell_back", "invalid", "not_answered"]
)
def test_what_did_not_end_with_the_centres_word_is_no_confirmation(tmp_path, journal, outcome):
    checked_in(journal, outcome=outcome)
    journal.begin("desk", "usb:1")  # cancelled, or running still
    assert not any(counts_of(tmp_path)[2].values())


def test_tests_and_simulated_readers_are_left_out_unless_asked_for(tmp_path, journal):
    checked_in(journal, is_test=True)
    checked_in(journal, reader=f"usb:{SIMULATED_SERIAL}")
    _, reader, sums = counts_of(tmp_path)
    assert not any(sums.values())
    assert reader.tests == 2
    assert counts_of(tmp_path, with_tests=True)[2][Count.CONFIRMATIONS] == 2


def test_a_consent_and_an_answer_while_care_goes_on_count_for_nothing(tmp_path, journal):
    number = checked_in(journal)
    before = counts_of(tmp_path)[2]
    again = journal.begin("care", f"visit {number}")
    again.steps("consent", [{"item": "medicines", "state": "given"}] * 3)
    again.step("eligibility", eligibility="valid", reference="r1")
    again.end("checked_in")
    assert counts_of(tmp_path)[2] == before


def test_a_person_held_counts_when_the_centre_has_answered(tmp_path, journal):
    number = checked_in(journal, outcome="not_answered")
    assert not any(counts_of(tmp_path)[2].values())
    visit = journal.begin("desk", "usb:1")
    visit.step("certificate", certificate_sha256=BEN, token="card", validity="normal")
    visit.end("held", why="centre_down")
    assert not any(counts_of(tmp_path)[2].values())
    later = journal.begin("held", f"held {visit.id}")
    later.step("eligibility", eligibility="valid", reference="r2")
    later.end("checked_in")
    sums = counts_of(tmp_path)[2]
    assert (sums[Count.CARD_CONFIRMATIONS], sums[Count.CARD_PERSONS]) == (1, 1)
    assert number != visit.id


@pytest.mark.parametrize(("why", "by_card"), [("centre_down", 1), ("no_answer", 0)])
def test_who_is_held_counts_by_the_card_unless_a_paper_is_to_be_asked_about(
    tmp_path, journal, why, by_card
):
    visit = journal.begin("desk", "usb:1")
    visit.step("certificate", certificate_sha256=BEN, token="card", validity="normal")
    visit.step("fall-back", fallback="certificate")
    visit.end("held", why=why)
    answered(journal, visit.id)
    sums = counts_of(tmp_path)[2]
    assert (sums[Count.CONFIRMATIONS], sums[Count.CARD_CONFIRMATIONS]) == (1, by_card)


def test_an_answer_about_a_person_of_a_test_is_of_a_test(tmp_path, journal):
    visit = journal.begin("desk", "usb:1")
    visit.end("held", why="centre_down", is_test=True)
    answered(journal, visit.id)
    _, reader, sums = counts_of(tmp_path)
    assert (reader.tests, sums[Count.CONFIRMATIONS]) == (1, 0)


def answered(journal, visit):
    """The centre has answered about whom that visit held."""
    later = journal.begin("held", f"held {visit}")
    later.step("eligibility", eligibility="valid", reference="r2")
    later.end("checked_in")


def test_an_answer_about_a_person_held_at_another_computer_counts_by_what_it_tells(
    tmp_path, journal
):
    later = journal.begin("held", "held 00000000-0000-4000-8000-000000000001/7")
    later.step("eligibility", eligibility="valid", reference="r2", certificate_sha256=BEN)
    later.end("checked_in")
    sums = counts_of(tmp_path)[2]
    assert (sums[Count.CARD_CONFIRMATIONS], sums[Count.CARD_PERSONS]) == (1, 1)


def test_a_visit_belongs_to_japans_month(tmp_path, journal):
    journal._now.at = datetime(2026, 11, 30, 15, tzinfo=UTC)  # midnight in Japan
    checked_in(journal)
    found, _, _ = counts_of(tmp_path)
    assert [cell.month for cell in found.counts.cells] == ["2026-12"]


def test_a_person_whose_insurance_is_known_keeps_to_one_with_a_new_card(tmp_path, journal):
    checked_in(journal, ANNA, person="1" * 64, age="75-79", insurer="elderly")
    checked_in(journal, BEN, person="1" * 64, age="75-79", insurer="elderly")
    checked_in(journal, BEN)  # once the centre told less: known by that card
    found, _, sums = counts_of(tmp_path)
    assert (sums[Count.CARD_PERSONS], found.by_certificate) == (1, 0)
    shown = figures(found.counts, Rate.CONFIRMATIONS, [By.AGE, By.INSURER])
    assert [each.group for each in shown] == [("75-79", "elderly"), ("unknown", "unknown")]
