"""What the measured rows are held to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import linear_regression

from .case import BASE, ENGINE, HSU, I2C, LENGTHS, NFCPY, Row, as_used, of_every_size
from .floor import BYTE_S


@dataclass(frozen=True)
class Target:
    """A figure and its limit. `value` is None where a row that it needs was not measured."""

    what: str
    value: float | None
    limit: float
    unit: str = ""

    @property
    def is_met(self) -> bool | None:
        return None if self.value is None else self.value <= self.limit


def targets(rows: Sequence[Row], part_us: float) -> list[Target]:
    """All of them. `part_us`: see host.py."""
    by_case = {row.case: row for row in rows}
    engine, nfcpy = by_case.get(ENGINE), by_case.get(NFCPY)
    base, fast = as_used(rows, BASE), as_used(rows, replace(BASE, bit_rate=424))
    hsu, i2c = by_case.get(HSU), by_case.get(I2C)
    real = as_used(rows, replace(NFCPY, driver="kazashi"))
    return [
        Target("SPI: total ÷ floor", base and base.ratio, 1.10),
        Target("SPI: total at 424 kbit/s ÷ at 106", _quotient(fast, base), 0.36),
        Target("SPI: ours ÷ the chip's engine", _quotient(base, engine), 0.80),
        Target("HSU 921600: total ÷ floor", hsu and hsu.ratio, 1.22),
        Target("I²C 400 kHz: total ÷ floor", i2c and i2c.ratio, 1.35),
        Target("HSU: (total − floor) ours ÷ nfcpy's", _excess(real, nfcpy), 0.6),
        Target(
            "first byte − air of its block", base and base.first_ms - base.first_block_ms, 25, "ms"
        ),
        Target("host's time for a part", part_us, 100, "µs"),
        Target("SPI: ms a byte ÷ its ten bits", _growth(rows, base), 1.10),
    ]


def _quotient(a: Row | None, b: Row | None) -> float | None:
    return a.total_ms / b.total_ms if a and b else None


def _excess(a: Row | None, b: Row | None) -> float | None:
    return (a.total_ms - a.floor_ms) / (b.total_ms - b.floor_ms) if a and b else None


def _growth(rows: Sequence[Row], base: Row | None) -> float | None:
    """The slope of a line through certificates of all sizes."""
    found = of_every_size(rows, base.case) if base else []
    if len(found) < len(LENGTHS):
        return None
    sizes = [row.case.certificate_bytes for row in found]
    return linear_regression(sizes, [row.total_ms for row in found]).slope / (BYTE_S * 1000)
