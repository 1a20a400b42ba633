"""The doctor at MicroPython's own prompt: a real interpreter, behind a pseudo-terminal."""

import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

import said
from kazashi import doctor
from kazashi.discovery import connector
from kazashi.doctor import Level
from kazashi.flashing import repl
from kazashi.flashing.board_files import LIST
from kazashi.limits import Limits
from kazashi.reader import Reader
from kazashi_wire.frame import Deframer, Frame
from kazashi_wire.messages import FINGERPRINT, REVISION, AskHealth, Hello, Welcome

pty = pytest.importorskip("pty", reason="pseudo-terminals are POSIX")
tty = pytest.importorskip("tty", reason="pseudo-terminals are POSIX")

MICROPYTHON = shutil.which("micropython", path=f"{Path(sys.executable).parent}:{os.defpath}")
WELCOME = Welcome(
    revision=REVISION,
    fingerprint=FINGERPRINT,
    firmware=b"\0\1\0",
    chip=b"\x32\1\6\7",
    serial=bytes(8),
    names=b"pico\nmicropython 1.28.0",
)


@pytest.fixture(autouse=True)
def is_unhurried(monkeypatch):
    """The prompt may answer late, on a busy machine."""
    monkeypatch.setattr(repl, "KNOCK_S", 60.0)


@contextmanager
def micropython(folder):
    """The path of a port at which MicroPython's prompt is; `folder` is the board's flash."""
    if not MICROPYTHON:
        pytest.skip("no micropython for unix here")
    master, slave = pty.openpty()
    process = subprocess.Popen([MICROPYTHON], stdin=slave, stdout=slave, cwd=folder)
    try:
        yield _relayed(master)
    finally:
        process.kill()
        process.wait()


def _relayed(program):
    """A second terminal: pyserial sets its own raw, the interpreter's stays as it wants it."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    for source, target in ((program, master), (master, program)):
        threading.Thread(target=_carry, args=(source, target), daemon=True).start()
    return os.ttyname(slave)


def _carry(source, target):
    try:
        while data := os.read(source, 4096):
            os.write(target, data)
    except OSError:
        pass  # the test is over


def finding_at(path):
    (finding,) = doctor.findings(connector(path))
    assert (finding.check, finding.level) == ("reader", Level.FAILURE)
    assert "kazashi flash" in said.remedy(finding)
    return finding


def test_micropython_without_our_firmware_is_a_blank_board(impatient, tmp_path):
    (tmp_path / "notes.txt").write_text("somebody's own")
    with micropython(tmp_path) as path:
        assert said.seen(finding_at(path)) == "a blank board: MicroPython without our firmware"


def test_micropython_with_our_files_is_a_firmware_that_does_not_run(impatient, tmp_path):
    (tmp_path / LIST).write_text("main.py")
    with micropython(tmp_path) as path:
        assert "MicroPython's prompt" in said.seen(finding_at(path))


def test_a_firmware_that_ends_in_the_prompt_during_the_visit_is_found(monkeypatch):
    def open_reader(connect, cancel):
        reader = Reader(connect, Limits(answer_s=60.0), cancel)
        reader._limits = Limits(answer_s=0.5)  # once it has greeted
        return reader

    monkeypatch.setattr(doctor, "Reader", open_reader)
    monkeypatch.setattr(repl, "_ANSWER_S", 0.5)  # which never comes
    master, slave = pty.openpty()
    tty.setraw(slave)

    def board():
        deframer = Deframer()
        while data := os.read(master, 4096):
            for frame in deframer.feed(data):
                if frame.kind == Hello.kind:
                    os.write(master, Frame(WELCOME.kind, frame.number, WELCOME.build()).build())
                assert frame.kind in (Hello.kind, AskHealth.kind)  # which it never answers
            if deframer.noise.endswith(repl.KNOCK):
                deframer.noise.clear()
                os.write(master, b"\r\n>>> ")

    threading.Thread(target=board, daemon=True).start()
    finding = finding_at(os.ttyname(slave))
    assert said.seen(finding) == "MicroPython's prompt answers, no firmware runs"
