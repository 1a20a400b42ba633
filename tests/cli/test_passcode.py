"""`kazashi passcode`, as a person runs it."""

import os
import subprocess
import tomllib

import pytest

from kazashi.reception.passcode import Passcode
from program import KAZASHI, command


def test_twice_the_same_makes_the_line_and_nothing_else(tmp_path):
    done = command("passcode", stdin="１２３４5\n１２３４5\n")
    assert done.returncode == 0, done.stderr
    assert "パスコード" in done.stderr
    assert "12345" not in done.stdout + done.stderr
    assert "１２３４5" not in done.stdout + done.stderr
    assert done.stdout.count("\n") == 1
    assert Passcode(tomllib.loads(done.stdout)["passcode"]).check("12345")


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        ("1234\n1235\n", "the second passcode differs"),
        ("12\n12\n", "a passcode has 4 to 16 digits"),
        ("", "a passcode has 4 to 16 digits"),
        ("1234\n", "the second passcode differs"),
    ],
)
def test_what_cannot_be_one_ends_in_one_clear_line(stdin, said):
    done = command("passcode", "--language", "en", stdin=stdin)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr.splitlines()[-1]
    assert "1235" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_on_a_terminal_nothing_that_is_typed_is_shown():
    import pty  # POSIX alone has it

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [KAZASHI, "passcode"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,  # without /dev/tty, however the tests are run
        text=True,
    ) as program:
        os.close(theirs)
        shown = b""
        for asked in ("桁):", "度:"):
            while asked.encode() not in shown:
                shown += os.read(ours, 1000)
            os.write(ours, b"482916\n")
        line = program.stdout.read()
    os.close(ours)
    assert b"482916" not in shown
    assert Passcode(tomllib.loads(line)["passcode"]).check("482916")
