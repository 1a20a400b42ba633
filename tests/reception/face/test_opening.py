"""Configuration and models: what is missing or wrong is told, with what to do about it."""

import subprocess
import sys
import tomllib
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import faces
from kazashi.reception.face import dlib_models, engine
from kazashi.reception.face.engine import open_matcher
from kazashi.reception.face.matching import FaceNotAvailable
from kazashi.reception.face.settings import Engine, FaceSettings
from kazashi.reception.settings import BadSettings, load
from said import line_of, raises

ROOT = Path(__file__).parents[3]
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0ba9\nsize 38696353\n"


@pytest.fixture
def file(tmp_path):
    return faces.configure(tmp_path)


def settings_of(file):
    return FaceSettings.of(load(file), file.parent)


def change(file, **changes):
    """Fields anew; None: away with it."""
    lines = [
        line for line in file.read_text().splitlines() if line.partition(" =")[0] not in changes
    ]
    lines += [f"{key} = {value}" for key, value in changes.items() if value is not None]
    file.write_text("\n".join(lines))


def test_without_dlibs_models_and_without_a_table_face_matching_is_not_available(monkeypatch):
    monkeypatch.setattr(dlib_models, "find_spec", lambda _name: None)
    with raises(FaceNotAvailable, match=r"no models are installed.*kazashi\[face\].*\[face\]"):
        FaceSettings.of({}, None)


@pytest.mark.parametrize(
    ("has_wheel", "said"),
    [
        (True, r"dlib is not installed: .*kazashi\[face\]"),
        (False, r"dlib has no wheel for Amiga 68k, Python 3\.\d+: configure OpenCV"),
    ],
)
def test_without_dlib_it_says_what_to_do_on_this_computer(monkeypatch, has_wheel, said):
    settings = FaceSettings.of({}, None)
    monkeypatch.setattr(engine, "find_spec", lambda _name: None)
    monkeypatch.setattr(engine, "has_wheel", lambda *_: has_wheel)
    monkeypatch.setattr(engine.platform, "system", lambda: "Amiga")
    monkeypatch.setattr(engine.platform, "machine", lambda: "68k")
    with raises(FaceNotAvailable, match=said):
        engine.matcher_of(settings)


def test_dlib_is_required_on_the_computers_that_it_has_wheels_for_and_on_no_other():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = map(Requirement, project["optional-dependencies"]["face"])
    markers = {requirement.name: requirement.marker for requirement in wanted}
    systems = ("linux", "darwin", "win32", "freebsd14")
    machines = ("x86_64", "aarch64", "arm64", "AMD64", "ARM64", "armv7l", "i686")
    for system, machine, minor in product(systems, machines, range(11, 17)):
        computer = {"sys_platform": system, "platform_machine": machine}
        is_required = markers["dlib-bin"].evaluate(computer | {"python_version": f"3.{minor}"})
        assert dlib_models.has_wheel(system, machine, (3, minor)) == is_required
    assert [name for name, marker in markers.items() if marker] == ["dlib-bin"]


def test_without_a_table_dlibs_published_models_are_used_once_there_is_a_face():
    settings = FaceSettings.of({"journal": {}}, None)
    assert settings.engine is Engine.DLIB
    assert settings.threshold == pytest.approx(0.4)  # a distance of 0.6
    later = engine.matcher_of(settings)
    assert later._opened is None
    assert [model.path.name for model in (settings.detector, settings.recognizer)] == [
        "shape_predictor_5_face_landmarks.dat",
        "dlib_face_recognition_resnet_model_v1.dat",
    ]


def test_the_engine_may_be_named(file):
    assert settings_of(file).engine is Engine.OPENCV
    assert FaceSettings.of({"face": {"engine": "dlib", "threshold": 0.45}}, None).threshold == 0.45
    with raises(BadSettings, match="choose of dlib, opencv"):
        FaceSettings.of({"face": {"engine": "eyes"}}, None)


def test_all_that_is_missing_is_told_at_once(file, monkeypatch):
    (file.parent / "detector.onnx").unlink()
    (file.parent / "recognizer.onnx").write_bytes(b"another model")
    monkeypatch.setitem(sys.modules, "cv2", None)  # as if it were not installed
    monkeypatch.delitem(sys.modules, "kazashi.reception.face.opencv", raising=False)
    with pytest.raises(FaceNotAvailable) as raised:
        open_matcher(settings_of(file))
    no_cv2, no_detector, wrong_recognizer = map(line_of, raised.value.lacks)
    assert no_cv2 == 'cv2 is not installed: run: pip install "kazashi[face]"'
    assert "detector.onnx cannot be read" in no_detector
    assert "recognizer.onnx is not the configured model" in wrong_recognizer
    assert sha256(b"another model").hexdigest() in wrong_recognizer


@pytest.mark.parametrize(
    ("model", "what"),
    [("detector", "YuNet face detector"), ("recognizer", "SFace face recognizer")],
)
@pytest.mark.parametrize("content", ["pointer", "other"])
def test_a_file_that_is_no_such_model_is_found_at_the_start(tmp_path, model, what, content):
    other = faces.recognizer() if model == "detector" else faces.detector()
    written = LFS_POINTER if content == "pointer" else other
    digest = sha256(written).hexdigest()
    file = faces.configure(tmp_path, **{f"{model}_sha256": digest})
    (tmp_path / f"{model}.onnx").write_bytes(written)
    with raises(FaceNotAvailable, match=rf"{model}\.onnx is not a {what}"):
        open_matcher(settings_of(file))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"detector": None}, "face.detector: is missing"),
        (
            {"recognizer_sha256": '"0ba9"'},
            "face.recognizer_sha256: must have 64 hex",
        ),
        ({"threshold": None}, "face.threshold: is missing"),
        ({"threshold": "1.2"}, "face.threshold: must be within -1 … 1"),
        ({"threshold": "nan"}, "face.threshold: must be within -1 … 1"),
        ({"threshold": '"0.363"'}, "face.threshold: must be a number"),
        ({"threshold_source": None}, "face.threshold_source: is missing"),
        ({"threshold_meaning": None}, "face.threshold_meaning: is missing"),
        ({"treshold": "0.5"}, "face.treshold: there is no such field"),
        ({"most_light": "50"}, "face.most_light: must be above least_light"),
        ({"pause_s": "0"}, "face.pause_s: must be within 1 … 3600"),
    ],
)
def test_a_wrong_field_is_named(file, changes, said):
    change(file, **changes)
    with pytest.raises(BadSettings) as raised:
        settings_of(file)
    assert said in line_of(raised.value)


def test_what_is_good_enough_may_be_configured(file):
    change(file, least_width_px="120", pause_s="5")
    assert settings_of(file).least_width_px == 120
    assert settings_of(file).pause_s == 5


def test_everything_else_works_without_the_extra():
    code = "import sys, kazashi.cli; sys.exit(bool({'cv2', 'numpy'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
