"""`kazashi checkin`: what the simulated centre says, and who has no card or no answer."""

import pytest

from kazashi.cli.centre import ANSWERS
from kazashi.reception.journal import View
from visit_schema import told

PIN = "7351"
ALL = ("--consent", "all", "--prescription", "paper")
YES, NO = "1", "2"
PORTAL_YES = (YES, YES)
PAPER = (
    "01130012",
    "",
    "1234",
    "00",
    "仮名 三郎",
    "昭和25年4月3日",
    "９９９９年１２月３１日",
    "2割",
)
CERTIFICATE = (NO, YES, *PAPER, "1", NO)


OUTCOMES = {
    "valid": "checked_in",
    "invalid": "invalid",
    "invalid_newer": "invalid",
    "none": "none_found",
    "several": "several_found",
    "welfare_unregistered": "welfare_unregistered",
    "unregistered": "not_registered",
    "subsidies": "checked_in",
    "certificate-valid": "checked_in",
    "certificate-grace": "checked_in",
    "certificate-ended": "unusable_certificate",
    "certificate-revoked": "unusable_certificate",
    "unregistered,subsidies": "not_registered",
    "down": "not_answered",
}


def test_no_answer_of_the_simulated_centre_is_left_out():
    assert {word for words in OUTCOMES for word in words.split(",")} == {*ANSWERS}


@pytest.mark.parametrize("says", OUTCOMES)
def test_the_simulated_centre_says_what_it_is_told_to(checkin, says):
    done = checkin("--way", "pin", "--json", *ALL, "--centre", says, lines=[PIN])
    visit = told(done)
    assert visit["outcome"] == OUTCOMES[says]
    for answer in (visit["identity"], visit["eligibility"]):
        assert answer is None or answer["is_simulated"]
    assert (done.exit_code == 0) == (visit["outcome"] == "checked_in")


def test_registration_and_subsidies_are_asked_as_the_centre_says(checkin):
    centre = ("--centre", "unregistered,subsidies")
    done = checkin("--way", "pin", "--json", *ALL, *centre, lines=[PIN, YES, YES])
    visit = told(done)
    assert (visit["outcome"], visit["registers"], visit["shares_subsidies"]) == (
        *("checked_in", True, True),
    )


def test_if_the_centre_says_that_the_certificate_has_ended_eligibility_alone_is_given(checkin):
    grace = ("--centre", "certificate-grace")
    visit = told(checkin("--way", "pin", "--json", *ALL, *grace, lines=[PIN]))
    assert (visit["outcome"], visit["validity"]) == ("checked_in", "eligibility_only")
    assert [each["item"] for each in visit["consents"]] == ["specified_disease"]


def test_while_the_centre_is_down_the_visit_is_held(checkin, path):
    done = checkin("--way", "pin", "--json", *ALL, "--centre", "down", lines=[PIN, PIN])
    assert done.exit_code == 0, done.stderr
    assert (told(done)["outcome"], told(done)["is_held"]) == ("held", True)
    assert told(done)["eligibility"] is None
    with View(path) as journal:
        assert [visit.outcome for visit in journal.visits()] == ["held"]


def test_items_that_the_card_does_not_give_are_typed(checkin):
    typed = ["", "仮名 三郎", "東京都架空区二丁目", "昭和25年4月3日", "男"]
    done = checkin("--way", "pin", "--json", *ALL, "--centre", "down", lines=[PIN, *typed])
    assert told(done)["outcome"] == "held"


def test_without_a_card_the_fallbacks_lead_to_their_outcome(checkin):
    done = checkin("--no-card", "--json", lines=PORTAL_YES, card="none")
    assert done.exit_code == 0, done.stderr
    visit = told(done)
    assert (visit["outcome"], visit["way"], visit["fallback"]) == ("fell_back", None, "portal")
    assert visit["certificate_sha256"] is None


def test_a_certificate_of_eligibility_is_typed_and_asked_about(checkin):
    done = checkin("--no-card", "--json", lines=CERTIFICATE, card="none")
    assert done.exit_code == 0, done.stderr
    visit = told(done)
    assert (visit["outcome"], visit["fallback"]) == ("checked_in", "certificate")
    assert visit["eligibility"]["standing"] == "valid"
