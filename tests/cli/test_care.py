"""`kazashi care`: a patient at home, without the card, while care goes on."""

import json

import pytest
from typer.testing import CliRunner

from kazashi.cli import app
from kazashi.reception.journal import View

PIN = "7351"


@pytest.fixture
def visit(checkin):
    """The number of a visit at home."""
    home = ("--way", "pin", "--profile", "home", "--consent", "all", "--prescription", "paper")
    assert checkin(*home, lines=[PIN]).exit_code == 0
    return 1


def care(path, *arguments):
    return CliRunner().invoke(app, ["care", *map(str, arguments), "--journal", str(path)])


def test_eligibility_is_asked_again_without_the_card_until_care_ends(path, visit):
    done = care(path, "ask", visit, "--test", "--json")
    assert done.exit_code == 0, done.exception
    told = json.loads(done.stdout)
    assert (told["visit"], told["is_test"]) == (visit, True)
    assert told["eligibility"]["standing"] == "valid"
    assert "mark test" in " ".join(care(path, "ask", visit, "--test").stdout.split())
    assert care(path, "ask", visit, "--test", "--centre", "invalid").exit_code == 1
    assert care(path, "end", visit).exit_code == 0
    assert type(care(path, "ask", visit, "--test").exception).__name__ == "NoCare"
    with View(path) as journal:
        kept = [(each.profile, each.outcome) for each in journal.visits()]
    assert kept == [
        ("home", "checked_in"),
        *[("care", "checked_in")] * 2,
        ("care", "invalid"),
        ("care", "care ended"),
    ]


def test_without_a_test_there_is_no_centre(path, visit):
    assert type(care(path, "ask", visit).exception).__name__ == "NoCentre"
