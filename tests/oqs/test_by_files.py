"""`kazashi checkin` and `kazashi held` with a terminal that answers by files."""

import json

import pytest
from typer.testing import CliRunner

from kazashi.cli import app
from kazashi.oqs import exchange
from kazashi.oqs.errors import OqsUnopened, Unopened
from kazashi.oqs.message import read
from kazashi.reception.journal import Journal, JournalFull
from kazashi.words import Language, words_of
from oqs_asking import time_out_soon
from oqs_terminal import PERSON, PlayedTerminal, answer, nothing, says

NO, YES = "2", "1"
SOMEBODY = PERSON | {"InsurerNumber": "01130012", "Name": "仮名　三郎", "Birthdate": "19500403"}
PAPER = (
    *(NO, YES),  # no card; a certificate
    *("01130012", "", "1234", "00", "仮名 三郎", "昭和25年4月3日", "９９９９年１２月３１日", "2割"),
    *("1", NO),  # a card of plastic, no 限度額
)
TYPED = ("仮名 三郎", "架空県", "昭和25年4月3日", "男")


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A configuration with a terminal and a folder for results, neither of them for tests."""
    time_out_soon(monkeypatch)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("req", "res", "face"):
        (tmp_path / name).mkdir()
    (tmp_path / "kazashi.toml").write_text(
        '[oqs]\ninstitution = "1319999996"\n'
        '[oqs.faces.chart]\nfolder = "face"\nencoding = "Shift_JIS"\n'
        '[oqs.terminal]\nrequests = "req"\nresponses = "res"\ntimeout_s = 60\n'
    )
    return tmp_path


def run(site, command, *arguments, lines=()):
    fixed = ["--config", str(site / "kazashi.toml"), "--json"]
    said = "".join(f"{line}\n" for line in lines)
    done = CliRunner().invoke(app, [command, *fixed, *arguments], input=said)
    return json.loads(done.stdout), done


def faces(site):
    return [read(path.read_bytes()) for path in (site / "face").glob("*.xml")]


def test_a_certificate_is_asked_about_and_its_answer_is_handed_over(site):
    with PlayedTerminal(site / "req", site / "res", says(people=(SOMEBODY,))) as terminal:
        visit, done = run(site, "checkin", "--no-card", lines=PAPER)
    assert (visit["outcome"], visit["is_test"]) == ("checked_in", False), done.stderr
    assert visit["eligibility"]["insurance"] == [SOMEBODY]
    (face,) = faces(site)
    (result,) = face.message_body.results
    header, asked = face.message_header, terminal.requests[0].find("MessageHeader")
    assert header.arbitrary_file_identifier == asked.findtext("ArbitraryFileIdentifier")
    assert (header.medical_institution_code, header.reference_classification) == ("1319999996", "2")
    assert (result.name, result.operation_info_cons_flg) == ("仮名　三郎", "")
    assert face.message_body.qualification_confirm_search_info.birthdate == "19500403"


def test_a_certificate_that_is_no_coverage_is_handed_over_with_the_insurance_that_ended(site):
    ended = SOMEBODY | {"DisqualificationDate": "20261031", "ReasonOfLoss": "03"}
    play = says(people=(ended,), QualificationValidity="3")
    with PlayedTerminal(site / "req", site / "res", play):
        visit, _ = run(site, "checkin", "--no-card", lines=PAPER)
    assert visit["eligibility"] is None
    (face,) = faces(site)
    (file,) = visit["files"]
    assert face.message_header.arbitrary_file_identifier == file["reference"]
    (result,) = face.message_body.results
    assert face.message_body.qualification_validity == "3"
    assert (result.disqualification_date, result.reason_of_loss) == ("20261031", "03")
    assert face.message_body.qualification_confirm_search_info.insurer_number == "01130012"


def test_after_the_time_out_the_person_is_held_and_the_late_answer_finds_them(site):
    with PlayedTerminal(site / "req", site / "res", nothing) as terminal:
        visit, done = run(site, "checkin", "--no-card", lines=(*PAPER, *TYPED))
        assert visit["is_held"], done.stderr
        asked, _ = run(site, "held")
        assert (asked["held"], [*asked["answers"][0]][-1]) == (1, "error")
        path = site / "res" / terminal.names[0].replace("req_", "res_")
        path.write_bytes(answer(terminal.requests[0], people=(SOMEBODY,)))
        asked, _ = run(site, "held")
    assert asked["held"] == 0
    assert asked["answers"][0]["eligibility"]["insurance"] == [SOMEBODY]
    assert len(terminal.requests) == 1


def test_an_answer_that_cannot_be_opened_is_told_and_found_once_it_can(site, monkeypatch, caplog):
    monkeypatch.setattr(exchange, "_HALF_S", 0.1)
    with PlayedTerminal(site / "req", site / "res", lambda _, path: path.mkdir()) as terminal:
        visit, done = run(site, "checkin", "--no-card", lines=(*PAPER, *TYPED))
    assert visit["is_held"], done.stderr
    (path,) = (site / "res").iterdir()
    error = OqsUnopened(path, Unopened.NO_FILE)
    assert words_of(error, Language.JAPANESE).screen in done.stderr.replace("\n", "")
    assert words_of(error).line in caplog.text
    asked, _ = run(site, "held")
    assert [each["error"] for each in asked["answers"]] == [words_of(error).line]
    path.rmdir()
    path.write_bytes(answer(terminal.requests[0], people=(SOMEBODY,)))
    asked, _ = run(site, "held")
    assert asked["held"] == 0
    assert asked["answers"][0]["eligibility"]["insurance"] == [SOMEBODY]
    assert len(terminal.requests) == 1


def test_a_late_answer_that_could_not_be_kept_is_found_again(site, monkeypatch):
    def full(journal, *_):
        raise JournalFull(site)

    with PlayedTerminal(site / "req", site / "res", nothing) as terminal:
        run(site, "checkin", "--no-card", lines=(*PAPER, *TYPED))
        path = site / "res" / terminal.names[0].replace("req_", "res_")
        path.write_bytes(answer(terminal.requests[0], people=(SOMEBODY,)))
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "answer", full)
            _, done = run(site, "held")
            assert type(done.exception) is JournalFull
        asked, _ = run(site, "held")
    assert asked["held"] == 0
    assert asked["answers"][0]["eligibility"]["insurance"] == [SOMEBODY]
    requests = (path.read_bytes() for path in (site / "state").rglob("*.a*ed"))
    assert [*requests] == [b""]  # nothing of the person stays


def test_a_test_asks_no_terminal(site):
    with PlayedTerminal(site / "req", site / "res") as terminal:
        visit, _ = run(site, "checkin", "--no-card", "--test", lines=PAPER)
    assert visit["eligibility"]["is_simulated"]
    assert terminal.requests == []
    assert faces(site) == []
