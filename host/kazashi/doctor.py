"""Find faults of a reader and their remedies: check each thing that a tap needs, in its order.

The reader examines itself (firmware/examine.py); this module judges the result. Nothing here is
secret: no serial number of a reader that answers, and nothing about a card.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from threading import Event

from kazashi.errors import (
    FirmwareStopped,
    MalformedAnswer,
    NoFirmware,
    ReaderError,
    ReaderSilent,
    ReaderUnplugged,
)
from kazashi.finding import Finding, Level, bad, doubtful, good
from kazashi.flashing.board_files import OLDEST_MICROPYTHON, Board, board_names
from kazashi.flashing.repl import State, looked_at
from kazashi.link import Pipe
from kazashi.reader import Reader
from kazashi.returning import Clock
from kazashi.usb.bus import Details
from kazashi_wire.messages import Examination, Examined, Fault

_LEAST_FREE = 64_000  # bytes: 180 kB are free after a reading
_QUESTIONS = 8
_PN532 = 0x32
_DRIVERS = 0x03  # bits of CIU_TxControl: both are on
_TOO_LITTLE, _TOO_MUCH = 0x80, 0x40  # bits of Andet_Control
_LEAST_UART_KBIT_S = 460.8  # the lowest rate to which the firmware climbs
_BAD_CAUSES = ("watchdog", "recovery")  # causes of a reset: the firmware or the chip hung
_FOLLOWS = b"\x01\x00\x01"  # the IRQ line: high, low while an answer waits, high
_ANSWER_S = 60.0  # an emulated board, served to another program, needs six for the slowest check


def findings(
    connect: Callable[[], Pipe],
    clock: Clock | None = None,
    cancel: Event | None = None,
    device: Details | None = None,
) -> Iterator[Finding]:
    """Run the checks of a reader in order. Stop early if all the rest would fail.

    `device` is the reader's device on USB, if it is known.

    Raises:
        Cancelled: `cancel` was set.
    """
    if device:
        yield _device(device)
    try:
        reader = Reader(connect, cancel=cancel)
        try:
            yield from _Visit(reader, cancel).findings()
        finally:
            reader.close()  # before the line is opened again, below
    except ReaderError as error:
        yield _end(error, connect, clock, cancel)


def _device(device: Details) -> Finding:
    """What the system knows of the device, whether the reader answers or not. No serial number."""
    fields = asdict(device)
    return _noted(good("USB device", "device.ccid" if device.has_ccid else "device", **fields))


def _end(
    error: ReaderError, connect: Callable[[], Pipe], clock: Clock | None, cancel: Event | None
) -> Finding:
    """The reason why no further check is possible."""
    if isinstance(error, ReaderSilent | ReaderUnplugged | FirmwareStopped):
        state = looked_at(connect, clock, cancel)
        if state is State.BLANK:
            return bad("reader", "blank-board")
        if state is State.PROMPT and not isinstance(error, FirmwareStopped):
            error = NoFirmware()
    return bad("reader", "unreachable", error=error)


class _Visit:
    """One run of checks on one reader. Its health is read before anything else."""

    def __init__(self, reader: Reader, cancel: Event | None) -> None:
        self._reader = reader
        self._cancel = cancel
        self._health = reader.health(cancel)
        seen = self._examined(Examination.BOARD).seen
        if len(seen) < 2:
            raise MalformedAnswer(f"Examined BOARD: {len(seen)} octets")
        self._uses_irq, self._uses_reset = bool(seen[0]), bool(seen[1])
        self._bus, _, machines = seen[2:].decode("utf-8", "replace").partition("\n")
        self._meant_for, _, self._machine = machines.partition("\n")

    def _examined(self, examination: Examination) -> Examined:
        return self._reader.examine(examination, _ANSWER_S, self._cancel)

    def findings(self) -> Iterator[Finding]:
        """In the order of a tap. The chip is asked first: without it all other checks fail."""
        chip = self._chip()
        is_well = chip.level is Level.OK
        for finding in (self._board(), self._interpreter(), self._memory(), self._usb()):
            yield finding if is_well else _noted(finding)
        yield chip
        if is_well:
            yield from self._of_the_chip()
        start = self._last_start()
        yield start if is_well else _noted(start)

    def _of_the_chip(self) -> Iterator[Finding]:
        yield self._judged("communication", Examination.LINE, self._line)
        yield self._judged("ROM", Examination.ROM, self._self_test)
        yield self._judged("RAM", Examination.RAM, self._self_test)
        yield self._judged("antenna", Examination.ANTENNA, self._antenna, 2)
        yield self._judged("field", Examination.FIELD, self._field, 2)
        yield self._irq()
        yield self._reset()
        yield self._judged("bus speed", Examination.SPEED, self._speed, 7)
        yield self._errors()

    # --- the board and what runs on it ---------------------------------------------------------

    def _board(self) -> Finding:
        fields = {"board": self._reader.info.board, "machine": self._machine}
        if "RP2" in self._machine and self._machine != self._meant_for:
            return bad("board", "board.other", **fields)
        return good("board", "board", **fields)

    def _interpreter(self) -> Finding:
        seen = self._reader.info.interpreter
        name, _, version = seen.partition(" ")
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
        oldest = _oldest_micropython(self._reader.info.board)
        if name == "micropython" and numbers < oldest:
            needed = "{}.{}".format(*oldest)
            return bad("MicroPython", "interpreter.too-old", interpreter=seen, oldest=needed)
        return good("MicroPython", "interpreter", interpreter=seen)

    def _memory(self) -> Finding:
        used, free = self._health.heap_used, self._health.heap_free
        if not used + free:
            return good("memory", "memory.unknown")
        fields = {"used": used / 1000, "free": free / 1000}
        if free < _LEAST_FREE:
            return bad("memory", "memory.short", **fields)
        return good("memory", "memory", **fields)

    def _usb(self) -> Finding:
        stray = self._reader.stray_bytes(_QUESTIONS, self._cancel)
        fields = {"asked": _QUESTIONS, "stray": stray}
        return bad("USB", "usb.stray", **fields) if stray else good("USB", "usb", **fields)

    # --- the chip ------------------------------------------------------------------------------

    def _chip(self) -> Finding:
        examined = self._examined(Examination.CHIP)
        if examined.fault or len(examined.seen) < 4:
            return bad("chip", f"no-chip.{self._bus}", bus=self._bus)
        ic, version, revision = examined.seen[:3]
        fields = {"chip": f"PN5{ic:02x} {version}.{revision}", "bus": self._bus}
        if ic != _PN532:
            return bad("chip", "chip.other", **fields)
        return good("chip", "chip", **fields)

    def _judged(
        self,
        check: str,
        examination: Examination,
        judge: Callable[[str, bytes], Finding],
        least: int = 1,
    ) -> Finding:
        """`least`: octets expected if the chip takes part."""
        examined = self._examined(examination)
        return _ended(check, examined, least) or judge(check, examined.seen)

    def _line(self, check: str, seen: bytes) -> Finding:
        return good(check, "line.sound") if seen == b"\x01" else bad(check, "line.changed")

    def _self_test(self, check: str, seen: bytes) -> Finding:
        if seen == b"\x00":
            return good(check, "self-test.passed")
        return bad(check, "self-test.failed", seen=seen.hex())

    def _antenna(self, check: str, seen: bytes) -> Finding:
        found = seen[0] | seen[-1] if seen[0] else 0
        if found & _TOO_LITTLE:
            return doubtful(check, "antenna.open", seen=seen.hex())
        if found & _TOO_MUCH:
            return bad(check, "antenna.shorted", seen=seen.hex())
        return good(check, "antenna.good")

    def _field(self, check: str, seen: bytes) -> Finding:
        on, off = seen[0] & _DRIVERS == _DRIVERS, seen[-1] & _DRIVERS == 0
        if on and off:
            return good(check, "field.good")
        return bad(check, "field.stuck", seen=seen.hex())

    def _irq(self) -> Finding:
        if not self._uses_irq:
            return good("IRQ", "irq.unused")
        return self._judged("IRQ", Examination.IRQ, self._follows, len(_FOLLOWS))

    def _follows(self, check: str, seen: bytes) -> Finding:
        if seen == _FOLLOWS:
            return good(check, "irq.good")
        before, waiting, after = ("high" if level else "low" for level in seen[:3])
        return bad(check, "irq.stuck", before=before, waiting=waiting, after=after)

    def _reset(self) -> Finding:
        if not self._uses_reset:
            return good("reset", "reset.unused")
        return self._judged("reset", Examination.RESET, self._is_mute_in_reset)

    def _is_mute_in_reset(self, check: str, seen: bytes) -> Finding:
        return good(check, "reset.good") if seen == b"\x00" else bad(check, "reset.loose")

    def _speed(self, check: str, seen: bytes) -> Finding:
        sent, whole, repeated = seen[:3]
        kbit_s = int.from_bytes(seen[3:], "big") / 1000
        is_slow = self._bus == "hsu" and kbit_s < _LEAST_UART_KBIT_S
        fields = {"kbit_s": kbit_s, "sent": sent, "whole": whole, "repeated": repeated}
        if whole != sent or repeated or is_slow:
            return bad(check, f"speed.low.{self._bus}", **fields)
        return good(check, "speed", **fields)

    # --- what happened before ------------------------------------------------------------------

    def _errors(self) -> Finding:
        """Cards that leave too early raise most counters; only resets of the chip show a fault."""
        fields = asdict(self._health)
        if self._health.chip_resets:
            return bad("errors", "counters.resets", **fields)
        return good("errors", "counters", **fields)

    def _last_start(self) -> Finding:
        cause, reboots = self._health.reset_cause, self._health.reboots
        fields = {"cause": cause, "reboots": reboots}
        if cause in _BAD_CAUSES:
            return bad("last reset", f"start.{cause}", **fields)
        return good("last reset", "start", **fields)


def _noted(finding: Finding) -> Finding:
    """Lower a passed check to NOTED: without a usable chip it must not look like success."""
    return replace(finding, level=Level.NOTED) if finding.level is Level.OK else finding


def _oldest_micropython(board: str) -> tuple[int, int]:
    """The oldest release for this board. The firmware sends the name; it may be unknown here."""
    return Board.named(board).oldest if board in board_names() else OLDEST_MICROPYTHON


def _ended(check: str, examined: Examined, least: int) -> Finding | None:
    """The finding if the chip ended the examination: it refused, was too hot, or fell silent."""
    if not examined.fault and len(examined.seen) >= least:
        return None
    if examined.fault in (0, Fault.CHIP_REFUSED):  # 0: the answer has too few octets
        return doubtful(check, "refused")
    if examined.fault == Fault.COOL_DOWN:
        return bad(check, "hot")
    return bad(check, "fell-silent.field" if check == "field" else "fell-silent")
