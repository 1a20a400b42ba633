"""Information from a reader: versions and board, counters of recovery."""

from dataclasses import dataclass
from typing import Self

from kazashi.errors import UnknownValue
from kazashi_wire.messages import Health, ResetCause, Welcome

SIMULATED_SERIAL = b"SIMULATD".hex()  # of every simulated board, and of no other


def is_simulated_serial(serial: str) -> bool:
    """Whether a reader's serial number, or its name in PC/SC, is that of a simulated board.

    Cards behind a reader of other software, such as vpcd's, may be simulated, too: no reader tells.
    """
    return SIMULATED_SERIAL in serial.lower()


@dataclass(frozen=True)
class ReaderInfo:
    """Versions and board of a reader. Of a PC/SC reader `board` and `serial`, its name, are known;
    the rest is empty.
    """

    firmware: str  # 0.1.0
    schema: str  # revision and fingerprint of the wire: 3-220d10ae
    board: str  # pico
    chip: str  # PN532 1.6; empty: it does not answer
    interpreter: str  # micropython 1.28.0
    serial: str  # the board's, hex

    @property
    def is_simulated(self) -> bool:
        """Whether board and cards are simulated: what it reads is for tests only."""
        return is_simulated_serial(self.serial)

    @classmethod
    def of(cls, welcome: Welcome) -> Self:
        """Read a `Welcome`."""
        board, _, interpreter = welcome.names.decode("utf-8", "replace").partition("\n")
        ic, version, revision, _ = welcome.chip
        return cls(
            firmware=".".join(map(str, welcome.firmware)),
            schema=f"{welcome.revision}-{welcome.fingerprint.hex()}",
            board=board,
            chip=f"PN5{ic:02x} {version}.{revision}" if ic else "",
            interpreter=interpreter,
            serial=welcome.serial.hex(),
        )


@dataclass(frozen=True)
class ReaderHealth:
    """Counters of recovery since the reader's board started.

    Each step comes after the one before it has failed: `retries`, `repolls`,
    `field_offs`, `chip_resets`, `reboots`. See kazashi_wire.messages.Health.
    """

    reset_cause: str  # of the last start: power on, watchdog, recovery, request
    reboots: int  # since power-on
    uptime_s: int
    heap_used: int  # bytes
    heap_free: int
    retries: int
    repolls: int
    field_offs: int
    chip_resets: int

    @classmethod
    def of(cls, said: Health) -> Self:
        """Read a `Health`.

        Raises:
            UnknownValue: this release does not know its reset cause.
        """
        try:
            cause = ResetCause(said.reset_cause).name.lower().replace("_", " ")
        except ValueError:
            raise UnknownValue("reset_cause", said.reset_cause) from None
        return cls(
            reset_cause=cause,
            reboots=said.reboots,
            uptime_s=said.uptime_s,
            heap_used=said.heap_used,
            heap_free=said.heap_free,
            retries=said.retries,
            repolls=said.repolls,
            field_offs=said.field_offs,
            chip_resets=said.chip_resets,
        )
