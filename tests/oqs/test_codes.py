"""Codes, and that those of the reception are the same."""

import re

import pytest

from kazashi.cards.surface import Sex
from kazashi.oqs import codes, codes_care, codes_welfare
from kazashi.oqs.codes import Code
from kazashi.reception.centre import Standing
from kazashi.reception.rules import Group, Prescription, State

FILES = (codes, codes_welfare, codes_care)
TABLES = [each for file in FILES for each in vars(file).values() if isinstance(each, type)]
TABLES = [each for each in TABLES if issubclass(each, Code) and each is not Code]


@pytest.mark.parametrize("table", TABLES)
def test_a_code_is_found_by_itself_and_has_its_japanese(table):
    assert [table.of(each.value) for each in table] == [*table]
    assert all(each.label and each == each.value for each in table)
    assert table.of("no such code") is None


def test_there_is_a_table_of_each_number():
    numbers = {each for table in TABLES for each in re.findall(r"OQSCD(\d{3})", table.__doc__)}
    assert numbers == {f"{each:03}" for each in range(1, 45)}


@pytest.mark.parametrize(
    ("table", "ours"),
    [
        (codes.QualificationValidity, Standing),
        (codes.ConsentCode, State),
        (codes.PrescriptionIssueSelect, Prescription),
    ],
)
def test_the_receptions_own_have_the_same_values_and_names(table, ours):
    assert {each.value: each.name for each in table} == {str(int(e)): e.name for e in ours}


def test_sexes_are_those_of_the_card_that_a_file_can_have():
    assert all(Sex(int(each.value)).name == each.name for each in codes.SexCode)


def test_every_group_of_consent_is_one_of_ours():
    known = {code for group in Group for code in group.codes}
    assert {each.value for each in codes.ConsentGroup} == known
