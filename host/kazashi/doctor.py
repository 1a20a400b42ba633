"""What is wrong with a reader, and what to do about it: each thing that a tap needs, in its order.

The reader looks (firmware/examine.py), this judges. Nothing here is secret: of a reader that
answers no serial number, and of a card nothing at all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum, unique

from kazashi import remedies
from kazashi.errors import (
    FirmwareStopped,
    LinkError,
    ReaderError,
    ReaderSilent,
    ReaderUnplugged,
)
from kazashi.flashing.files import OLDEST_MICROPYTHON, Board, board_names
from kazashi.flashing.repl import State, looked_at
from kazashi.link import Pipe
from kazashi.reader import Reader
from kazashi.returning import Clock
from kazashi.words import words_of
from kazashi_wire.messages import Examination, Examined, Fault

_LEAST_FREE = 64_000  # bytes: a reader that has read has 180 kB free
_QUESTIONS = 8
_PN532 = 0x32
_DRIVERS = 0x03  # of CIU_TxControl: both are on
_TOO_LITTLE, _TOO_MUCH = 0x80, 0x40  # in Andet_Control
_LEAST_UART_KBIT_S = 460.8  # the lowest rate to which the firmware climbs
_FOLLOWS = b"\x01\x00\x01"  # the IRQ line: high, low while an answer waits, high
_ANSWER_S = 60.0  # an emulated board, served to another program, needs six for the slowest


@unique
class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"  # cards may be read all the same
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    """What was looked at, and what is to be done; `remedy` is empty where nothing is."""

    check: str
    level: Level
    seen: str
    remedy: str


def _good(check: str, seen: str) -> Finding:
    return Finding(check, Level.OK, seen, "")


def _doubtful(check: str, seen: str, remedy: str) -> Finding:
    return Finding(check, Level.WARNING, seen, remedy)


def _bad(check: str, seen: str, remedy: str) -> Finding:
    return Finding(check, Level.FAILURE, seen, remedy)


def findings(connect: Callable[[], Pipe], clock: Clock | None = None) -> Iterator[Finding]:
    """Look at a reader, one thing after the other. It ends early where all the rest would fail."""
    try:
        reader = Reader(connect)
        try:
            yield from _Visit(reader).findings()
        finally:
            reader.close()  # before the line is opened again, below
    except ReaderError as error:
        yield _end(error, connect, clock)


def _end(error: ReaderError, connect: Callable[[], Pipe], clock: Clock | None) -> Finding:
    """Why nothing more can be asked."""
    words = words_of(error)
    if isinstance(error, ReaderSilent | ReaderUnplugged | FirmwareStopped):
        state = looked_at(connect, clock)
        if state is State.BLANK:
            return _bad("reader", "a blank board: MicroPython without our firmware", remedies.FLASH)
        if state is State.PROMPT and not isinstance(error, FirmwareStopped):
            return _bad("reader", "MicroPython's prompt answers, no firmware runs", remedies.FLASH)
    for kind, remedy in remedies.CONNECTION:
        if isinstance(error, kind):
            return _bad("reader", words.seen, remedy or words.advice)
    advice = remedies.UNPLUGGED if isinstance(error, LinkError) else words.advice
    return _bad("reader", words.seen, advice)


class _Visit:
    """One visit to one reader, which was asked how it is before anything else."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._health = reader.health()
        seen = self._examined(Examination.BOARD).seen
        self._uses_irq, self._uses_reset = bool(seen[0]), bool(seen[1])
        self._bus, _, machines = seen[2:].decode("utf-8", "replace").partition("\n")
        self._meant_for, _, self._machine = machines.partition("\n")

    def _examined(self, examination: Examination) -> Examined:
        return self._reader.examine(examination, _ANSWER_S)

    def findings(self) -> Iterator[Finding]:
        yield self._board()
        yield self._interpreter()
        yield self._memory()
        yield self._usb()
        chip = self._chip()
        yield chip
        if chip.level is Level.OK:
            yield self._judged("communication", Examination.LINE, self._line)
            yield self._judged("ROM", Examination.ROM, self._self_test)
            yield self._judged("RAM", Examination.RAM, self._self_test)
            yield self._judged("antenna", Examination.ANTENNA, self._antenna, 2)
            yield self._judged("field", Examination.FIELD, self._field, 2)
            yield self._irq()
            yield self._reset()
            yield self._judged("bus speed", Examination.SPEED, self._speed)
            yield self._errors()
        yield self._last_reset()

    # --- the board and what runs on it ---------------------------------------------------------

    def _board(self) -> Finding:
        seen = f"{self._reader.info.board}, {self._machine}"
        is_another = "RP2" in self._machine and self._machine != self._meant_for
        return _bad("board", seen, remedies.BOARD) if is_another else _good("board", seen)

    def _interpreter(self) -> Finding:
        seen = self._reader.info.interpreter
        name, _, version = seen.partition(" ")
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
        oldest = _oldest_micropython(self._reader.info.board)
        if name == "micropython" and numbers < oldest:
            return _bad("MicroPython", seen, remedies.interpreter(oldest))
        return _good("MicroPython", seen)

    def _memory(self) -> Finding:
        used, free = self._health.heap_used, self._health.heap_free
        if not used + free:
            return _good("memory", "this interpreter does not tell")
        seen = f"{used / 1000:.1f} kB used, {free / 1000:.1f} kB free"
        is_short = free < _LEAST_FREE
        return _bad("memory", seen, remedies.MEMORY) if is_short else _good("memory", seen)

    def _usb(self) -> Finding:
        stray = self._reader.stray_bytes(_QUESTIONS)
        seen = f"{_QUESTIONS} questions answered, {stray} stray bytes between"
        return _bad("USB", seen, remedies.USB) if stray else _good("USB", seen)

    # --- the chip ------------------------------------------------------------------------------

    def _chip(self) -> Finding:
        examined = self._examined(Examination.CHIP)
        if examined.fault or len(examined.seen) < 4:
            return _bad("chip", f"nothing answers over {self._bus}", remedies.SILENT[self._bus])
        ic, version, revision = examined.seen[:3]
        seen = f"PN5{ic:02x} {version}.{revision} over {self._bus}"
        return _good("chip", seen) if ic == _PN532 else _bad("chip", seen, remedies.OTHER_CHIP)

    def _judged(
        self,
        check: str,
        examination: Examination,
        judge: Callable[[str, bytes], Finding],
        least: int = 1,
    ) -> Finding:
        """`least`: octets that are seen where the chip takes part."""
        examined = self._examined(examination)
        return _ended(check, examined, least) or judge(check, examined.seen)

    def _line(self, check: str, seen: bytes) -> Finding:
        if seen == b"\x01":
            return _good(check, "what was sent came back")
        return _bad(check, "what was sent came back changed", remedies.LINE)

    def _self_test(self, check: str, seen: bytes) -> Finding:
        if seen == b"\x00":
            return _good(check, "passes its self test")
        return _bad(check, f"fails its self test: {seen.hex()}", remedies.SELF_TEST)

    def _antenna(self, check: str, seen: bytes) -> Finding:
        found = seen[0] | seen[-1] if seen[0] else 0
        if found & _TOO_LITTLE:
            draws = f"draws less than 25 mA: {seen.hex()}"
            return _doubtful(check, draws, remedies.OPEN_ANTENNA)
        if found & _TOO_MUCH:
            return _bad(check, f"draws more than 150 mA: {seen.hex()}", remedies.SHORTED_ANTENNA)
        return _good(check, "draws between 25 and 150 mA")

    def _field(self, check: str, seen: bytes) -> Finding:
        on, off = seen[0] & _DRIVERS == _DRIVERS, seen[-1] & _DRIVERS == 0
        if on and off:
            return _good(check, "goes on and off")
        return _bad(check, f"does not go on and off: {seen.hex()}", remedies.FIELD)

    def _irq(self) -> Finding:
        if not self._uses_irq:
            return _good("IRQ", "not used")
        return self._judged("IRQ", Examination.IRQ, self._follows)

    def _follows(self, check: str, seen: bytes) -> Finding:
        if seen == _FOLLOWS:
            return _good(check, "falls while an answer waits, rises when that is read")
        levels = "{}, {} while an answer waits, {} when that is read".format(
            *("high" if level else "low" for level in seen)
        )
        return _bad(check, levels, remedies.IRQ)

    def _reset(self) -> Finding:
        if not self._uses_reset:
            return _good("reset", "not used: a stuck chip needs its power cut")
        return self._judged("reset", Examination.RESET, self._is_mute_in_reset)

    def _is_mute_in_reset(self, check: str, seen: bytes) -> Finding:
        if seen == b"\x00":
            return _good(check, "the chip is silent while RSTPD_N is low, and answers after it")
        return _bad(check, "the chip answers while RSTPD_N is low", remedies.RESET)

    def _speed(self, check: str, seen: bytes) -> Finding:
        sent, whole, repeated = seen[:3]
        kbit_s = int.from_bytes(seen[3:], "big") / 1000
        text = f"{kbit_s:g} kbit/s: {whole} of {sent} longest frames came back whole, "
        text += f"{repeated} said again"
        is_slow = self._bus == "hsu" and kbit_s < _LEAST_UART_KBIT_S
        is_clean = whole == sent and not repeated and not is_slow
        return _good(check, text) if is_clean else _bad(check, text, remedies.SPEED[self._bus])

    # --- what happened before ------------------------------------------------------------------

    def _errors(self) -> Finding:
        """Cards that leave too early count as retries and more: only a chip's reset is its own."""
        health = self._health
        names = ("retries", "repolls", "field_offs", "chip_resets")
        seen = ", ".join(f"{name.replace('_', ' ')} {getattr(health, name)}" for name in names)
        seen += f" in {health.uptime_s} s"
        if health.chip_resets:
            return _bad("errors", seen, remedies.ERRORS)
        return _good("errors", seen)

    def _last_reset(self) -> Finding:
        health = self._health
        seen = f"{health.reset_cause}, {health.reboots} restarts since power-on"
        remedy = {"watchdog": remedies.HANG, "recovery": remedies.RECOVERY}.get(health.reset_cause)
        return _bad("last reset", seen, remedy) if remedy else _good("last reset", seen)


def _oldest_micropython(board: str) -> tuple[int, int]:
    """For a board of this name, which the firmware tells and nobody may know here."""
    return Board.named(board).oldest if board in board_names() else OLDEST_MICROPYTHON


def _ended(check: str, examined: Examined, least: int) -> Finding | None:
    """Where the chip ended the examination: it refused it, was too hot, or fell silent."""
    if not examined.fault and len(examined.seen) >= least:
        return None
    if examined.fault in (0, Fault.CHIP_REFUSED):  # or it answers, and says nothing
        return _doubtful(check, "the chip refuses it", remedies.CLONE)
    if examined.fault == Fault.COOL_DOWN:
        return _bad(check, "the chip says that it is too hot", remedies.HOT)
    remedy = remedies.POWER if check == "field" else remedies.FELL_SILENT
    return _bad(check, "the chip falls silent", remedy)
