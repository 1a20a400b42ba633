"""What is wrong with the site's database is told as what it is; a real PostgreSQL refuses."""

import errno

import psycopg
import pytest

from kazashi.site.line import Line
from kazashi.site.look import look
from kazashi.site.settings import DatabaseSettings
from kazashi.site.trouble import trouble_of

REFUSING = {
    "no such user": ("user=nobody", ()),
    "a user who may not log in": ("user=resting", ("CREATE ROLE resting NOLOGIN",)),
    "no such database": ("dbname=nothing", ()),
    "a database for others": (
        "user=one&dbname=theirs",
        (
            "CREATE ROLE one LOGIN",
            "CREATE DATABASE theirs",
            "REVOKE CONNECT ON DATABASE theirs FROM PUBLIC",
        ),
    ),
    "a closed database": ("dbname=closed", ("CREATE DATABASE closed ALLOW_CONNECTIONS false",)),
    "an option that it does not have": ("options=-c%20nonsense%3D1", ()),
    "what is no option": ("options=nonsense", ()),
    "no password given": ("user=secret", ("CREATE ROLE secret LOGIN PASSWORD 'x'",)),
}


def seen(server, more=""):
    return next(look(DatabaseSettings(f"{server.url}&{more}", "one"))).key


@pytest.fixture(scope="module")
def japanese(made):
    """A server that speaks Japanese; where its catalogue is not installed, English."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANGUAGE", "ja")
        server = made()
    server.run("ALTER SYSTEM SET lc_messages = 'C.UTF-8'")
    hba = server.folder / "data" / "pg_hba.conf"
    hba.write_text(f"local all secret scram-sha-256\n{hba.read_text()}")
    server.run("SELECT pg_reload_conf()")
    return server


@pytest.mark.parametrize(("more", "made_by"), REFUSING.values(), ids=REFUSING)
def test_a_refusal_is_told_as_such_in_the_language_of_the_server(more, made_by, japanese):
    japanese.run(*made_by)
    assert seen(japanese, more) == "database.refused"


def test_a_wrong_password_is_a_refusal(japanese, tmp_path):
    japanese.run("CREATE ROLE other LOGIN PASSWORD 'x'")
    hba = japanese.folder / "data" / "pg_hba.conf"
    hba.write_text(f"local all other scram-sha-256\n{hba.read_text()}")
    japanese.run("SELECT pg_reload_conf()")
    password = tmp_path / "password"
    password.write_text("y")
    password.chmod(0o600)
    url = f"{japanese.url}&user=other"
    assert next(look(DatabaseSettings(url, "one", password))).key == "database.refused"


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "EUC_JP"])
def test_a_database_that_lacks_characters_is_told(encoding, cluster):
    name = encoding.lower()
    cluster.run(
        f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0",
    )
    assert seen(cluster, f"dbname={name}") == "database.encoding"


def test_a_table_that_is_missing_is_no_refusal(server):
    with Line(server.url) as line, pytest.raises(psycopg.errors.UndefinedTable) as missing:
        line.connection.execute("SELECT FROM kazashi.entry")
    assert trouble_of(missing.value) == "other"


def test_the_environment_has_no_say_in_the_encoding(server, monkeypatch):
    monkeypatch.setenv("PGCLIENTENCODING", "SJIS")
    with Line(server.url) as line:
        assert line.connection.execute("SELECT %s", ("𠮷😀",)).fetchone() == ("𠮷😀",)


@pytest.mark.parametrize(
    "words",
    [
        'connection failed: root certificate file "/home/desk/.postgresql/root.crt" does not exist',
        "connection failed: server does not support SSL, but SSL was required",
        "connection failed: SSL error: certificate verify failed",
    ],
)
def test_a_server_that_is_not_trusted_is_not_away(words):
    assert trouble_of(psycopg.OperationalError(words)) == "refused"


@pytest.mark.parametrize(
    "words",
    [
        "connection failed: FATAL:  the database system is starting up",
        "connection failed: FATAL:  データベースシステムは起動処理中です",
        "consuming input failed: SSL connection has been closed unexpectedly",
        "connection failed: FATAL:  現在クライアント数が多すぎます",
    ],
)
def test_a_server_that_has_no_time_is_away(words):
    assert trouble_of(psycopg.OperationalError(words)) == "unreachable"


def test_a_password_that_cannot_be_read_is_told_from_what_else_the_system_refuses(tmp_path):
    missing = DatabaseSettings("postgresql://localhost/x", "1", tmp_path / "none")
    (finding,) = look(missing)
    assert finding.key == "database.password"
    assert trouble_of(OSError(errno.EMFILE, "Too many open files")) == "other"
