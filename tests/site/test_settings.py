"""The table [database], and what commands say of the database that it names."""

import json

import pytest

from kazashi.reception.settings import BadSettings
from kazashi.site.line import Line
from kazashi.site.look import look
from kazashi.site.settings import DatabaseSettings
from program import command


def configured(tmp_path, text):
    path = tmp_path / "kazashi.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_table_there_is_no_database(tmp_path):
    assert DatabaseSettings.read(None) is None
    assert DatabaseSettings.read(configured(tmp_path, "[journal]\nkeep_days = 3")) is None


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ('desk = "1"', "database.url"),
        ('url = "mysql://db"', "database.url"),
        ('url = "postgresql://db?nonsense=1"', "database.url"),
        ('url = "postgresql://me:secret@db"', "database.url"),
        ('url = "postgresql://db"\nport = 3', "database.port"),
    ],
)
def test_a_wrong_field_is_named(table, place, tmp_path):
    with pytest.raises(BadSettings) as wrong:
        DatabaseSettings.read(configured(tmp_path, f"[database]\n{table}"))
    assert wrong.value.place == place
    assert "secret" not in str(wrong.value)


def test_the_database_is_reached(server):
    assert next(look(DatabaseSettings(server.url, "desk"))).key == "database.reached"


def test_options_of_the_url_hold_beside_our_limits(server):
    theirs = "-c%20work_mem%3D1234kB%20-c%20statement_timeout%3D0"
    names = "work_mem", "statement_timeout", "lock_timeout", "search_path"
    with Line(f"{server.url}&options={theirs}") as line:
        held = [line.connection.execute(f"SHOW {name}").fetchone() for name in names]
    assert held == [("1234kB",), ("5s",), ("5s",), ("kazashi",)]


def test_a_password_that_others_may_read_is_not_used(server, tmp_path):
    password = tmp_path / "password"
    password.write_text("secret")
    password.chmod(0o644)
    found = next(look(DatabaseSettings(server.url, "desk", password)))
    assert found.key == "database.password"


def test_no_such_user_is_told_as_refused(server):
    url = server.url.replace("user=postgres", "user=nobody-here")
    assert next(look(DatabaseSettings(url, "desk"))).key == "database.refused"


def test_the_doctor_tells_of_a_database_that_does_not_answer(tmp_path):
    config = configured(tmp_path, f'[database]\nurl = "postgresql:///x?host={tmp_path}"')
    told = command("doctor", "--config", config, "--reader", "sim:", "--json")
    (found,) = (each for each in json.loads(told.stdout) if each["check"] == "database")
    assert found["level"] == "failure"
