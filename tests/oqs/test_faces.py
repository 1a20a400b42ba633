"""What the centre answered to a visit, as a file for the reception computer."""

import json
from hashlib import sha256

import pytest
from typer.testing import CliRunner

from kazashi.cli import app
from kazashi.oqs.face import TEST_INSTITUTION
from kazashi.oqs.message import read
from kazashi.oqs.names import FaceName
from kazashi.reception import on_reader

SIM = "sim:?speed=20&tap=0&pin=1234"


@pytest.fixture
def checkin(tmp_path, folder, monkeypatch):
    """`kazashi checkin` with a simulated centre, face results configured; what it printed."""
    monkeypatch.setattr(on_reader, "_REMOVAL_S", 0.1)
    monkeypatch.setattr(on_reader, "_SETTLE_S", 0.1)
    config = tmp_path / "kazashi.toml"
    config.write_text(
        '[oqs]\ninstitution = "1319999996"\n'
        f'[oqs.faces.chart]\nfolder = "{folder.path}"\nstaging = "{folder.staging}"\n'
    )

    def run(*arguments):
        fixed = ["checkin", "--test", "--json", "--way", "pin", "--reader", SIM]
        fixed += ["--config", str(config), "--journal", str(tmp_path / "journal.db")]
        return CliRunner().invoke(
            app, [*fixed, "--prescription", "paper", *arguments], input="1234\n"
        )

    return run


def faces(folder):
    return sorted(folder.path.glob("*.xml"))


def test_a_simulated_answer_is_a_face_result_in_a_folder_for_tests(checkin, folder):
    done = checkin("--consent", "surgery,specified_disease")
    assert done.exit_code == 0, done.stderr
    visit = json.loads(done.stdout)
    (file,) = faces(folder)
    assert visit["files"] == [{"name": file.name, "sha256": sha256(file.read_bytes()).hexdigest()}]
    name = FaceName.of(file.name)
    assert name.identifier.startswith(TEST_INSTITUTION)
    assert len(name.identifier) == 30
    message = read(file.read_bytes())
    header, body = message.message_header, message.message_body
    (result,) = body.results
    given = next(each for each in visit["consents"] if each["item"] == "surgery")["given_at"]
    assert header.arbitrary_file_identifier == visit["eligibility"]["reference"]
    assert header.medical_institution_code == TEST_INSTITUTION
    assert (header.reference_classification, header.segment_of_result) == ("1", "1")
    assert header.process_execution_time[:8] == header.qualification_confirmation_date
    assert (body.qualification_validity, body.prescription_issue_select) == ("1", "2")
    assert (result.name, result.name_kana, result.birthdate) == (
        "見本　太郎",
        "ﾐﾎﾝ ﾀﾛｳ",
        "19800115",
    )
    assert result.operation_info_cons_flg == result.infectious_info_cons_flg == "1"
    assert result.operation_info_cons_time == "".join(filter(str.isdigit, given[:19]))
    assert result.pharmacists_info_cons_flg == result.allergy_info_cons_flg == "0"
    assert result.pharmacists_info_cons_time == ""
    assert result.specific_diseases_certificate_related_cons_flg == "1"


def test_a_simulated_answer_goes_into_no_folder_that_is_not_for_tests(checkin, folder):
    (folder.path / "TEST-ONLY").unlink()
    done = checkin("--consent", "none")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["files"] == []
    assert list(folder.path.iterdir()) == []
    assert "レセコンには渡しません" in done.stderr
