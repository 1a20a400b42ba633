"""Targets of the measured rows: the one table of limits, for `kazashi bench` and for CI.

A gated target is in emulated time, so its value is the same on every machine: a missed one is an
error. One in real time is judged only if the runs of its rows differ by less than a tenth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import linear_regression

from .case import (
    ARMED,
    ENGINE,
    FAST,
    FAST_LIKE_BEFORE,
    FAST_SPI,
    HSU,
    I2C,
    LENGTHS,
    LIKE_BEFORE,
    NFCPY_OURS,
    REAL_TIME,
    SHORT,
    SLOW_CHIP,
    SLOW_LIKE_BEFORE,
    STEADY,
    Case,
    Row,
    of_every_size,
)
from .ccid_times import CcidTimes
from .checkin import CheckIn, Part
from .floor import BYTE_S
from .rounds import Rounds

READER_LIMITS_MS: Mapping[str, float] = {  # by step of a check-in with the PIN
    "certificate": 22.5,
    "pin": 10.0,
    "signature": 12.3,
    "verification": 9.0,
    "end": 2.4,
}


@dataclass(frozen=True)
class Target:
    """A figure and its limit."""

    what: str
    value: float | None  # None: not measured
    limit: float | None  # None: only shown
    unit: str = ""
    is_gated: bool = False
    is_steady: bool = True

    @property
    def is_met(self) -> bool | None:
        """None if it cannot be judged."""
        if self.value is None or self.limit is None or not self.is_steady:
            return None
        return self.value <= self.limit

    @property
    def is_failed(self) -> bool:
        """It is gated, and missed."""
        return self.is_gated and self.is_met is False

    def as_json(self) -> dict[str, object]:
        """Of `kazashi bench --json`. `is_met` is null if it cannot be judged."""
        value = None if self.value is None else round(self.value, 4)
        return {
            "what": self.what,
            "value": value,
            "limit": self.limit,
            "unit": self.unit,
            "is_gated": self.is_gated,
            "is_met": self.is_met,
        }


def targets(
    rows: Sequence[Row],
    sign_command_ms: float | None = None,
    part_us: float | None = None,
    ccid: CcidTimes | None = None,
) -> list[Target]:
    """All targets; one whose rows were not measured has no value.

    `sign_command_ms`: see emulated.py; `part_us`: see host.py; `ccid`: see ccid_times.py.
    """
    by_case = {row.case: row for row in rows}

    def total(case: Case) -> float | None:
        return by_case[case].total_ms if case in by_case else None

    def ratio(case: Case) -> float | None:
        return by_case[case].ratio if case in by_case else None

    armed, engine = by_case.get(ARMED), by_case.get(ENGINE)
    real, nfcpy = by_case.get(REAL_TIME), by_case.get(NFCPY_OURS)
    gated = (
        ("SPI, 106, as before: total ÷ floor", ratio(LIKE_BEFORE), 1.05, ""),
        ("SPI, 424, as before: total ÷ its floor", ratio(FAST_LIKE_BEFORE), 1.22, ""),
        ("SPI, 106, a first card: total ÷ floor", ratio(ARMED), 1.058, ""),
        ("SPI, 424, a first card: total ÷ its floor", ratio(FAST), 1.24, ""),
        ("SPI, 106, as before, chip 1 ms: total", total(SLOW_LIKE_BEFORE), 180, "ms"),
        ("SPI, 424, chip 1 ms: total", total(replace(SLOW_CHIP, bit_rate=424)), 61.5, "ms"),
        ("SPI, 106, short Le: total", total(SHORT), 186, "ms"),
        ("SPI, 106: ms a byte ÷ its ten bits", _growth(rows), 1.09, ""),
        ("HSU 921600: total", total(HSU), 190, "ms"),
        ("I²C 400 kHz: total", total(I2C), 216, "ms"),
        ("SPI, 106: first byte − air of its block", armed and armed.wait_ms, 25, "ms"),
        ("SPI: ours ÷ the chip's engine", _quotient(armed, engine), 0.80, ""),
        ("signature command: written until on air", sign_command_ms, 5, "ms"),
        ("CCID: a short APDU", ccid and ccid.short_ms, 5.5, "ms"),
        ("CCID: SELECT and READ of 1,600 bytes", ccid and ccid.read_ms, 183, "ms"),
        ("CCID: removal seen", ccid and ccid.removal_ms, 1000, "ms"),
    )
    others = (
        Target("SPI at 4.8 MHz, 106, as before: total ÷ floor", ratio(FAST_SPI), 1.042),
        Target(
            "SPI at 4.8 MHz, 424, as before: total ÷ its floor",
            ratio(replace(FAST_SPI, bit_rate=424)),
            1.20,
        ),
        Target(
            "HSU: (total − floor) ours ÷ nfcpy's with our APDUs",
            _quotient_of_excess(real, nfcpy),
            0.75,
            is_steady=all(row.is_steady for row in (real, nfcpy) if row),
        ),
        Target("host's time for a part", part_us, 100, "µs"),
        Target("CCID: APDUs of OpenSC", ccid and ccid.opensc_ms, None, "ms"),
    )
    return [Target(*each, is_gated=True) for each in gated] + [*others]


def check_in_targets(timeless: CheckIn, rounds: Rounds) -> list[Target]:
    """`timeless`: emulated, with a host and a disk that take no time; `rounds`: both are real."""
    return [
        Target(
            f"{step}: reader, emulated",
            timeless.steps[step][Part.READER],
            limit_ms,
            "ms",
            is_gated=True,
        )
        for step, limit_ms in READER_LIMITS_MS.items()
    ] + [
        Target(
            "machine, median; host and disk are real",
            rounds.median.machine_ms,
            62,
            "ms",
            is_steady=rounds.spread < STEADY,
        )
    ]


def _quotient(a: Row | None, b: Row | None) -> float | None:
    return a.total_ms / b.total_ms if a and b else None


def _quotient_of_excess(a: Row | None, b: Row | None) -> float | None:
    return (a.total_ms - a.floor_ms) / (b.total_ms - b.floor_ms) if a and b else None


def _growth(rows: Sequence[Row]) -> float | None:
    """The slope of a line through all sizes; the shortest and the longest one are needed."""
    found = of_every_size(rows, ARMED)
    sizes = [row.case.certificate_bytes for row in found]
    if not {LENGTHS[0], LENGTHS[-1]} <= {*sizes}:
        return None
    return linear_regression(sizes, [row.total_ms for row in found]).slope / (BYTE_S * 1000)
