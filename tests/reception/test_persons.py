"""Persons by a keyed hash: what the journal keeps of them, and what it does not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.reception.ages import age_group
from kazashi.reception.centre import Eligibility, Standing
from kazashi.reception.configuration import Configuration
from kazashi.reception.insurers import InsurerKind, insurer_kind
from kazashi.reception.journal.facts import as_json
from kazashi.reception.persons import Persons, PersonsKeyUnusable, key_in
from kazashi.reception.rules import Way
from kazashi.testing import SimulatedCentre

TODAY = date(2026, 11, 29)
ELDERLY = {
    "InsurerNumber": "39160001",
    "InsuredIdentificationNumber": "00123456",
    "Birthdate": "19480401",
}
WORKER = {
    "InsurerNumber": "01160001",
    "InsuredCardSymbol": "１２・３４",
    "InsuredIdentificationNumber": "567",
    "InsuredBranchNumber": "01",
    "Birthdate": "19850403",
}
WELFARE = {
    "InsurerNumber": "12160001",
    "InsuredIdentificationNumber": "7",
    "Birthdate": "19850403",
}
PERSONS = Persons(bytes(32))


def answered(*insurance):
    return Eligibility("r", Standing.VALID, insurance)


def facts(*insurance, persons=PERSONS):
    return persons.facts_of(answered(*insurance), TODAY)


def test_a_person_is_a_hash_with_groups_of_age_and_insurer():
    told = facts(ELDERLY)
    assert (told["age"], told["insurer"]) == ("75-79", "elderly")
    assert len(told["person"]) == 64
    assert as_json(told)


@pytest.mark.parametrize("padded", ["  139998", "00139998", "１３９９９８"])
def test_the_padding_of_an_insurers_number_makes_nobody_another_person(padded):
    plain = facts(WORKER | {"InsurerNumber": "139998"})
    assert plain["insurer"] == "municipal"
    assert facts(WORKER | {"InsurerNumber": padded}) == plain


def test_the_same_person_is_the_same_in_any_width_and_another_by_any_field():
    same = facts(WORKER | {"InsuredCardSymbol": " 12･34", "InsurerNumber": "  01160001"})
    assert facts(WORKER) == same
    others = [{"InsuredBranchNumber": "02"}, {"Birthdate": "19850404"}, {"InsuredCardSymbol": "1"}]
    hashes = {facts(WORKER | each)["person"] for each in ({}, *others)}
    assert len(hashes) == 4


def test_another_key_makes_another_hash():
    assert facts(WORKER)["person"] != facts(WORKER, persons=Persons(bytes(31) + b"1"))["person"]
    assert str(bytes(32)) not in repr(PERSONS)


def test_fields_do_not_run_into_each_other():
    one = PERSONS.by_insurance(insurer="1", symbol="23", number="4", branch="", birth="")
    other = PERSONS.by_insurance(insurer="1", symbol="2", number="34", branch="", birth="")
    assert one != other


def test_beside_welfare_the_insurance_tells_the_person():
    assert facts(WELFARE, WORKER) == facts(WORKER)
    assert facts(WELFARE)["insurer"] == "welfare"


@pytest.mark.parametrize("missing", ["InsurerNumber", "InsuredIdentificationNumber", "Birthdate"])
def test_nothing_is_kept_if_the_answer_does_not_say_who_it_is(missing):
    assert facts() == {}
    assert facts(WORKER | {missing: " "}) == {}


@given(st.lists(st.dictionaries(st.sampled_from([*WORKER]), st.text()), max_size=3))
def test_any_answer_of_a_centre_gives_what_the_journal_keeps(insurance):
    assert as_json(facts(*insurance))


def test_a_birth_with_unknown_parts_has_no_age():
    assert "age" not in facts(ELDERLY | {"Birthdate": "19480000"})


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("01160001", InsurerKind.KYOKAI),
        ("06160001", InsurerKind.SOCIETY),
        ("160010", InsurerKind.MUNICIPAL),
        ("163014", InsurerKind.UNION),
        ("39160001", InsurerKind.ELDERLY),
        ("99160001", None),
        ("", None),
    ],
)
def test_the_kind_of_an_insurer_is_told_by_its_number(number, kind):
    assert insurer_kind(number) is kind


def test_ages_are_grouped_by_five_years():
    assert [age_group(age) for age in (0, 4, 5, 79, 84, 85, 103)] == [
        *("0-4", "0-4", "5-9", "75-79", "80-84", "85+", "85+"),
    ]


@pytest.mark.parametrize("has_key", [True, False])
def test_the_journal_tells_persons_apart_only_with_a_key(counter, has_key):
    counter.lay()
    centre = SimulatedCentre(insurance=(WORKER,))
    counter.check_in(Way.PIN, centre=centre, persons=PERSONS if has_key else None)
    (step,) = counter.steps("eligibility")
    assert ("person" in step, "age" in step, "insurer" in step) == (has_key,) * 3
    assert not {*WORKER.values()} & {*step.values()}


def test_the_configuration_names_the_key_which_is_made_once(tmp_path):
    file = tmp_path / "kazashi.toml"
    file.write_text("[figures]\nkey = 'persons.key'\n")
    persons = Configuration.read(file).persons
    assert persons == Configuration.read(file).persons == Persons(key_in(tmp_path / "persons.key"))
    assert (tmp_path / "persons.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "persons.key").write_text("no key")
    with pytest.raises(PersonsKeyUnusable):
        Configuration.read(file)
    assert Configuration.read(None).persons is None
