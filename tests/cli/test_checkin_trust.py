"""Whom `kazashi checkin` trusts: the configured anchors, or those of --test."""

import sys
from dataclasses import replace

import pytest

from kazashi.cli import main
from kazashi.reception.journal import Journal, View
from kazashi.sim import authority
from kazashi.testing import test_anchors
from visit_schema import told

PIN = "7351"
SIM = f"sim:?speed=20&tap=0&pin={PIN}"
ALL = ("--consent", "all", "--prescription", "paper")


ANCHORED, MISNAMED = "anchored.toml", "misnamed.toml"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """With configurations, as the folder that the program runs in."""
    (tmp_path / "ca.der").write_bytes(authority.shared_authority().certificate)
    for name, certificate in ((ANCHORED, "ca.der"), (MISNAMED, "nobody.pem")):
        anchors = f"[anchors]\ntest = true\nauthorities = ['{certificate}']\n"
        (tmp_path / name).write_text(anchors, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--reader", SIM, "--config", "no.toml"), "cannot be read"),
        (("--reader", SIM, "--config", MISNAMED), "anchors.authorities"),
    ],
)
def test_a_failure_is_one_line(folder, monkeypatch, capsys, arguments, said):
    journal = ("--journal", str(folder / "journal.db"))
    monkeypatch.setattr(sys, "argv", ["kazashi", "checkin", "--way", "pin", *journal, *arguments])
    status = main()
    out, err = capsys.readouterr()
    assert (status, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1


def test_configured_anchors_are_those_that_count(checkin, folder):
    done = checkin("--way", "pin", "--json", *ALL, "--config", ANCHORED, lines=[PIN])
    assert told(done)["outcome"] == "checked_in"
    (folder / "ca.der").write_bytes(authority.Authority("another").certificate)
    done = checkin("--way", "pin", "--json", *ALL, "--config", ANCHORED, lines=[PIN])
    assert done.exit_code == 1
    assert told(done)["outcome"] == "unknown_issuer"


def test_without_test_a_simulated_card_is_of_an_unknown_issuer(checkin, folder):
    (folder / "real.pem").write_bytes(authority.Authority("another").certificate)
    (folder / "real.toml").write_text("[anchors]\nauthorities = ['real.pem']\n", encoding="utf-8")
    for arguments in ((), ("--config", "real.toml")):
        done = checkin("--way", "pin", "--json", *ALL, *arguments, lines=[PIN], test=())
        visit = told(done)
        assert (done.exit_code, visit["outcome"]) == (1, "unknown_issuer")
        assert (visit["is_test"], visit["issuer"]) == (True, None)
        assert ("name J-LIS's certificates" in done.stderr) == (not arguments)


def test_without_a_centre_a_visit_ends_with_a_person_and_nobody_is_held(
    checkin, folder, monkeypatch, path
):
    monkeypatch.setattr(
        "kazashi.cli.checkin.anchors_of", lambda *_, **__: replace(test_anchors(), is_test=False)
    )
    done = checkin("--way", "pin", "--json", *ALL, lines=[PIN], test=())
    visit = told(done)
    assert (done.exit_code, visit["outcome"], visit["why"]) == (1, "identified", "no_centre")
    assert visit["eligibility"] is None
    with Journal(path) as journal:
        assert journal.held() == []
        assert [visit.is_test for visit in journal.visits()] == [True]  # a simulated reader


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--centre", "valid"), "only a simulated centre"),
        (("--config", ANCHORED), "its anchors are of a test: give --test"),
    ],
)
def test_what_belongs_to_a_test_needs_that_word(checkin, folder, path, arguments, said):
    done = checkin("--way", "pin", *arguments, test=())
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert not path.exists()


@pytest.mark.parametrize("arguments", [("--way", "pin"), ("--no-card",)])
def test_all_of_a_test_is_marked_whatever_comes_of_it(checkin, path, arguments):
    done = checkin(*arguments, "--json", "--language", "en", "--timeout", 0.1, card="none")
    assert told(done)["is_test"] is True
    assert "TEST: this is not a real check-in." in done.stderr
    with View(path) as journal:
        assert [visit.is_test for visit in journal.visits()] == [True]
