"""What the centre answered to a visit, as a file for the reception computer."""

import json
from dataclasses import replace
from hashlib import sha256
from threading import Event

import pytest
from typer.testing import CliRunner

from kazashi.cli import app
from kazashi.oqs import faces as faces_module
from kazashi.oqs.encoding import Encoding, Missing
from kazashi.oqs.errors import Block, OqsTestOnly, OqsUnstaged
from kazashi.oqs.face import TEST_INSTITUTION
from kazashi.oqs.faces import FaceFiles, FaceFolder
from kazashi.oqs.message import read
from kazashi.oqs.publish import Folder
from kazashi.reception import taps
from kazashi.reception.centre import Eligibility, Standing
from kazashi.reception.results import Answered
from kazashi.reception.settings import BadSettings
from kazashi.testing import SOMEBODY
from oqs_programs import identifier_and_time

SIM = "sim:?speed=20&tap=0&pin=1234"


@pytest.fixture
def checkin(tmp_path, folder, monkeypatch):
    """`kazashi checkin` with a simulated centre, face results configured; what it printed."""
    monkeypatch.setattr(taps, "_REMOVAL_S", 0.1)
    monkeypatch.setattr(taps, "_SETTLE_S", 0.1)
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
    assert visit["files"] == [
        {
            "name": file.name,
            "sha256": sha256(file.read_bytes()).hexdigest(),
            "reference": visit["eligibility"]["reference"],
        }
    ]
    identifier, time = identifier_and_time(file.name)
    assert identifier.startswith(TEST_INSTITUTION)
    assert (len(identifier), len(time)) == (30, 14)
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


def test_a_result_that_is_on_no_disk_is_not_promised_and_the_end_says_that_it_does_not_come(
    checkin, folder
):
    folder.staging.touch()
    done = checkin("--consent", "none")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["files"] == []
    said = "".join(done.stderr.split())
    assert "自動で送り直すのは、このプログラムが動いている間だけです。" in said
    assert f"kazashi:結果1件はファイルに書けなかったため、{folder.path}に届きません。" in said


def test_staging_inside_the_watched_folder_ends_the_command_before_a_visit(
    checkin, folder, tmp_path
):
    config = tmp_path / "kazashi.toml"
    config.write_text(config.read_text().replace(str(folder.staging), f"{folder.path}/staging"))
    done = checkin("--consent", "none")
    assert (done.exit_code, done.stdout) == (1, "")
    assert isinstance(done.exception, BadSettings)
    assert [path.name for path in folder.path.iterdir()] == ["TEST-ONLY"]


def test_of_a_person_held_a_simulated_answer_is_not_even_prepared(folder, tmp_path):
    (folder.path / "TEST-ONLY").unlink()
    with FaceFiles("1319999996", [FaceFolder(folder)], tmp_path / "journal.db") as files:
        prepared = files.prepare(replace(answered(), is_test=True))
    assert ([type(each) for each in prepared.troubles], prepared.names) == ([OqsTestOnly], [])


def answered(**differs):
    answer = Eligibility("00aa11bb22cc33dd", Standing.VALID, (SOMEBODY | differs,))
    return Answered(answer)


@pytest.fixture
def kept(folder, tmp_path):
    """What `take` says of an answer, in Shift_JIS."""

    def take(given, missing=Missing.REFUSE):
        face = FaceFolder(folder, Encoding.CP932, missing)
        with FaceFiles("1319999996", [face], tmp_path / "journal.db") as files:
            return files.take(given)

    return take


def test_a_letter_that_the_encoding_lacks_is_named_in_the_log_and_refused(kept, folder, caplog):
    files, (trouble,) = kept(answered(Name="𠮷田　太郎"))
    assert (files, faces(folder)) == ([], [])
    assert (trouble.element, trouble.detail) == ("Name", "U+20BB7")
    assert "Name has U+20BB7" in caplog.text
    assert "田" not in caplog.text


def test_or_it_is_replaced_and_the_log_says_where(kept, folder, caplog):
    (file,), troubles = kept(answered(Name="𠮷田　太郎"), Missing.REPLACE)
    assert troubles == []
    (path,) = faces(folder)
    assert path.name == file.name
    assert read(path.read_bytes()).message_body.results[0].name == "●田　太郎"
    assert "U+20BB7 is not in Shift_JIS, Name has ●" in caplog.text


def test_a_text_longer_than_the_layout_is_written_as_the_centre_has_it_and_logged(kept, caplog):
    files, troubles = kept(answered(PostNumber="123-4567 "))
    assert (len(files), troubles) == (1, [])
    assert "PostNumber is longer than the layout has it" in caplog.text


def test_a_folder_that_does_not_answer_keeps_no_visit_waiting(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(faces_module, "_PATIENCE_S", 0.05)
    answers, stage = Event(), Folder.stage

    def slowly(*arguments):
        answers.wait(20)
        stage(*arguments)

    monkeypatch.setattr(Folder, "stage", slowly)
    with FaceFiles("1319999996", [FaceFolder(folder)], tmp_path / "journal.db") as files:
        there, (trouble,) = files.take(answered())
        assert (there, type(trouble), trouble.block) == ([], OqsUnstaged, Block.SLOW)
        answers.set()
    assert len(faces(folder)) == 1  # by itself


def test_one_folders_trouble_keeps_no_other_from_its_file(folder, tmp_path):
    away = FaceFolder(Folder(tmp_path / "away", tmp_path / "beside"))
    with FaceFiles("1319999996", [away, FaceFolder(folder)], tmp_path / "journal.db") as files:
        there, troubles = files.take(answered())
    assert [each.name for each in there] == [path.name for path in faces(folder)]
    assert [each.block for each in troubles] == [Block.NO_FOLDER]
