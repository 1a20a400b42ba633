"""The configuration file, and the tables in it."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanging import POSIX, hanging, pipe
from kazashi.reception.anchor_settings import configured_anchors
from kazashi.reception.configuration import Configuration
from kazashi.reception.face.matching import ModelUnusable
from kazashi.reception.face.settings import Model
from kazashi.reception.settings import BadSettings, Table, load
from mutations import mutated
from said import raises


def test_a_file_is_its_tables(tmp_path):
    file = tmp_path / "kazashi.toml"
    file.write_text("[face]\nthreshold = 0.5\n# 日本語\n", encoding="utf-8")
    assert load(file) == {"face": {"threshold": 0.5}}


def test_a_byte_order_mark_in_front_is_no_part_of_the_file(tmp_path):
    file = tmp_path / "kazashi.toml"
    file.write_text("[face]\nthreshold = 0.5\n", encoding="utf-8-sig")
    assert load(file) == {"face": {"threshold": 0.5}}


@pytest.mark.parametrize("content", [b"[face", b"\xff", b"a = 1\na = 2", b"a = " + b"[" * 5000])
def test_what_is_not_toml_is_named(tmp_path, content):
    file = tmp_path / "kazashi.toml"
    file.write_bytes(content)
    with raises(BadSettings, match=r"kazashi\.toml: is not TOML"):
        load(file)


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_no_changed_file_raises_anything_but_bad_settings(seed):
    good = b'[anchors]\nauthorities = ["ca.pem"]\ncv_keys = [{id = "00", n = "ff", e = 3}]\n'
    with TemporaryDirectory() as folder:
        file = Path(folder) / "kazashi.toml"
        file.write_bytes(mutated(seed, good + b"[journal]\nkeep_days = 365\n"))
        try:
            Configuration.read(file)
        except BadSettings:
            pass


def test_a_file_that_is_not_there_is_named(tmp_path):
    with raises(BadSettings, match=r"absent\.toml: cannot be read"):
        load(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("name", "said"),
    [("folder", "Is a directory"), ("a\0b", "Invalid argument"), ("a" * 300, "too long")],
)
def test_a_name_of_no_file_cannot_be_read(tmp_path, name, said):
    (tmp_path / "folder").mkdir()
    with raises(BadSettings, match=f"cannot be read .*{said}"):
        load(tmp_path / name)


@POSIX
def test_a_pipe_and_a_device_are_no_files_and_are_not_opened(tmp_path):
    digest = "0" * 64
    for path in (pipe(tmp_path / "pipe"), Path("/dev/zero")):
        with raises(BadSettings, match=rf"{path}: cannot be read \(not a regular file\)"):
            load(path)
        with raises(BadSettings, match=rf"'{path}' cannot be read"):
            configured_anchors({"anchors": {"authorities": [str(path)]}}, Path())
        with raises(ModelUnusable, match="not a regular file"):
            Model(path, digest).load()


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path):
    file = tmp_path / "kazashi.toml"
    file.write_bytes(bytes(1_000_001))
    with raises(BadSettings, match=r"cannot be read \(File too large\)"):
        load(file)
    with raises(ModelUnusable, match="Invalid argument"):
        Model(Path("a\0b"), "0" * 64).load()


def test_a_file_on_a_disk_that_does_not_answer_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("kazashi.reception.settings._ANSWER_S", 0.0)
    file = hanging(tmp_path / "kazashi.toml")
    for _ in range(3):
        with raises(BadSettings, match=r"cannot be read \(it does not answer\)"):
            load(file)
    assert file.asked == 1  # by one thread
    file.answers.set()


def test_a_number_has_its_range_and_nothing_else_is_one(tmp_path):
    values = {"a": 1, "b": 11, "c": math.nan, "d": True, "e": "1"}
    table = Table("t", values, tmp_path)
    assert table.number("a", 0, 10) == 1
    assert table.number("absent", 0, 10, default=5) == 5
    for key, said in {
        "b": "within 0 … 10",
        "c": "within",
        "d": "a number",
        "e": "a number",
    }.items():
        with raises(BadSettings, match=rf"t\.{key}: must be {said}"):
            table.number(key, 0, 10)
    with raises(BadSettings, match=r"t\.absent: is missing"):
        table.number("absent", 0, 10)


def test_a_field_that_nobody_reads_is_told(tmp_path):
    table = Table("t", {"name": "x", "nmae": "y"}, tmp_path)
    assert table.text("name") == "x"
    with raises(BadSettings, match=r"t\.nmae: there is no such field"):
        table.close()


def test_a_path_is_relative_to_the_file(tmp_path):
    table = Table("t", {"here": "m.onnx", "there": "/models/m.onnx"}, tmp_path)
    assert table.path("here") == tmp_path / "m.onnx"
    assert str(table.path("there")) == "/models/m.onnx"


@pytest.mark.parametrize(
    ("value", "said"),
    [("", "is empty"), ("  ", "is empty"), *((v, "must be a text") for v in (1, None, []))],
)
def test_a_text_says_something(tmp_path, value, said):
    with raises(BadSettings, match=rf"t\.name: {said}"):
        Table("t", {"name": value}, tmp_path).text("name")


def test_a_table_is_one():
    with raises(BadSettings, match=r"face: must be a table"):
        Table("face", 3, None)
