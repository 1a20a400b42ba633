"""Records the bus traffic of a PN532, for firmware/test_recordings.py to replay.

    uv run python tests/recorder.py /dev/ttyACM0 red-breakout --date 2027-01-31

The firmware is on the board, and the board at MicroPython's prompt: plug it in, press BOOTSEL as
the LED lights and hold it until the LED goes out. A TEST CARD lies on the reader: the first bytes
of its certificate are kept.
Writes vectors/bus/NAME.jsonl. `pico:IMAGE?tap=0` records an emulated board.
"""

import argparse
import json
from contextlib import closing
from pathlib import Path
from typing import Any

from kazashi.discovery import connector
from kazashi.errors import ReaderSilent
from kazashi.link import Pipe, send
from kazashi.reader import Reader

TESTS = Path(__file__).parent
_LIMIT_S = 60.0


def record(url: str, **about: object) -> list[dict[str, Any]]:
    """The lines of a recording: who made it and `about` it, each transfer, the outcome."""
    source = (TESTS / "firmware/device/record_bus.py").read_text(encoding="utf-8")
    with closing(_line_to(url)) as pipe:
        said = RawRepl(pipe).run(source)
    lines = [json.loads(line) for line in said.splitlines()]
    return [lines[0] | about, *lines[1:]]


class RawRepl:
    """MicroPython's prompt for programs."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._received = b""

    def run(self, source: str) -> str:
        """What a program prints.

        Raises:
            ReaderSilent: nobody is at the prompt.
            RuntimeError: the program failed; its traceback.
        """
        send(self._pipe, b"\r\x03\x01")  # Ctrl-C, Ctrl-A
        self._until(b"raw REPL; CTRL-B to exit\r\n>")
        send(self._pipe, source.encode() + b"\x04")
        self._until(b"OK")
        said, failure, _ = (self._until(end).decode() for end in (b"\x04", b"\x04", b">"))
        send(self._pipe, b"\x02")
        if failure:
            raise RuntimeError(failure)
        return said

    def _until(self, end: bytes) -> bytes:
        """What comes before `end`."""
        deadline = self._pipe.now() + _LIMIT_S
        while end not in self._received:
            if self._pipe.now() > deadline:
                raise ReaderSilent(_LIMIT_S)
            self._received += self._pipe.read(4096)
        before, _, self._received = self._received.partition(end)
        return before


def _line_to(url: str) -> Pipe:
    return _emulated(url) if url.startswith("pico:") else connector(url)()


def _emulated(url: str) -> Pipe:
    """An emulated board at the prompt: it was asked for maintenance."""
    from kazashi.sim.emulation.pico import EmulatedPico

    pico = EmulatedPico.of(url)
    pipe = pico.connect()
    Reader(lambda: pipe).maintain()
    while not pico.has_reset:
        pipe.let_pass(0.1)
    return pico.connect()


def main() -> None:
    parser = argparse.ArgumentParser(description="Record the bus traffic of a PN532.")
    parser.add_argument("url", help="serial port of a board at its prompt, or pico:IMAGE")
    parser.add_argument("name", help="of the recording: vectors/bus/NAME.jsonl")
    parser.add_argument("--date", help="when it was made")
    options = parser.parse_args()
    about = {"emulated": options.url.startswith("pico:")}
    if options.date:
        about["date"] = options.date
    lines = [json.dumps(line, sort_keys=True) for line in record(options.url, **about)]
    file = TESTS / f"vectors/bus/{options.name}.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
