"""`kazashi stats` as a person runs it."""

import csv
import json
from pathlib import Path

import pytest

from kazashi.reception.journal import Journal
from kept import Clock
from program import command

PUBLISHED = Path(__file__).with_name("2025-12-claims.csv")
NAME, CERTIFICATE = "仮名 花子", "c" * 64


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A journal with three visits of two cards, one by paper, one test; claims and sites."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Journal(tmp_path / "a.db", Clock()) as journal:
        for certificate, facts in (
            (CERTIFICATE, {}),
            (CERTIFICATE, {}),
            ("d" * 64, {}),
            ("e" * 64, {"is_test": True}),
            ("f" * 64, {"fallback": "certificate"}),
        ):
            visit = journal.begin("desk", "usb:1")
            visit.step("certificate", certificate_sha256=certificate, token="card")
            visit.step("visual check", staff=NAME)
            visit.step("eligibility", eligibility="valid", reference="1" * 16, **facts)
            visit.end("checked_in")
    (tmp_path / "claims.csv").write_text("month,site,claims\n2026-11,a,5\n2026-11,b,50\n")
    (tmp_path / "sites.csv").write_text("site,kind,prefecture\na,clinic,Toyama\n")
    return tmp_path


def run(site, *arguments):
    return command("stats", "--journal", f"a={site / 'a.db'}", *arguments)


def test_the_rate_of_a_journal_is_told_by_month(site):
    done = run(site)
    assert done.returncode == 0, done.stderr
    assert "2026-11 3 4 75.00 1 75.00 75.00" in " ".join(done.stdout.split())
    assert "persons known by certificate alone: 2" in done.stdout
    assert "tests not counted without --test: 1" in done.stdout


def test_claims_and_sites_come_of_files(site):
    files = ("--counts", site / "claims.csv", "--sites", site / "sites.csv")
    done = run(site, *files, "--rate", "claims", "--by", "prefecture", "--by", "kind", "--json")
    told = json.loads(done.stdout)
    figure = next(each for each in told["figures"] if each["prefecture"] == "Toyama")
    assert (figure["kind"], figure["numerator"], figure["denominator"]) == ("clinic", 2, 5)
    assert (figure["percent"], figure["mean"], figure["median"]) == ("40.00", "40.00", "40.00")
    assert told["persons_by_certificate_alone"] == 2
    assert told["total"][0]["left_out"] == 1


def test_tests_are_counted_on_request_and_mark_all_of_it(site):
    done = run(site, "--test", "--csv", site / "new.csv")
    assert done.stdout.startswith("TEST")
    with (site / "new.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["month"], row["percent"], row["mark"]) == ("2026-11", "80.00", "TEST")
    assert json.loads(run(site, "--test", "--json").stdout)["is_test"] is True


def test_nothing_that_tells_a_person_is_in_any_output(site):
    run(site, "--csv", site / "new.csv")
    key = (site / "state/kazashi/persons.key").read_text().strip()
    text = run(site).stdout + run(site, "--json").stdout + (site / "new.csv").read_text("utf-8-sig")
    for secret in (NAME, "仮名", CERTIFICATE, "d" * 64, "1" * 16, key):
        assert secret not in text


def test_the_key_is_made_once_for_its_owner_alone(site):
    run(site)
    key = site / "state/kazashi/persons.key"
    before = key.read_bytes()
    run(site)
    assert key.read_bytes() == before
    assert key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("mode", "text", "said"),
    [(0o644, "00" * 32, "other users may read"), (0o600, "00", "no key"), (0o600, "x", "no key")],
)
def test_a_key_that_is_none_is_refused(site, mode, text, said):
    key = site / "a.key"
    key.write_text(text)
    key.chmod(mode)
    done = run(site, "--key", key)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr


def test_a_file_that_is_wrong_is_one_line_that_names_it(site):
    (site / "claims.csv").write_text("month,claims\n2026-11,many\n")
    done = run(site, "--counts", site / "claims.csv")
    assert done.returncode == 1
    assert f"{site / 'claims.csv'}, line 2: claims must be a whole number" in done.stderr


def test_without_a_journal_here_that_is_told(site):
    assert command("stats").returncode == 1
    done = command("stats", "--counts", site / "claims.csv", "--rate", "claims")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_picture_is_drawn_beside_the_table(site):
    assert run(site, "--plot", site / "new.png").returncode == 0
    assert (site / "new.png").read_bytes().startswith(b"\x89PNG")
    assert run(site, "--plot", site / "new.txt").returncode == 2


@pytest.mark.parametrize("journal", ["=a.db", "1234 5678 9012=a.db", "-x=a.db"])
def test_a_site_has_a_name_that_any_file_may_have(site, journal):
    assert command("stats", f"--journal={journal}").returncode == 2


def test_a_journal_that_is_named_twice_is_refused(site):
    assert run(site, "--journal", f"b={site / 'a.db'}").returncode == 2


def test_what_a_journal_counts_a_file_may_not_count_again(site):
    (site / "counts.csv").write_text("month,site,confirmations\n2026-11,a,9\n")
    done = run(site, "--counts", site / "counts.csv")
    assert (done.returncode, "are in a journal, too" in done.stderr) == (1, True), done.stderr


def test_a_total_of_sites_that_journals_count_is_refused(site):
    (site / "counts.csv").write_text("month,confirmations\n2026-11,9\n")
    done = run(site, "--counts", site / "counts.csv")
    assert (done.returncode, "are in a journal, too" in done.stderr) == (1, True), done.stderr


def test_the_command_says_what_the_ministry_published():
    done = command("stats", "--counts", PUBLISHED, "--rate", "claims", "--by", "kind", "--json")
    told = json.loads(done.stdout)
    rates = {each["kind"]: each["percent"] for each in told["figures"]}
    assert rates == {
        "hospital": "64.74",
        "clinic": "66.53",
        "dentist": "66.08",
        "pharmacy": "57.88",
    }
    assert told["total"][0]["percent"] == "63.24"


def test_the_desks_of_a_site_count_a_person_once(site):
    with Journal(site / "b.db", Clock()) as journal:
        visit = journal.begin("desk", "usb:2")
        visit.step("certificate", certificate_sha256=CERTIFICATE, token="card")
        visit.end("checked_in")
    (site / "claims.csv").write_text("month,site,claims\n2026-11,a,8\n")
    files = ("--journal", f"a={site / 'b.db'}", "--counts", site / "claims.csv")
    assert json.loads(run(site, *files, "--json").stdout)["figures"][0]["numerator"] == 4
    claims = json.loads(run(site, *files, "--rate", "claims", "--json").stdout)
    assert (claims["figures"][0]["numerator"], claims["figures"][0]["sites"]) == (2, 1)


def test_what_was_counted_is_kept_for_later_and_tells_no_person(site):
    files = ("--sites", site / "sites.csv", "--by", "prefecture")
    before = json.loads(run(site, *files, "--save", site / "kept.csv", "--json").stdout)
    after = json.loads(command("stats", "--counts", site / "kept.csv", *files[2:], "--json").stdout)
    assert after["figures"] == before["figures"]
    kept = (site / "kept.csv").read_text("utf-8-sig")
    for secret in (NAME, CERTIFICATE, "d" * 64, "1" * 16):
        assert secret not in kept


def test_tests_are_not_kept_for_later(site):
    assert run(site, "--test", "--save", site / "kept.csv").returncode == 2
    assert not (site / "kept.csv").exists()


def test_that_there_is_nothing_to_divide_is_said(site):
    done = command("stats", "--counts", site / "claims.csv", "--rate", "claims")
    assert (
        "no month and site of which both card persons and claims are known: is each site named"
        in " ".join(done.stdout.split())
    )
