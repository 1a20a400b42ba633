"""The installed program, run by tests."""

import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

KAZASHI = str(Path(sys.executable).with_name("kazashi"))


def kazashi(*arguments, timeout_s=240):
    """`timeout_s`: against a hang, not for speed: other work may run beside."""
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
        rest = process.communicate(timeout=20)[1]
        assert "Traceback" not in rest, rest
