"""`kazashi numbers` on a computer of a site where no service runs."""

import json

import pytest

from program import command

LIST = "number,reference\n" + "".join(f"{n},A-{n}\n" for n in range(1, 1203))


@pytest.fixture
def config(tmp_path):
    """Makes the configuration of a computer; all have the same key."""

    def make(name, url):
        folder = tmp_path / name
        folder.mkdir()
        key = folder / "numbers.key"
        key.write_text("00" * 32)
        key.chmod(0o600)
        config = folder / "kazashi.toml"
        config.write_text(
            f'[database]\nurl = "{url}"\ndesk = "{name}"\n'
            '[numbers]\nkey = "numbers.key"\nfile = "numbers.db"\n'
        )
        return config

    return make


def imported(config, text=LIST):
    path = config.with_name("list.csv")
    path.write_text(text, encoding="utf-8")
    return command("numbers", "import", path, "--config", config)


def test_a_list_is_in_the_database_when_its_import_has_ended(config, server):
    done = imported(config("one", server.url))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "lines imported: 1202\nsent to the site's database: 1202\n"
    assert server.rows("SELECT count(*) FROM kazashi.tie") == [(1202,)]


def test_what_cannot_be_sent_is_counted_and_goes_with_the_next_import(config, server):
    one = config("one", "postgresql://127.0.0.1:1/kazashi")
    done = imported(one)
    assert (done.returncode, done.stdout) == (0, "lines imported: 1202\n")
    assert "sent to the site's database: 0; waiting (unreachable): 1202" in done.stderr
    assert "kazashi serve on this computer sends them, or the next import" in done.stderr
    one.write_text(one.read_text().replace("127.0.0.1:1/kazashi", server.url.partition("://")[2]))
    done = imported(one, "number,reference\n1,A-1\n")
    assert "database: 1202" in done.stdout
    assert server.rows("SELECT count(*) FROM kazashi.tie") == [(1202,)]


def test_if_nothing_waits_nothing_is_said_of_the_database(config, server):
    one = config("one", server.url)
    imported(one)
    one.write_text(one.read_text().replace(server.url, "postgresql://127.0.0.1:1/kazashi"))
    done = imported(one)
    assert (done.stdout, done.stderr) == ("lines imported: 1202\n", "")


def test_with_another_key_nothing_is_sent_and_that_is_said(config, server):
    assert imported(config("one", server.url)).returncode == 0
    two = config("two", server.url)
    two.with_name("numbers.key").write_text("01" * 32)
    done = imported(two, "number,reference\n7,B-7\n")
    assert "sent to the site's database: 0; waiting (other-key): 1" in done.stderr


def test_a_check_of_an_empty_database_makes_no_tables(config, server):
    words = ("doctor", "--json", "--reader", "sim:", "--config", config("one", server.url))
    assert "database.reached" in [each["key"] for each in json.loads(command(*words).stdout)]
    assert server.rows("SELECT to_regclass('kazashi.schema')") == [(None,)]
