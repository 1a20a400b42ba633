"""The command line, run by tests: in this process, or as the installed program.

A process costs a second of Python's start and imports. It is for what only a process shows:
signals, streams that the system opens, two programs at once, and once for each command.
"""

import signal
import subprocess
import sys
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from kazashi.cli import main

KAZASHI = str(Path(sys.executable).with_name("kazashi"))


def command(*arguments, stdin="", encoding="utf-8"):
    """Run a command in this process. `encoding` is that of its streams."""
    given = TextIOWrapper(BytesIO(stdin.encode(encoding)), encoding)
    out = TextIOWrapper(BytesIO(), encoding)
    said = TextIOWrapper(BytesIO(), encoding, "backslashreplace")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["kazashi", *map(str, arguments)])
        for name, stream in (("stdin", given), ("stdout", out), ("stderr", said)):
            patch.setattr(sys, name, stream)
        status = main()
    texts = []
    for stream in (out, said):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode(encoding))
    return subprocess.CompletedProcess(arguments, status, *texts)


def kazashi(*arguments, timeout_s=240):
    """Run the installed program. `timeout_s`: against a hang, not for speed."""
    return subprocess.run([KAZASHI, *arguments], capture_output=True, text=True, timeout=timeout_s)


@contextmanager
def running(*arguments, until):
    """A command that runs until it is interrupted; `until` is what it says when it is ready."""
    process = subprocess.Popen(
        [KAZASHI, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        line = ""
        while until not in line:
            line = process.stderr.readline()
            assert line, f"{arguments} ended with {process.wait()}"
        yield process, line
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[1]
        assert "Traceback" not in rest, rest
