"""What a PN532 may do with a command instead of obeying it: faults to try a driver with.

    chip.disturb = once(7, lose_command)      # the eighth command never reaches it

Ref: what drivers in the field report: libnfc issue 167, nfcpy 186, esphome 3281, 3823 and 10968.
"""

from collections.abc import Callable

from .dialogue import Dialogue, Misbehaviour, Stuck
from .hostframe import NACK, SYNTAX_ERROR, answer

_COMMUNICATE_THRU = 0x42
_DEAF_COMMANDS = 3  # that a chip misses whose oscillator starts late: drivers wait 100 to 200 ms


def once(index: int, fault: Misbehaviour) -> Callable[[int, bytes], Misbehaviour | None]:
    """Only the command with this number, counted from 0, goes wrong."""
    return lambda number, _command: fault if number == index else None


def lose_command(_chip: Dialogue, _command: bytes) -> None:
    """It never arrives."""


def lose_acknowledgement(chip: Dialogue, command: bytes) -> None:
    """It is obeyed and not acknowledged; its answer comes."""
    chip.answer(command)


def refuse_with_nack(chip: Dialogue, _command: bytes) -> None:
    """A NACK comes where the ACK should."""
    chip.say(NACK, 0.0001)


def damage_checksum(chip: Dialogue, command: bytes) -> None:
    """The answer's checksum is wrong; said again it is good."""
    chip.acknowledge()
    chip.answer(command)
    chip.damage(lambda frame: frame[:-2] + bytes((frame[-2] ^ 0x55, frame[-1])))


def say_syntax_error(chip: Dialogue, _command: bytes) -> None:
    """The error frame comes instead of an answer."""
    chip.acknowledge()
    chip.conclude(SYNTAX_ERROR, 0.0006)


def get_stuck(chip: Dialogue, _command: bytes) -> None:
    """Nothing more until RSTPD_N."""
    chip.stuck = Stuck.UNTIL_RESET


def die(chip: Dialogue, _command: bytes) -> None:
    """Nothing more."""
    chip.stuck = Stuck.FOR_EVER


def brown_out(chip: Dialogue, command: bytes) -> None:
    """The supply dips while it is carried out: the chip starts anew, in low-battery mode."""
    chip.acknowledge()
    chip.carry_out(command)
    chip.reset()


def miss_wake_up(chip: Dialogue, _command: bytes) -> None:
    """It was not awake yet: this command and the next are lost."""
    awake = chip.commands + _DEAF_COMMANDS
    disturb = chip.disturb

    def be_deaf(number: int, command: bytes) -> Misbehaviour | None:
        return lose_command if number < awake else disturb(number, command)

    chip.disturb = be_deaf


def report(status: int) -> Misbehaviour:
    """An exchange over the air ends with this status; a command without one is obeyed."""

    def report_status(chip: Dialogue, command: bytes) -> None:
        chip.acknowledge()
        chip.answer(command)
        if command[0] == _COMMUNICATE_THRU:
            chip.damage(lambda _frame: answer(command[0], bytes((status,))))

    return report_status
