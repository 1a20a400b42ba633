"""A pcscd for one test, in namespaces of its own, for other people's PC/SC programs.

In its own mount namespace /run/pcscd is the folder of SOCKET, so it meets no other pcscd. Its
programs find it by PCSCLITE_CSOCK_NAME, pyscard in the test's own process too: libpcsclite reads
that once, so a process has one pcscd at a time.
"""

import ctypes
import functools
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from kazashi.pcsc.vpcd import PORT

DRIVERS = Path("/usr/lib/pcsc/drivers")
VPCD = DRIVERS / "serial/libifdvpcd.so"
LIMIT_S = 60  # against a hang: of a program, and until something is seen
CRITICAL = "\x1b[01;31m"  # pcscd's colour of such a line
CLONE_NEWNET = 0x40000000

_folder = tempfile.TemporaryDirectory(prefix="pcscd-")  # short: a socket's path has 107 characters
SOCKET = Path(_folder.name) / "pcscd.comm"
os.environ["PCSCLITE_CSOCK_NAME"] = str(SOCKET)
os.environ.pop("PCSCLITE_NO_BLOCKING", None)

# Two slots, as Debian's own /etc/reader.conf.d/vpcd. In a network of its own the port is free.
VPCD_READERS = f"""\
FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:0x{PORT:X}
LIBPATH {VPCD}
CHANNELID 0x{PORT:X}
"""


def needs(*programs, drivers=()):
    """A mark that skips, with the reason, what cannot have a pcscd, these programs and drivers."""
    wanted = ("pcscd", "pcsc_scan", "unshare", "nsenter", *programs)
    missing = [each for each in wanted if not shutil.which(each)]
    missing += [str(each) for each in drivers if not each.exists()]
    reason = f"missing: {', '.join(missing)}; .ci/run installs it" if missing else _why_apart()
    return pytest.mark.skipif(bool(reason), reason=reason)


@functools.cache
def _why_apart():
    """The reason, if a namespace cannot be made here."""
    if not shutil.which("unshare"):
        return "missing: unshare"
    tried = subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True, text=True)
    return f"no namespaces without root: {tried.stderr.strip()}" if tried.returncode else ""


class Pcscd:
    """Runs pcscd until close(), or the end of `with`. `folder` is an empty one for its files.

    `readers` is the text of its reader.conf. `environment` is added to its own. With
    `own_network` it has a loopback of its own, and nothing else: for what listens on a fixed port.
    """

    def __init__(self, folder, readers="", environment=None, *, own_network=False):
        assert not SOCKET.exists(), "this process has a pcscd already: close it first"
        self._log = folder / "pcscd.log"
        self._own_network = own_network
        configuration = folder / "reader.conf.d"
        configuration.mkdir(exist_ok=True)
        (configuration / "readers").write_text(readers)
        apart = ["unshare", "--mount", *(["--net"] if own_network else [])]
        up = "ip link set lo up && " if own_network else ""
        script = f'{up}mkdir -p /run/pcscd && mount --bind "$1" /run/pcscd && exec pcscd ' + (
            '--foreground --debug --apdu --color --config "$2"'
        )
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [*apart, "sh", "-c", script, "sh", str(SOCKET.parent), str(configuration)],
                env=os.environ | (environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self.wait_until(SOCKET.exists, "pcscd listens")
            if readers:
                # It lists them once it has looked into each. A card that lies there by then is
                # not "inserted" in its log, and loses its power at once.
                self.wait_until(self._is_open, "pcscd lets programs in")
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(LIMIT_S)
            raise AssertionError(f"pcscd did not end:\n{self.log[-2000:]}") from None
        finally:
            for left in SOCKET.parent.iterdir():
                left.unlink()

    @property
    def log(self):
        """What the daemon and its drivers have said, without colours."""
        return re.sub(r"\x1b\[[\d;]*m", "", self._coloured())

    @property
    def criticals(self):
        """The lines of it that are of level CRITICAL."""
        return [line for line in self._coloured().splitlines() if CRITICAL in line]

    def _coloured(self):
        return self._log.read_text(errors="replace")

    def _is_open(self):
        """On a busy machine it has denied the first program access, and taken the next."""
        return self._run("pcsc_scan", "-r").returncode == 0

    def run(self, *command, status=0, environment=None, timeout_s=LIMIT_S):
        """Run a program that uses it; what it says. `status` 1: it must fail."""
        done = self._run(*command, environment=environment, timeout_s=timeout_s)
        said = done.stdout
        assert bool(done.returncode) == bool(status), f"{command}: {done.returncode}\n{said}"
        return said

    def _run(self, *command, environment=None, timeout_s=LIMIT_S):
        return subprocess.run(
            self._inside(command),
            env=os.environ | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout_s,
        )

    @contextmanager
    def running(self, *command, environment=None):
        """A program beside the test, ended with it; a Process."""
        process = subprocess.Popen(
            self._inside(command),
            env=os.environ | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        program = Program(process)
        try:
            yield program
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(LIMIT_S)
            program.close()

    def _inside(self, command):
        network = ("nsenter", f"--net=/proc/{self.process.pid}/ns/net")
        return [*(network if self._own_network else ()), *map(str, command)]

    @contextmanager
    def network(self):
        """Connections that this thread, or one started in it, makes meanwhile are in its network.
        `os.setns` is there from Python 3.12 on.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        with (
            Path("/proc/thread-self/ns/net").open() as ours,
            Path(f"/proc/{self.process.pid}/ns/net").open() as other,
        ):
            try:
                assert not libc.setns(other.fileno(), CLONE_NEWNET), os.strerror(ctypes.get_errno())
                yield
            finally:
                assert not libc.setns(ours.fileno(), CLONE_NEWNET), os.strerror(ctypes.get_errno())

    def wait_for_card(self, number):
        """Wait until a card is in that slot.

        Not with `opensc-tool --wait`: it waits for a change, for ever if the card came before it.
        """
        line = re.compile(rf"^{number}\s+Yes\s", re.MULTILINE)
        seen = lambda: line.search(self.run("opensc-tool", "--list-readers"))  # noqa: E731
        self.wait_until(seen, f"a card in slot {number}")

    def wait_until(self, is_so, what, limit_s=LIMIT_S):
        """Wait until `is_so()`, at most `limit_s`; its value. `what` names it, should it fail."""
        end_s = time.monotonic() + limit_s
        while not (value := is_so()):
            assert self.process.poll() is None, f"pcscd ended:\n{self.log[-2000:]}"
            assert time.monotonic() < end_s, f"not within {limit_s} s: {what}\n{self.log[-2000:]}"
            time.sleep(0.01)
        return value


class Program:
    """What a running program says, gathered from a thread."""

    def __init__(self, process):
        self.process = process
        self.said = ""
        self._thread = threading.Thread(target=self._gather, daemon=True)
        self._thread.start()

    def close(self):
        self._thread.join(LIMIT_S)
        self.process.stdout.close()

    def _gather(self):
        for line in self.process.stdout:
            self.said += line
