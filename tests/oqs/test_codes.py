"""Codes, and that those of the reception are the same."""

import pytest

from kazashi.cards.surface import Sex
from kazashi.oqs import codes
from kazashi.oqs.codes import Code
from kazashi.reception.centre import Standing
from kazashi.reception.rules import Group, Prescription, State

TABLES = [each for each in vars(codes).values() if isinstance(each, type) and each is not Code]
TABLES = [each for each in TABLES if issubclass(each, Code)]


@pytest.mark.parametrize("table", TABLES)
def test_a_code_is_found_by_itself_and_has_its_japanese(table):
    assert [table.of(each.value) for each in table] == [*table]
    assert all(each.label and each == each.value for each in table)
    assert table.of("no such code") is None


@pytest.mark.parametrize("table", TABLES)
def test_a_table_says_its_number(table):
    assert "OQSCD0" in table.__doc__


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
