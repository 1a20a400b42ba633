"""Records what passes between the firmware and its PN532 while a card is found and read.

Runs at the prompt that main.py leaves (../../recorder.py sends it there) and writes JSON lines: who
made it, each transfer, the outcome.

    {"wake": true}
    {"write": "0000ff02fed4022a00"}
    {"expected": 24, "read": "0000ff06fad50332010607e800", "ready_us": 812}   since the one before

No PIN is sent. The PUPI is zeroed before a line is written, checksums made right again; a frame
that came damaged is all zeros, since nobody can tell what is in it.
"""

import json
import sys
import time

from field import FOUND, NOBODY, Field
from hostframe import Answer, after_start, size_of
from isodep import IsoDep
from pn532 import Pn532
from wait import Wait
from wire import BIT_RATE_KBIT_106, TECHNOLOGY_TYPE_B

SEARCHES = 20
COMMANDS = (
    bytes.fromhex("00a4040c0ad392f000260100000001"),  # SELECT JPKI
    bytes.fromhex("00b08a00fb"),  # READ BINARY, the certificate's first 251 octets
    bytes.fromhex("00b000fb000200"),  # the next 512, in a chain of blocks
)
# What comes before a PUPI: in a list of cards, in the answer to WUPB, and in ATTRIB.
BEFORE_PUPI = (b"\xd5\x4b\x01\x01\x50", b"\xd5\x43\x00\x50", b"\xd4\x42\x1d")


class RecordingBus:
    """A bus that keeps what passes, for `transfers`."""

    def __init__(self, bus):
        self._bus = bus
        self._kept = []
        self._last_us = time.ticks_us()
        self._ready_us = 0

    def wake(self):
        self._bus.wake()
        self._keep("wake", None, 0)

    def speed_up(self, chip):
        count = len(self._kept)
        is_done = self._bus.speed_up(chip)
        del self._kept[count:]  # that is between the chip and this bus alone
        return is_done

    def ready(self):
        is_ready = self._bus.ready()
        if is_ready:
            self._ready_us = time.ticks_diff(time.ticks_us(), self._last_us)
        return is_ready

    def write(self, buffer, start, end):
        self._bus.write(buffer, start, end)
        self._keep("write", bytes(buffer[start:end]), 0)

    def readinto(self, buffer, expected):
        size = self._bus.readinto(buffer, expected)
        self._keep("read", bytes(buffer[:size]), expected)
        return size

    def _keep(self, kind, frame, expected):
        self._kept.append((kind, frame, expected, self._ready_us))
        self._last_us = time.ticks_us()

    def transfers(self):
        """All of them, as they may be shown."""
        for kind, frame, expected, ready_us in self._kept:
            if kind == "wake":
                yield {"wake": True}
            elif kind == "write":
                yield {"write": masked(frame).hex()}
            else:
                shown = masked(frame if is_intact(frame) else bytes(len(frame)))
                yield {"read": shown.hex(), "expected": expected, "ready_us": ready_us}


def is_intact(frame):
    size = len(frame)
    answer = Answer(size)
    answer.buffer[:size] = frame
    return (size_of(frame, size) == size and answer.read(size)) or answer.is_ack(size)


def masked(frame):
    """The frame with zeros for a PUPI, and the checksum that they make."""
    body = after_start(frame, len(frame)) + 2
    for before in BEFORE_PUPI:
        start = body + len(before)
        if frame[body:start] == before:
            data = bytearray(frame)
            data[-2] = (data[-2] + sum(data[start : start + 4])) & 0xFF
            data[start : start + 4] = bytes(4)
            return bytes(data)
    return frame


def tap(chip, wait):
    """From a cold chip to the certificate's first blocks. The outcome, whatever it is."""
    isodep = IsoDep(chip)
    field = Field(chip, isodep, wait)
    outcome = {"responses": []}
    try:
        chip.start()
        outcome["found"] = find(field)
        outcome["answer"] = bytes(field.answer[: field.count]).hex()
        if outcome["found"] == FOUND:
            for command in COMMANDS:
                outcome["responses"].append(exchange(chip, isodep, command).hex())
            outcome["is_present"] = isodep.is_present(3)
            isodep.deselect()
        field.off()
    except Exception as error:
        outcome["error"] = type(error).__name__
        outcome["detail"] = list(error.args)
    return outcome


def find(field):
    field.begin(BIT_RATE_KBIT_106, bytes((TECHNOLOGY_TYPE_B,)), 0, 1)
    for _ in range(SEARCHES):
        found = field.search()
        if found != NOBODY:
            break
    return found


def exchange(chip, isodep, command):
    response = bytearray()
    isodep.send(command, 0, len(command), False)
    while True:
        response += chip.heard.buffer[isodep.start : isodep.start + isodep.count]
        if not isodep.more:
            return bytes(response)
        isodep.acknowledge()
        isodep.receive()


def say(line):
    sys.stdout.write(json.dumps(line) + "\n")


def record(bus, board, machine, wait):
    pin = machine.Pin
    reset = None if board.RESET is None else pin(board.RESET, pin.OUT, value=1)
    bus = RecordingBus(bus(wait))
    chip = Pn532(bus, wait, reset)
    outcome = tap(chip, wait)
    version = ".".join(str(n) for n in sys.implementation.version[:3])
    interpreter = sys.implementation.name + " " + version
    say({"board": board.NAME, "chip": bytes(chip.version).hex(), "interpreter": interpreter})
    for transfer in bus.transfers():
        say(transfer)
    say(outcome)


if __name__ == "__main__":
    names = globals()  # main.py has left its own here
    wait = Wait(names["device"], names["signals"]())
    record(names["bus"], names["board"], names["machine"], wait)
