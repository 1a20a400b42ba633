"""`kazashi numbers`: lists of the clinic's numbers, in and out."""

import json
import stat

import pytest

from hanging import POSIX, pipe
from program import command


@pytest.fixture
def config(tmp_path):
    assert command("numbers", "key", tmp_path / "numbers.key").returncode == 0
    config = tmp_path / "kazashi.toml"
    config.write_text('[numbers]\nkey = "numbers.key"\nfile = "numbers.db"\n')
    return config


def imported(config, data, *options):
    path = config.with_name("list.csv")
    path.write_bytes(data)
    return command("numbers", "import", path, "--config", config, *options)


def exported(config, name, *options):
    path = config.with_name(name)
    done = command("numbers", "export", path, "--config", config, *options)
    assert (done.returncode, done.stderr) == (0, "")
    return path


def test_the_key_is_its_owners_alone_and_never_overwritten(config):
    key = config.with_name("numbers.key")
    before = key.read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert command("numbers", "key", key).returncode == 2
    assert key.read_text() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_list_goes_in_and_comes_out_in_each_encoding(config, encoding):
    done = imported(config, "診察券番号,照会番号,生活保護\n0012,A-1,1\n".encode(encoding))
    assert (done.returncode, done.stderr) == (0, "")
    path = exported(config, "out.csv", "--encoding", encoding)
    whole = "number,reference,certificate,welfare,subsidy\r\n0012,A-1,,1,\r\n"
    assert path.read_bytes() == whole.encode(encoding)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert imported(config, path.read_bytes()).returncode == 0


def test_a_list_with_errors_names_their_lines_and_imports_nothing(config):
    done = imported(config, b"number,reference\n1,a\n2,a\n,b\n")
    assert done.returncode == 1
    assert "line 3: the 照会番号 of line 2, with another number: correct one" in done.stderr
    assert "--move" not in done.stderr  # it would not help
    assert "line 4: no number" in done.stderr
    assert "nothing of the list was taken" in done.stderr
    assert len(exported(config, "out.csv").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("\n\n番号\n1\n".encode(), "line 3: unknown column"),
        (b"\nnumber;reference\n1;a\n", "line 2: the names of the columns are not separated by"),
        ("number\treference\n1\ta\n".encode("utf-16"), "another encoding than UTF-8, cp932: save"),
    ],
)
def test_a_list_that_is_no_such_csv_is_told_and_nothing_is_imported(config, data, said):
    done = imported(config, data)
    assert (done.returncode, said in done.stderr) == (1, True)


@pytest.mark.parametrize("wrong", [20, 45])
def test_of_many_errors_the_first_twenty_are_told_and_how_many_more_there_are(config, wrong):
    done = imported(config, ("number\n" + "山\n" * wrong).encode())
    *told, last = done.stderr.splitlines()
    lines, rest = told[:20], told[20:]
    assert all(f"line {at}: no patient's number" in lines[at - 2] for at in range(2, 22))
    more = ["kazashi: ほかに誤りが25件あります / errors not shown: 25"]
    assert rest == (more if wrong > 20 else [])
    assert (done.returncode, "nothing of the list was taken" in last) == (1, True)


def test_what_another_patient_has_is_moved_if_that_is_asked_for(config):
    assert imported(config, b"number,reference\n1,a\n").returncode == 0
    refused = imported(config, b"number,reference\n2,a\n")
    assert (refused.returncode, "--move" in refused.stderr) == (1, True)
    assert imported(config, b"number,reference\n2,a\n", "--move").returncode == 0


def test_a_list_that_is_not_there_and_a_configuration_without_the_table_are_told(config):
    none = command("numbers", "import", config.with_name("none.csv"), "--config", config)
    assert (none.returncode, "cannot be read" in none.stderr) == (1, True)
    config.write_text("")
    assert "numbers.key" in imported(config, b"number\n1\n").stderr


@POSIX
def test_a_list_that_is_a_pipe_is_not_waited_for(config, tmp_path):
    none = command("numbers", "import", pipe(tmp_path / "pipe"), "--config", config)
    assert (none.returncode, "not a regular file" in none.stderr) == (1, True)


def test_the_simulated_centre_s_person_is_found_by_a_list(config, tmp_path):
    assert imported(config, b"number,reference\n0012,A-00123\n").returncode == 0
    visit = command(
        *("checkin", "--test", "--reader", "sim:", "--way", "pin", "--consent", "all", "--json"),
        *("--prescription", "paper", "--config", config, "--journal", tmp_path / "journal.db"),
        stdin="1234\n",
    )
    assert json.loads(visit.stdout)["patient"]["number"] == "0012"


def test_what_only_looks_makes_no_map(config, tmp_path):
    before = {*tmp_path.iterdir()}
    out = tmp_path / "out.csv"
    done = command("numbers", "export", out, "--config", config)
    assert (done.returncode, "there is no map of the clinic's numbers yet" in done.stderr) == (1, 1)
    looked = command("doctor", "--json", "--reader", "sim:", "--config", config)
    (numbers,) = [each for each in json.loads(looked.stdout) if each["check"] == "numbers"]
    assert (numbers["level"], numbers["key"]) == ("ok", "numbers.none")
    assert {*tmp_path.iterdir()} == before
