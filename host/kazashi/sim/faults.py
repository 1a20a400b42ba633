"""Faults of a PN532 during a command, for tests of a driver.

    chip.disturb = once(7, lose_command)      # the eighth command never reaches it

Ref: reports of drivers in the field: libnfc issue 167, nfcpy 186, esphome 3281, 3823 and 10968.
"""

from collections.abc import Callable

from .dialogue import Dialogue, Misbehaviour, Stuck
from .hostframe import NACK, SYNTAX_ERROR, answer

_COMMUNICATE_THRU = 0x42
_DEAF_COMMANDS = 3  # missed if the oscillator starts late: drivers wait 100 to 200 ms


def once(index: int, fault: Misbehaviour) -> Callable[[int, bytes], Misbehaviour | None]:
    """Only the command with this number, counted from 0, fails."""
    return lambda number, _command: fault if number == index else None


def lose_command(_chip: Dialogue, _command: bytes) -> None:
    """The command never arrives."""


def lose_acknowledgement(chip: Dialogue, command: bytes) -> None:
    """The command is carried out and answered, but not acknowledged."""
    chip.answer(command)


def refuse_with_nack(chip: Dialogue, _command: bytes) -> None:
    """A NACK comes instead of the ACK."""
    chip.say(NACK, 0.0001)


def damage_checksum(chip: Dialogue, command: bytes) -> None:
    """The answer's checksum is wrong; that of its repetition is right."""
    chip.acknowledge()
    chip.answer(command)
    chip.damage(lambda frame: frame[:-2] + bytes((frame[-2] ^ 0x55, frame[-1])))


def say_syntax_error(chip: Dialogue, _command: bytes) -> None:
    """The error frame comes instead of an answer."""
    chip.acknowledge()
    chip.conclude(SYNTAX_ERROR, 0.0006)


def get_stuck(chip: Dialogue, _command: bytes) -> None:
    """No more answers until RSTPD_N."""
    chip.stuck = Stuck.UNTIL_RESET


def die(chip: Dialogue, _command: bytes) -> None:
    """No more answers at all."""
    chip.stuck = Stuck.FOR_EVER


def brown_out(chip: Dialogue, command: bytes) -> None:
    """The supply dips during the command: the chip restarts, in low-battery mode."""
    chip.acknowledge()
    chip.carry_out(command)
    chip.reset()


def miss_wake_up(chip: Dialogue, _command: bytes) -> None:
    """The chip was not awake yet: this command and the next are lost."""
    awake = chip.commands + _DEAF_COMMANDS
    disturb = chip.disturb

    def be_deaf(number: int, command: bytes) -> Misbehaviour | None:
        return lose_command if number < awake else disturb(number, command)

    chip.disturb = be_deaf


def report(status: int) -> Misbehaviour:
    """An exchange over the air ends with this status; a command without one is carried out."""

    def report_status(chip: Dialogue, command: bytes) -> None:
        chip.acknowledge()
        chip.answer(command)
        if command[0] == _COMMUNICATE_THRU:
            chip.damage(lambda _frame: answer(command[0], bytes((status,))))

    return report_status
