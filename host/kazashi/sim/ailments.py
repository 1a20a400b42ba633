"""Faults of a reader that `kazashi doctor` must find: sim:?fault=NAME.

Faults of a chip during a tap are in faults.py.
"""

from collections.abc import Callable
from dataclasses import replace

from . import hostframe
from .board import BoardReset, Pins
from .dialogue import Dialogue, Stuck
from .faults import brown_out, damage_checksum, get_stuck, once, say_syntax_error
from .pn532 import BAD, Pn532

_FIELD_ON = b"\x32\x01\x01"
_DIAGNOSE = b"\x00"
_LINE_TEST = b"\x00\x00"
_ROM_TEST = b"\x00\x01"
_LONG = 200  # octets of a command: too long wires spoil long commands first
_WHILE_IT_GREETS = 5  # after this many commands of a start


def _answer_other_octets(chip: Dialogue, command: bytes) -> None:
    chip.acknowledge()
    chip.say(hostframe.answer(command[0], command[1:-1] + b"\xee"), 0.001)


def _take_the_board_along(_chip: Dialogue, _command: bytes) -> None:
    raise BoardReset


def _is_silent(chip: Pn532) -> None:
    chip.stuck = Stuck.FOR_EVER


def _is_another(chip: Pn532) -> None:
    chip.version = bytes.fromhex("33020707")  # a PN533


def _echoes_badly(chip: Pn532) -> None:
    chip.disturb = lambda _, command: (
        _answer_other_octets if command.startswith(_LINE_TEST) else None
    )


def _has_no_self_tests(chip: Pn532) -> None:
    chip.disturb = lambda _, command: say_syntax_error if command.startswith(_DIAGNOSE) else None


def _has_a_loose_wire(chip: Pn532) -> None:
    chip.disturb = lambda _, command: get_stuck if command.startswith(_ROM_TEST) else None


def _has_bad_rom(chip: Pn532) -> None:
    chip.rom = BAD


def _has_bad_ram(chip: Pn532) -> None:
    chip.ram = BAD


def _has_no_antenna(chip: Pn532) -> None:
    chip.antenna_ma = 3.0


def _has_a_shorted_antenna(chip: Pn532) -> None:
    chip.antenna_ma = 180.0


def _has_no_field(chip: Pn532) -> None:
    chip.drives_antenna = False


def _is_starved(chip: Pn532) -> None:
    chip.disturb = lambda _, command: brown_out if command == _FIELD_ON else None


def _starves_the_board(chip: Pn532) -> None:
    chip.disturb = lambda _, command: _take_the_board_along if command == _FIELD_ON else None


def _hears_badly(chip: Pn532) -> None:
    chip.disturb = lambda _, command: damage_checksum if len(command) > _LONG else None


def _gets_stuck(chip: Pn532) -> None:
    chip.disturb = once(_WHILE_IT_GREETS, get_stuck)


CHIP: dict[str, Callable[[Pn532], None]] = {
    "silent": _is_silent,
    "chip": _is_another,
    "line": _echoes_badly,
    "clone": _has_no_self_tests,
    "loose": _has_a_loose_wire,
    "rom": _has_bad_rom,
    "ram": _has_bad_ram,
    "antenna": _has_no_antenna,
    "short": _has_a_shorted_antenna,
    "field": _has_no_field,
    "power": _is_starved,
    "brownout": _starves_the_board,
    "speed": _hears_badly,
    "stuck": _gets_stuck,
}
WIRES: dict[str, Callable[[Pins], Pins]] = {
    "irq": lambda pins: replace(pins, irq=None),
    "reset": lambda pins: replace(pins, reset=None),
}
# Faults of the board and its firmware: stand_ins/cpython/start.py.
BOARD = ("board", "micropython", "memory", "revision", "stopped", "prompt", "hung")
USB = "usb"  # octets on the line outside all frames
PAST = ("watchdog", "recovery")  # why the board started: see wire.RESET_CAUSE
FAULTS = (*CHIP, *WIRES, *BOARD, USB, *PAST)


def ailing(pins: Pins, fault: str) -> Pins:
    """The pins as they are really wired."""
    return WIRES[fault](pins) if fault in WIRES else pins
