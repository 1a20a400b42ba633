"""`kazashi face`, as a person runs it."""

import json

import pytest

import faces
from program import command


@pytest.fixture
def file(tmp_path):
    return str(faces.configure(tmp_path))


@pytest.fixture
def people(tmp_path):
    folder = tmp_path / "people"
    for person in (1, 2, 3):
        theirs = folder / str(person)
        theirs.mkdir(parents=True)
        (theirs / "photo.jp2").write_bytes(faces.photo(person))
        (theirs / "1.jpg").write_bytes(faces.frame(person))
        (theirs / "2.jpg").write_bytes(faces.frame(person, blur=4))
    return folder


def test_the_models_are_checked(file, tmp_path):
    done = command("face", "check", "--config", file)
    assert done.returncode == 0, done.stderr
    assert "these pictures" in done.stdout
    assert done.stderr == ""
    (tmp_path / "detector.onnx").write_bytes(b"")
    done = command("face", "check", "--config", file)
    assert done.returncode == 1
    assert "detector.onnx is not the configured model" in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_is_checked_is_told_as_json(file):
    done = command("face", "check", "--config", file, "--json")
    assert json.loads(done.stdout)["threshold"] == 0.6


def test_without_a_configuration_dlibs_published_network_is_checked():
    done = command("face", "check", "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["engine"], facts["recognizer"]) == (
        *("dlib", "dlib_face_recognition_resnet_model_v1.dat"),
    )
    assert "LFW" in facts["threshold_source"]


def test_error_rates_come_with_bounds_and_limits(file, people):
    done = command("face", "evaluate", str(people), "--config", file)
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert "3 × frame: blurred" in words
    assert "0.6 0 of 6 0.00% 0.00%–39.30% 0 of 3 0.00% 0.00%–63.16%" in words
    assert "no accuracy is claimed beyond them" in words


def test_error_rates_as_json_and_as_a_picture(file, people, tmp_path):
    drawn = tmp_path / "rates.svg"
    done = command(
        *("face", "evaluate", str(people), "--config", file),
        *("--json", "--plot", str(drawn)),
    )
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["unusable"] == {"frame: blurred": 3}
    assert facts["failure_to_acquire"]["trials"] == 9
    (configured,) = (row for row in facts["at"] if row["threshold"] == 0.6)
    assert configured["false_match"] == {
        "errors": 0,
        "trials": 6,
        "rate": 0.0,
        "lower": 0.0,
        "upper": pytest.approx(1 - 0.05 ** (1 / 6)),
    }
    assert configured["false_non_match"]["trials"] == 3
    assert drawn.read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--plot", "rates.pdf"), "name a file of .svg or .png"),
        ((), "make one for each person"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_compared(file, tmp_path, arguments, said):
    (tmp_path / "empty").mkdir()
    done = command("face", "evaluate", str(tmp_path / "empty"), "--config", file, *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", "").split())
