"""A signal ends a command in order, at whatever moment: status 128 + n, quiet, the reader rests."""

import json
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
import time
from contextlib import closing, contextmanager

import pytest

from kazashi.cli.simulate import write_anchors
from kazashi.link import send
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico
from kazashi.sim.serve import TcpLine, serve
from kazashi_wire.frame import Deframer
from kazashi_wire.messages import BY_KIND, Part, Rest, Show
from program import KAZASHI

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
PIN = "7351"
WITHIN_S = 60  # against a hang, not for speed


# Python stops where it looks for the module STOPS_AT.
STOPPING = """
import os, signal, sys

class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["STOPS_AT"]:
            os.kill(os.getpid(), signal.SIGSTOP)

sys.meta_path.insert(0, Stop())
"""

# The program, which waits long for a reader that was to rest.
UNHURRIED = """
from functools import partial
from kazashi import limits, reader
reader.Limits = partial(limits.Limits, late_s=60.0)
from kazashi_entry import main
main()
"""


class Wire:
    """A simulated reader on a TCP port of this machine, and what it was asked. Requests of a kind
    in `lost` do not reach it. With `is_cut`, the program gets no response of the card, nor what
    follows it, until it lets the reader rest.
    """

    def __init__(self, pico, lost=(), *, is_cut=False):
        self._lost = lost
        self._is_cut = is_cut
        self._withholds = False
        self._said = Deframer()
        self._pipe = pico.connect()
        self._line = TcpLine("127.0.0.1", 0)
        self._deframer = Deframer()
        self._asked = []
        self._has_come = threading.Condition()
        self.url = "socket://{}:{}".format(*self._line.address)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def read_beside(self, other):
        told = b""
        for frame in self._said.feed(self._pipe.read_beside(other)):
            self._withholds |= self._is_cut and BY_KIND[frame.kind] is Part
            if not self._withholds:
                told += frame.build()
        return told

    def write(self, data):
        for frame in self._deframer.feed(data):
            kind = BY_KIND[frame.kind]
            if kind is Rest:
                self._is_cut = self._withholds = False
            if kind not in self._lost:
                send(self._pipe, frame.build())
            with self._has_come:
                self._asked.append(kind)
                self._has_come.notify_all()
        return len(data)

    def until(self, has_come):
        """Wait until `has_come` is true of the requests so far."""
        with self._has_come:
            assert self._has_come.wait_for(lambda: has_come(self._asked), WITHIN_S), self._asked

    def stall(self):
        """The reader answers nothing any more."""
        self._pipe.process.send_signal(signal.SIGSTOP)

    def close(self):
        self._pipe.close()
        self._thread.join(WITHIN_S)
        self._line.close()

    def _serve(self):
        try:
            serve(self, self._line)
        except Exception:  # closed
            pass


@contextmanager
def serving(lost=(), *, is_cut=False, **options):
    pico = SimulatedPico(Options(pin=PIN, **options))
    with closing(Wire(pico, lost, is_cut=is_cut)) as wire:
        yield wire


def start(*arguments, program=(KAZASHI,), **streams):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*program, *map(str, arguments)], **(pipes | streams))


def end(process, number, by=None):
    """Send the signal; what was printed to stdout and stderr. `by`: the one that ends it."""
    process.send_signal(number)
    out, errors = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 128 + (by or number), errors
    for text in (out, errors):
        assert b"Traceback" not in text
        assert b"Exception" not in text
    return out, errors


def has_asked(kind):
    return lambda asked: kind in [each.__name__ for each in asked]


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("module", ["typer.models", "kazashi.reader"])
def test_while_python_imports(number, module, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(STOPPING, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "STOPS_AT": module}
    with start("read", "--reader", "sim:?card=none", env=environment) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        process.send_signal(number)
        assert end(process, signal.SIGCONT, number) == (b"", b"")


@pytest.mark.parametrize("number", SIGNALS)
def test_while_a_card_is_waited_for(number):
    with serving(card="none", speed=20) as wire, start("read", "--reader", wire.url) as process:
        wire.until(has_asked("Watch"))
        end(process, number)
        wire.until(lambda asked: asked[-1] is Rest)


@pytest.mark.parametrize("number", SIGNALS)
def test_in_the_middle_of_a_read(number):
    with (
        serving(is_cut=True, tap=0) as wire,
        start("read", "--reader", wire.url) as process,
    ):
        while b"card found" not in process.stderr.readline():
            pass  # the certificate is arriving
        out, _ = end(process, number)
        assert out == b""
        wire.until(lambda asked: asked[-1] is Rest)


def checkin(folder, wire, *options):
    """The arguments of a check-in by PIN."""
    write_anchors(folder)
    files = ("--journal", folder / "journal.db", "--config", folder / "kazashi.toml")
    spoken = ("--way", "pin", "--language", "en", "--reader", wire.url)
    return ("checkin", "--test", *spoken, *files, *options)


@pytest.mark.parametrize("number", SIGNALS)
def test_at_the_prompt_for_a_pin(number, tmp_path):
    """On a terminal, whose echo comes back."""
    terminal, program = pty.openpty()
    with serving(tap=0, speed=20) as wire:
        process = start(*checkin(tmp_path, wire), stdin=program, start_new_session=True)
        said = b""
        while b"PIN" not in said:
            said += (new := os.read(process.stderr.fileno(), 4096))
            assert new, said
        until = time.monotonic() + WITHIN_S
        while termios.tcgetattr(program)[3] & termios.ECHO:
            assert time.monotonic() < until
            time.sleep(0.01)
        end(process, number)
        wire.until(lambda asked: asked[-1] is Rest)
    assert termios.tcgetattr(program)[3] & termios.ECHO
    os.close(terminal)
    os.close(program)


@pytest.mark.parametrize("number", SIGNALS)
def test_in_the_goodbye_of_a_visit_its_result_is_printed(number, tmp_path):
    """The reader never hears what it is to show: the program waits for its answer."""
    agreed = ("--json", "--consent", "all", "--prescription", "paper")
    with serving(lost=[Show], tap=0, speed=20) as wire:
        with start(*checkin(tmp_path, wire, *agreed)) as process:
            process.stdin.write(f"{PIN}\n".encode())
            process.stdin.flush()
            wire.until(has_asked("Show"))
            out, _ = end(process, number)
        visit = json.loads(out)
        assert (visit["outcome"], visit["is_kept"]) == ("checked_in", True)
        wire.until(lambda asked: asked[-1] is Rest)


def test_a_second_signal_ends_it_at_once():
    unhurried = (sys.executable, "-c", UNHURRIED)
    with (
        serving(card="none", speed=20) as wire,
        start("read", "--reader", wire.url, program=unhurried) as process,
    ):
        wire.until(has_asked("Watch"))
        wire.stall()
        process.send_signal(signal.SIGTERM)
        wire.until(lambda asked: asked[-1] is Rest)
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN_S) == -signal.SIGTERM
        assert b"Traceback" not in process.stderr.read()
