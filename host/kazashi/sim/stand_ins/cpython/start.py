"""Run a script of the firmware on CPython:  start.py SCRIPT FOLDER…   (folders to import from)

Makes CPython look like the RP2040's MicroPython as far as the firmware can tell: ticks that wrap,
stdin that blocks until it has all that was asked for, behind a ring of 512 octets that holds the
sender back when it is full and loses nothing, viper's words, poll with ipoll.

Imports little: pathlib and runpy took a third of the CPU that the firmware's start takes.
"""

import builtins
import gc
import os
import select
import sys
import threading
import time
import types

_RING = 512
_TICKS = 1 << 30


class Ring:
    """stdin: a thread fills it, as the USB interrupt does."""

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._octets = bytearray()
        self._is_closed = False
        self._changed = threading.Condition()
        threading.Thread(target=self._fill, daemon=True).start()

    def _fill(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: len(self._octets) < _RING)
                room = _RING - len(self._octets)
            data = os.read(self._descriptor, room)
            with self._changed:
                self._octets += data
                self._is_closed = not data
                self._changed.notify_all()
                if not data:
                    return

    def wait(self, timeout_s):
        with self._changed:
            return self._changed.wait_for(lambda: self._octets or self._is_closed, timeout_s)

    def readinto(self, buffer):
        with self._changed:
            self._changed.wait_for(lambda: len(self._octets) >= len(buffer) or self._is_closed)
            count = min(len(buffer), len(self._octets))
            buffer[:count] = self._octets[:count]
            del self._octets[:count]
            self._changed.notify_all()
            return count


class Out:
    """stdout, with MicroPython's write(buffer, start, count)."""

    def write(self, buffer, start=0, count=None):
        data = bytes(buffer[start:] if count is None else buffer[start : start + count])
        while data:
            data = data[os.write(1, data) :]


class Stream:
    """A text stream of which only the octets below are used."""

    def __init__(self, buffer):
        self.buffer = buffer


class Poll:
    """select.poll over stdin alone, on any system."""

    def register(self, stream, _events):
        self._ring = stream.buffer

    def ipoll(self, timeout_ms):
        return ((0, 1),) if self._ring.wait(timeout_ms / 1000) else ()


def ticks_diff(a, b):
    return (a - b + _TICKS // 2) % _TICKS - _TICKS // 2


def disguise():
    """Give CPython what MicroPython has and the firmware uses."""
    builtins.ptr8 = lambda buffer: buffer
    builtins.ptr16 = lambda buffer: memoryview(buffer).cast("B").cast("H")
    builtins.ptr32 = lambda buffer: memoryview(buffer).cast("B").cast("I")
    builtins.uint = int
    time.ticks_ms = lambda: time.monotonic_ns() // 1_000_000 % _TICKS
    time.ticks_us = lambda: time.monotonic_ns() // 1_000 % _TICKS
    time.ticks_diff = ticks_diff
    time.sleep_ms = lambda ms: time.sleep(ms / 1000)
    gc.mem_alloc = gc.mem_free = lambda: 0  # CPython's heap says nothing about the RP2040's


def fall_ill(fault):
    """What may be wrong with a board and what runs on it: sim/ailments.py."""
    is_called = dict(vars(sys.implementation))
    if fault == "board":
        is_called |= {"_machine": "Raspberry Pi Pico 2 with RP2350"}
    elif fault == "micropython":
        is_called |= {"name": "micropython", "version": (1, 19, 1)}
    elif fault == "memory":
        gc.mem_alloc, gc.mem_free = lambda: 230_000, lambda: 9_000
    elif fault == "revision":
        import wire

        wire.REVISION, wire.FINGERPRINT = wire.REVISION - 1, bytes(4)
    elif fault == "stopped":
        raise ImportError("no module named 'board'")
    elif fault == "prompt":
        await_programs()
    elif fault == "hung":
        while os.read(0, _RING):
            pass
        raise SystemExit
    sys.implementation = types.SimpleNamespace(**is_called)


def await_programs():
    """MicroPython's prompt: it echoes, and answers each line with another prompt."""
    while data := os.read(0, 4096):
        os.write(1, data.replace(b"\xca\x5a", b"").replace(b"\r", b"\r\n>>> "))
    raise SystemExit


def main(script, *folders):
    sys.path[:0] = [os.path.dirname(__file__), *folders]
    disguise()
    select.poll, select.POLLIN = Poll, 1
    fall_ill(os.getenv("KAZASHI_FAULT"))
    sys.stdin, sys.stdout = Stream(Ring(0)), Stream(Out())
    with open(script, "rb") as file:
        code = compile(file.read(), script, "exec")
    exec(code, {"__name__": "__main__", "__file__": script})


if __name__ == "__main__":
    main(*sys.argv[1:])
