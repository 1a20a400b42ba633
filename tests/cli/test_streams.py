"""Whatever stdin, stdout and stderr are, a command has its say, and ends by its outcome.

The shell opens and closes them, as people do.
"""

import json
import os
import shlex
import subprocess

import pytest

from kazashi.cli.simulate import write_anchors
from program import KAZASHI, command
from served import on_tcp

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a POSIX shell opens the streams")

PIN = "7351"


def run(*arguments, streams="", stdin="", **environment):
    """`streams`: what the shell does with them, such as >&-."""
    line = f"{shlex.join([KAZASHI, *map(str, arguments)])} {streams}"
    return subprocess.run(
        ["sh", "-c", line],
        input=stdin.encode(),
        capture_output=True,
        env=os.environ | environment,
        timeout=240,
    )


@pytest.fixture(scope="module")
def reader():
    """Its URL."""
    with on_tcp(f"sim:?speed=20&tap=0&pin={PIN}") as url:
        yield url


@pytest.fixture
def checkin(reader, tmp_path):
    write_anchors(tmp_path)
    return (
        *("checkin", "--test", "--way", "pin", "--reader", reader),
        *("--config", tmp_path / "kazashi.toml", "--journal", tmp_path / "journal.db"),
        *("--consent", "all", "--prescription", "paper"),
    )


@pytest.mark.parametrize("encoding", ["cp932", "ascii"])
def test_what_an_encoding_lacks_is_replaced(checkin, encoding):
    shown = ("--language", "en", "--timeline")
    done = command(*checkin, *shown, stdin=f"{PIN}\n", encoding=encoding)
    assert done.returncode == 0, done.stderr
    assert "checked in: covered" in done.stdout
    assert "?" in done.stdout


@pytest.mark.parametrize("words", ["demo --reader sim:?speed=20&tap=0", "--help", "info --reader"])
def test_every_command_prints_in_ascii(reader, words):
    done = command(*words.split(), *[reader] * words.startswith("info"), encoding="ascii")
    assert (done.returncode, done.stdout.isascii()) == (0, True), done.stderr


def test_the_encoding_of_the_system_is_that_of_stdout():
    done = run("list", "--help", PYTHONIOENCODING="utf-16-le")
    assert done.returncode == 0, done.stderr
    assert "List the boards" in done.stdout.decode("utf-16-le")


@pytest.mark.parametrize("encoding", ["cp932", "ascii"])
def test_json_is_exact_in_every_encoding(checkin, encoding, tmp_path):
    staff = ("--staff", "髙\u00e9", "--reason", "カメラ")
    visual = [word if word != "pin" else "visual" for word in checkin]
    done = command(*visual, *staff, "--json", stdin="0000\n1\n", encoding=encoding)
    visit = json.loads(done.stdout)
    assert (visit["outcome"], done.returncode) == ("checked_in", 0), done.stderr
    assert visit["staff"] == "髙\u00e9"


@pytest.mark.parametrize("streams", [">&-", "> /dev/full"])
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_stdout_that_takes_nothing_is_one_line_and_status_1(reader, streams, options):
    done = run("info", "--reader", reader, *options, streams=streams)
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("kazashi: ")
    assert "stdout" in line


def test_a_pipe_that_nobody_reads_is_one_line(reader):
    done = run("info", "--reader", reader, streams="| true")  # the status is that of `true`
    (line,) = done.stderr.decode().splitlines()
    assert "stdout" in line


@pytest.mark.parametrize("streams", ["<&-", "< /dev/null"])
def test_a_stdin_that_says_nothing_is_nobody_who_answers(checkin, streams):
    done = run(*checkin, "--json", streams=streams)
    assert done.returncode == 1
    assert json.loads(done.stdout)["outcome"] == "not_identified"
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("streams", ["2>&-", "2> /dev/full"])
def test_a_visit_goes_on_without_stderr(checkin, streams):
    done = run(*checkin, "--json", stdin=f"{PIN}\n", streams=streams)
    assert done.returncode == 0
    assert json.loads(done.stdout)["outcome"] == "checked_in"


def test_without_any_stream_a_failure_is_still_status_1():
    assert run("list", streams="<&- >&- 2>&-").returncode == 1


def test_a_closed_stdout_is_not_the_number_of_another_file(checkin, tmp_path):
    """The journal would be opened as 1, and what is printed would end in it."""
    done = run(*checkin, "--json", stdin=f"{PIN}\n", streams=">&-")
    assert done.returncode == 1
    listed = command("journal", "list", "--json", "--journal", tmp_path / "journal.db")
    (kept,) = json.loads(listed.stdout)
    assert kept["outcome"] == "checked_in"
