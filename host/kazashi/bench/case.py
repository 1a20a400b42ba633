"""What is measured: a read of the certificate, and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from .floor import floor_s


@dataclass(frozen=True)
class Case:
    """One read. Cards and chips that differ in nothing else; no card takes time of its own."""

    driver: str = "kazashi"  # engine: the chip's own ISO-DEP; nfcpy, libnfc
    bus: str = "spi"  # of the chip
    baud: int | None = None  # bit/s, of hsu and i2c; None on spi
    clock: str = "emulated"  # or real
    bit_rate: int = 106  # kbit/s on air
    certificate_bytes: int = 1600
    fsc: int = 256  # bytes of the longest frame that the card takes
    extended: bool = True  # the card takes extended length
    armed: bool = False  # the reader knows beforehand what to read
    chip_ms: float = 0.0  # the chip's own time for a command

    def __str__(self) -> str:
        return f"{self.driver}, {self.line}, {self.certificate_bytes} bytes, {self.clock} time"

    @property
    def line(self) -> str:
        """The bus, and its rate where it has several."""
        return f"{self.bus} {self.baud}" if self.baud else self.bus


@dataclass(frozen=True)
class Row:
    """A case, measured. Times in milliseconds after the end of the answer to ATTRIB."""

    case: Case
    air_ms: float  # of `total_ms`, spent on air
    first_ms: float  # the first byte of the certificate is at the host
    total_ms: float  # the last one is
    first_block_ms: float  # air time of the block that brings the first byte, and of its command
    spent_ms: Mapping[str, float]  # who had `total_ms`; empty where that is unknown

    @property
    def floor_ms(self) -> float:
        return floor_s(self.case.certificate_bytes) * 1000

    @property
    def ratio(self) -> float:
        return self.total_ms / self.floor_ms

    def as_json(self) -> dict[str, object]:
        """Of `kazashi bench --json`. `baud` is null on spi."""
        times: dict[str, object] = {
            "floor_ms": round(self.floor_ms, 3),
            "air_ms": round(self.air_ms, 3),
            "total_ms": round(self.total_ms, 3),
            "ratio": round(self.ratio, 4),
        }
        return asdict(self.case) | times


def as_used(rows: Iterable[Row], case: Case) -> Row | None:
    """The row of a case with our reader: armed, where that was measured."""
    by_case = {row.case: row for row in rows}
    return by_case.get(replace(case, armed=True)) or by_case.get(case)


def of_every_size(rows: Iterable[Row], case: Case) -> list[Row]:
    """Those that differ from `case` in the size of the certificate alone, smallest first."""
    size = case.certificate_bytes
    found = [row for row in rows if replace(row.case, certificate_bytes=size) == case]
    return sorted(found, key=lambda row: row.case.certificate_bytes)


BASE = Case()
ARMED = replace(BASE, armed=True)
HSU = replace(ARMED, bus="hsu", baud=921600)
I2C = replace(ARMED, bus="i2c", baud=400_000)
ENGINE = replace(BASE, driver="engine")
NFCPY = replace(BASE, driver="nfcpy", bus="hsu", baud=921600, clock="real")
LIBNFC = replace(BASE, driver="libnfc", bus="hsu", baud=115200, clock="real")
REAL_TIME = replace(HSU, clock="real")
LENGTHS = range(1200, 2001, 100)

# Not every combination: a row for each length, and around the base one change at a time.
_AROUND_BASE = (
    BASE,
    replace(BASE, extended=False),
    replace(ARMED, fsc=64),
    replace(ARMED, extended=False),
    replace(ARMED, chip_ms=1.0),
    replace(ARMED, bit_rate=212),
    replace(ARMED, bit_rate=424),
    HSU,
    replace(HSU, armed=False),
    I2C,
    replace(I2C, armed=False),
    ENGINE,
    replace(ENGINE, chip_ms=1.0),
)
EMULATED = (*(replace(ARMED, certificate_bytes=size) for size in LENGTHS), *_AROUND_BASE)
QUICK = (ARMED, BASE, replace(ARMED, bit_rate=424), ENGINE)
REAL = (REAL_TIME, NFCPY, replace(REAL_TIME, baud=115200), LIBNFC)
