"""What is wrong with a reader, and what to do about it: each thing that a tap needs, in its order.

The reader looks (firmware/examine.py), this judges. Nothing here is secret: no serial number, and
of a card nothing at all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kazashi import remedies
from kazashi.errors import LinkError, ReaderError, ReaderSilent
from kazashi.link import Pipe
from kazashi.reader import Reader
from kazashi_wire.messages import Examination, Examined, Fault

_MICROCONTROLLERS = {"pico": "RP2040", "pico_w": "RP2040", "pico2": "RP2350", "pico2_w": "RP2350"}
_OLDEST_MICROPYTHON = (1, 23)
_LEAST_FREE = 64_000  # bytes: a reader that has read has 180 kB free
_QUESTIONS = 8
_PN532 = 0x32
_DRIVERS = 0x03  # of CIU_TxControl: both are on
_TOO_LITTLE, _TOO_MUCH = 0x80, 0x40  # in Andet_Control
_LEAST_UART_KBIT_S = 460.8  # the lowest rate to which the firmware climbs
_FOLLOWS = b"\x01\x00\x01"  # the IRQ line: high, low while an answer waits, high
_PROMPT = b">>> "
_PROMPT_S = 1.0


@dataclass(frozen=True)
class Finding:
    """What was looked at, and what is to be done; `remedy` is empty where nothing is."""

    check: str
    ok: bool
    seen: str
    remedy: str


def good(check: str, seen: str) -> Finding:
    return Finding(check, True, seen, "")


def bad(check: str, seen: str, remedy: str) -> Finding:
    return Finding(check, False, seen, remedy)


def findings(connect: Callable[[], Pipe]) -> Iterator[Finding]:
    """Look at a reader, one thing after the other. It ends early where all the rest would fail."""
    try:
        reader = Reader(connect)
    except ReaderError as error:
        yield _unreachable(error, connect)
        return
    try:
        yield from _Visit(reader).findings()
    except LinkError as error:
        yield _unreachable(error, connect)
    finally:
        reader.close()


def _unreachable(error: ReaderError, connect: Callable[[], Pipe]) -> Finding:
    seen, _, advice = str(error).rpartition(": ")
    if isinstance(error, ReaderSilent) and _is_prompt_there(connect):
        return bad("reader", "MicroPython's prompt answers, no firmware runs", remedies.FLASH)
    for kind, remedy in remedies.CONNECTION:
        if isinstance(error, kind):
            return bad("reader", seen, remedy or advice)
    return bad("reader", seen, remedies.UNPLUGGED if isinstance(error, LinkError) else advice)


def _is_prompt_there(connect: Callable[[], Pipe]) -> bool:
    """Whether the board answers an empty line as MicroPython does."""
    try:
        pipe = connect()
    except LinkError:
        return False
    heard = b""
    try:
        pipe.write(b"\r")
        until = pipe.now() + _PROMPT_S
        while _PROMPT not in heard and pipe.now() < until:
            heard += pipe.read(100)
    except LinkError:
        pass  # what it has said by now counts
    finally:
        pipe.close()
    return _PROMPT in heard


class _Visit:
    """One visit to one reader, which was asked how it is before anything else."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._health = reader.health()
        seen = reader.examine(Examination.BOARD).seen
        self._uses_irq, self._uses_reset = bool(seen[0]), bool(seen[1])
        self._bus, _, self._machine = seen[2:].decode("utf-8", "replace").partition("\n")

    def findings(self) -> Iterator[Finding]:
        yield self._board()
        yield self._interpreter()
        yield self._memory()
        yield self._usb()
        chip = self._chip()
        yield chip
        if chip.ok:
            yield self._judged("communication", Examination.LINE, self._line)
            yield self._judged("ROM", Examination.ROM, self._memory_of_chip)
            yield self._judged("RAM", Examination.RAM, self._memory_of_chip)
            yield self._judged("antenna", Examination.ANTENNA, self._antenna)
            yield self._judged("field", Examination.FIELD, self._field)
            yield self._irq()
            yield self._reset()
            yield self._judged("bus speed", Examination.SPEED, self._speed)
        yield self._errors()
        yield self._last_reset()

    # --- the board and what runs on it ---------------------------------------------------------

    def _board(self) -> Finding:
        name = self._reader.info.board
        seen = f"{name}, {self._machine}"
        expected = _MICROCONTROLLERS.get(name, "")
        is_another = "RP2" in self._machine and expected not in self._machine
        return bad("board", seen, remedies.BOARD) if is_another else good("board", seen)

    def _interpreter(self) -> Finding:
        seen = self._reader.info.interpreter
        name, _, version = seen.partition(" ")
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
        if name == "micropython" and numbers < _OLDEST_MICROPYTHON:
            return bad("MicroPython", seen, remedies.INTERPRETER)
        return good("MicroPython", seen)

    def _memory(self) -> Finding:
        used, free = self._health.heap_used, self._health.heap_free
        if not used + free:
            return good("memory", "this interpreter does not tell")
        seen = f"{used / 1000:.1f} kB used, {free / 1000:.1f} kB free"
        is_short = free < _LEAST_FREE
        return bad("memory", seen, remedies.MEMORY) if is_short else good("memory", seen)

    def _usb(self) -> Finding:
        stray = self._reader.stray_bytes(_QUESTIONS)
        seen = f"{_QUESTIONS} questions answered, {stray} stray bytes between"
        return bad("USB", seen, remedies.USB) if stray else good("USB", seen)

    # --- the chip ------------------------------------------------------------------------------

    def _chip(self) -> Finding:
        examined = self._reader.examine(Examination.CHIP)
        if examined.fault or len(examined.seen) < 4:
            return bad("chip", f"nothing answers over {self._bus}", remedies.SILENT[self._bus])
        ic, version, revision = examined.seen[:3]
        seen = f"PN5{ic:02x} {version}.{revision} over {self._bus}"
        return good("chip", seen) if ic == _PN532 else bad("chip", seen, remedies.OTHER_CHIP)

    def _judged(
        self, check: str, examination: Examination, judge: Callable[[str, bytes], Finding]
    ) -> Finding:
        examined = self._reader.examine(examination)
        return _ended(check, examined) or judge(check, examined.seen)

    def _line(self, check: str, seen: bytes) -> Finding:
        if seen == b"\x01":
            return good(check, "what was sent came back")
        return bad(check, "what was sent came back changed", remedies.LINE)

    def _memory_of_chip(self, check: str, seen: bytes) -> Finding:
        if seen == b"\x00":
            return good(check, "passes its self test")
        return bad(check, f"fails its self test: {seen.hex()}", remedies.SELF_TEST)

    def _antenna(self, check: str, seen: bytes) -> Finding:
        found = seen[0] | seen[-1] if seen[0] else 0
        if found & _TOO_LITTLE:
            return bad(check, f"draws less than 25 mA: {seen.hex()}", remedies.OPEN_ANTENNA)
        if found & _TOO_MUCH:
            return bad(check, f"draws more than 150 mA: {seen.hex()}", remedies.SHORTED_ANTENNA)
        return good(check, "draws between 25 and 150 mA")

    def _field(self, check: str, seen: bytes) -> Finding:
        on, off = seen[0] & _DRIVERS == _DRIVERS, seen[-1] & _DRIVERS == 0
        if on and off:
            return good(check, "goes on and off")
        return bad(check, f"does not go on and off: {seen.hex()}", remedies.FIELD)

    def _irq(self) -> Finding:
        if not self._uses_irq:
            return good("IRQ", "not used")
        return self._judged("IRQ", Examination.IRQ, self._follows)

    def _follows(self, check: str, seen: bytes) -> Finding:
        if seen == _FOLLOWS:
            return good(check, "falls while an answer waits, rises when that is read")
        levels = "{}, {} while an answer waits, {} when that is read".format(
            *("high" if level else "low" for level in seen)
        )
        return bad(check, levels, remedies.IRQ)

    def _reset(self) -> Finding:
        if not self._uses_reset:
            return good("reset", "not used: a stuck chip needs its power cut")
        return self._judged("reset", Examination.RESET, self._is_mute_in_reset)

    def _is_mute_in_reset(self, check: str, seen: bytes) -> Finding:
        if seen == b"\x00":
            return good(check, "the chip is silent while RSTPD_N is low, and answers after it")
        return bad(check, "the chip answers while RSTPD_N is low", remedies.RESET)

    def _speed(self, check: str, seen: bytes) -> Finding:
        sent, whole, repeated = seen[:3]
        kbit_s = int.from_bytes(seen[3:], "big") / 1000
        text = f"{kbit_s:g} kbit/s: {whole} of {sent} longest frames came back whole, "
        text += f"{repeated} said again"
        is_slow = self._bus == "hsu" and kbit_s < _LEAST_UART_KBIT_S
        is_clean = whole == sent and not repeated and not is_slow
        return good(check, text) if is_clean else bad(check, text, remedies.SPEED[self._bus])

    # --- what happened before ------------------------------------------------------------------

    def _errors(self) -> Finding:
        """Cards that leave too early count as retries and more: only a chip's reset is its own."""
        health = self._health
        names = ("retries", "repolls", "field_offs", "chip_resets")
        seen = ", ".join(f"{name.replace('_', ' ')} {getattr(health, name)}" for name in names)
        seen += f" in {health.uptime_s} s"
        return bad("errors", seen, remedies.ERRORS) if health.chip_resets else good("errors", seen)

    def _last_reset(self) -> Finding:
        health = self._health
        seen = f"{health.reset_cause}, {health.reboots} restarts since power-on"
        remedy = {"watchdog": remedies.HANG, "recovery": remedies.RECOVERY}.get(health.reset_cause)
        return bad("last reset", seen, remedy) if remedy else good("last reset", seen)


def _ended(check: str, examined: Examined) -> Finding | None:
    """Where the chip ended the examination: it refused it, or fell silent."""
    if not examined.fault:
        return None
    if examined.fault == Fault.CHIP_REFUSED:
        return bad(check, "the chip refuses it", remedies.CLONE)
    remedy = remedies.POWER if check == "field" else remedies.FELL_SILENT
    return bad(check, "the chip falls silent", remedy)
