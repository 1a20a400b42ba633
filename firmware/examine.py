"""What a tap needs, one thing at a time: whether it is there, and what it says. The host judges.

Ref: UM0701-02 §7.2.1 (Diagnose) as quoted by dotnet/iot Pn532.cs and libnfc pn53x.c; registers:
libnfc pn53x-internal.h.

All of it asks over the bus itself, so that an IRQ line that leads nowhere spoils one examination
alone. What is provoked here is not counted in `health`.
"""

import struct
import sys

import board
import machine
from micropython import const

import wire
from faults import Fault, fault_of
from hostframe import PARAMETERS, Command
from pn532 import (
    DIAGNOSE,
    GET_FIRMWARE_VERSION,
    READ_REGISTER,
    RF_CONFIGURATION,
    ChipRefused,
    ChipSilent,
    Overheated,
    RadioError,
)

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from pn532 import Pn532
    from wait import Wait

_LINE = const(0x00)  # of Diagnose: comes back as it was sent
_ROM = const(0x01)
_RAM = const(0x02)
_ANTENNA = const(0x07)
# Andet_Control, register 610C: a current below 25 mA or above 150 mA is told, the widest limits
# that §7.2.1 has: pn532 bits.hpp of Pietro Saccardi.
_LIMITS = const(0x2F)
_SELF_TEST_MS = const(1000)  # as nfcpy grants

_LONGEST_LINE = const(262)  # octets behind the test's number: nfcpy sends as many
_LONG_FRAMES = const(8)
_ANSWER_US = const(100_000)  # for the longest at 115200 bit/s: 23 ms each way
_ANSWER_MS = const(20)  # a short answer is there
_RESET_MS = const(20)
_FIELD_MS = const(10)  # for the supply to feel it


def examine(examination: int, chip: "Pn532", wait: "Wait") -> "tuple[int, bytes]":
    """(0, what is seen), or (the wire.FAULT of the chip that ended it, nothing).

    The chip is left in any state.
    """
    if not 0 < examination <= len(_EXAMINATIONS):
        raise Fault(wire.FAULT_MALFORMED_REQUEST, examination)
    look = _EXAMINATIONS[examination - 1]
    retries = chip.health.retries
    irq = chip.listen_by(None)
    try:
        return 0, look(chip, wait)
    except (ChipSilent, ChipRefused, RadioError, Overheated) as error:
        return fault_of(error)[0], b""
    finally:
        chip.listen_by(irq)
        chip.health.retries = retries


def _board(_chip: "Pn532", _wait: "Wait") -> bytes:
    uses_irq = board.IRQ is not None and board.BUS != "hsu"
    runs_on = getattr(sys.implementation, "_machine", sys.platform)
    words = "{}\n{}\n{}".format(board.BUS, board.MACHINE, runs_on).encode()
    return bytes((uses_irq, board.RESET is not None)) + words


def _chip(chip: "Pn532", _wait: "Wait") -> bytes:
    try:
        chip.start()
    except ChipSilent:
        pass  # or it is another chip: that answers now
    return _said(chip, GET_FIRMWARE_VERSION, b"")


def _line(chip: "Pn532", _wait: "Wait") -> bytes:
    chip.start()
    return bytes((_comes_back(chip, _echo(6)),))


def _rom(chip: "Pn532", _wait: "Wait") -> bytes:
    chip.start()
    return _said(chip, DIAGNOSE, bytes((_ROM,)))


def _ram(chip: "Pn532", _wait: "Wait") -> bytes:
    chip.start()
    return _said(chip, DIAGNOSE, bytes((_RAM,)))


def _antenna(chip: "Pn532", _wait: "Wait") -> bytes:
    chip.start()
    result = _said(chip, DIAGNOSE, bytes((_ANTENNA, _LIMITS)))
    return result + _said(chip, READ_REGISTER, b"\x61\x0c")


def _field(chip: "Pn532", wait: "Wait") -> bytes:
    chip.start()
    drivers = b""
    for switch in (b"\x01\x01", b"\x01\x00"):
        chip.call(Command(RF_CONFIGURATION, 2, switch))
        wait.sleep_ms(_FIELD_MS)
        drivers += _said(chip, READ_REGISTER, b"\x63\x04")
    return drivers


def _irq(chip: "Pn532", wait: "Wait") -> bytes:
    line = machine.Pin(board.IRQ, machine.Pin.IN, machine.Pin.PULL_UP)
    chip.start()
    chip.wait_for_card(_ANSWER_US)
    quiet = line()
    chip.issue(_echo(6))
    wait.sleep_ms(_ANSWER_MS)
    waiting = line()
    chip.received()
    return bytes((quiet, waiting, line()))


def _reset(chip: "Pn532", wait: "Wait") -> bytes:
    line = machine.Pin(board.RESET)
    chip.start()
    line(0)
    wait.sleep_ms(_RESET_MS)
    try:
        _said(chip, GET_FIRMWARE_VERSION, b"")
        return b"\x01"
    except ChipSilent:
        return b"\x00"
    finally:
        line(1)


def _speed(chip: "Pn532", _wait: "Wait") -> bytes:
    chip.start()
    chip.speed_up()
    before = chip.health.retries
    whole = 0
    for _ in range(_LONG_FRAMES):
        try:
            whole += _comes_back(chip, _echo(_LONGEST_LINE))
        except (ChipSilent, RadioError):
            pass  # it is not whole
    repeated = min(chip.health.retries - before, 255)
    hz = getattr(board, board.BUS.upper() + "_HZ", 0) or chip.bus_hz()
    return bytes((_LONG_FRAMES, whole, repeated)) + struct.pack(">L", hz)


def _echo(count: int) -> Command:
    return Command(DIAGNOSE, 1 + count, bytes((_LINE,)) + bytes(i & 0xFF for i in range(count)))


def _comes_back(chip: "Pn532", echo: Command) -> bool:
    """The answer begins with the test's number, 0, as that to an exchange has its status."""
    chip.wait_for_card(_ANSWER_US)
    chip.issue(echo)
    chip.expected = echo.end  # whole at once: I²C would ask for a longer one again
    at = chip.received()
    heard = chip.heard
    return heard.buffer[at : at + heard.count] == echo.buffer[PARAMETERS + 1 : -2]


def _said(chip: "Pn532", code: int, parameters: bytes) -> bytes:
    at = chip.call(Command(code, len(parameters), parameters), _SELF_TEST_MS)
    return bytes(chip.reply.buffer[at : at + chip.reply.count])


# In the order of the protocol's Examination, from 1 on: its names would take 400 bytes of heap.
_EXAMINATIONS = (
    _board,
    _chip,
    _line,
    _rom,
    _ram,
    _antenna,
    _field,
    _irq,
    _reset,
    _speed,
)
