"""Cases: the reads that are measured. Rows: what was measured."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from .floor import floor_s

STEADY = 0.1  # runs that differ by less may be judged


@dataclass(frozen=True)
class Case:
    """One read. Cards and chips are otherwise the same; no card takes time of its own."""

    driver: str = "kazashi"  # engine: the chip's own ISO-DEP; nfcpy, libnfc
    bus: str = "spi"  # of the chip
    baud: int | None = None  # bit/s; None on spi: the board's own SPI_HZ
    clock: str = "emulated"  # or real
    bit_rate: int = 106  # kbit/s on air
    certificate_bytes: int = 1600
    fsc: int = 256  # bytes of the longest frame that the card takes
    extended: bool = True  # the card takes extended length
    armed: bool = False  # the reader knows beforehand what to read
    guess: int = 0  # of `certificate_bytes`, that the plan carries; 0: none, as for a first card
    apdus: str = "ours"  # SELECT, READ, READ of the rest; or steps: see reading.py
    chip_ms: float = 0.0  # the chip's own time for a command, beside the delay of its ACK

    def __str__(self) -> str:
        read = f"{self.driver}, {self.apdus} APDUs" if self.driver == "nfcpy" else self.driver
        return f"{read}, {self.line}, {self.certificate_bytes} bytes, {self.clock} time"

    @property
    def line(self) -> str:
        """The bus, and its rate if that was chosen."""
        return f"{self.bus} {self.baud}" if self.baud else self.bus


@dataclass(frozen=True)
class Row:
    """A case, measured. Times in milliseconds after the end of the answer to ATTRIB."""

    case: Case
    air_ms: float  # of `total_ms`, on air: the exchanges that the certificate waits for
    first_ms: float  # the first byte of the certificate is at the host
    total_ms: float  # the last one is
    first_block_ms: float  # air time of the block that brings the first byte, and of its command
    spent_ms: Mapping[str, float]  # who had `total_ms`; empty if that is unknown
    runs_ms: Sequence[float] = ()  # the total of each run, in real time; this row is the fastest

    @property
    def floor_ms(self) -> float:
        return floor_s(self.case.certificate_bytes, self.case.bit_rate) * 1000

    @property
    def ratio(self) -> float:
        return self.total_ms / self.floor_ms

    @property
    def wait_ms(self) -> float:
        """Until the first byte is at the host, without the air time of its block."""
        return self.first_ms - self.first_block_ms

    @property
    def spread(self) -> float:
        """By how much of the fastest run the slowest one was slower. 0 in emulated time."""
        return max(self.runs_ms) / min(self.runs_ms) - 1 if self.runs_ms else 0.0

    @property
    def is_steady(self) -> bool:
        """The runs differ by less than a tenth: targets may be judged by this row."""
        return self.spread < STEADY

    def as_json(self) -> dict[str, object]:
        """A row of `kazashi bench --json`."""
        times: dict[str, object] = {
            "floor_ms": round(self.floor_ms, 3),
            "air_ms": round(self.air_ms, 3),
            "total_ms": round(self.total_ms, 3),
            "ratio": round(self.ratio, 4),
            "runs_ms": [round(run, 3) for run in self.runs_ms],
        }
        return asdict(self.case) | times


def of_every_size(rows: Iterable[Row], case: Case) -> list[Row]:
    """The rows that differ from `case` only in the size of the certificate, smallest first."""
    size = case.certificate_bytes
    found = [row for row in rows if replace(row.case, certificate_bytes=size) == case]
    return sorted(found, key=lambda row: row.case.certificate_bytes)


BASE = Case()
ARMED = replace(BASE, armed=True)
HSU = replace(ARMED, bus="hsu", baud=921600)
I2C = replace(ARMED, bus="i2c", baud=400_000)
FAST = replace(ARMED, bit_rate=424)
FAST_SPI = replace(ARMED, baud=4_800_000, guess=1600)  # never tried on hardware
SHORT = replace(ARMED, extended=False)
SLOW_CHIP = replace(ARMED, chip_ms=1.0)
ENGINE = replace(BASE, driver="engine", apdus="steps")
NFCPY = replace(BASE, driver="nfcpy", apdus="steps", bus="hsu", baud=921600, clock="real")
NFCPY_OURS = replace(NFCPY, apdus="ours")
LIBNFC = replace(NFCPY, driver="libnfc", baud=115200)
REAL_TIME = replace(HSU, clock="real")
LIKE_BEFORE = replace(ARMED, guess=1600)  # the last cards had this length
FAST_LIKE_BEFORE = replace(FAST, guess=1600)
SLOW_LIKE_BEFORE = replace(SLOW_CHIP, guess=1600)
LENGTHS = range(1200, 2001, 100)

# Not every combination: a row for each length, and one change at a time for 1,600 bytes.
_AROUND_BASE = (
    BASE,
    replace(BASE, extended=False),
    replace(ARMED, fsc=64),
    SHORT,
    SLOW_CHIP,
    replace(SLOW_CHIP, bit_rate=424),
    replace(ARMED, bit_rate=212),
    FAST,
    replace(ARMED, guess=1200),
    LIKE_BEFORE,
    replace(ARMED, guess=2000),
    FAST_LIKE_BEFORE,
    SLOW_LIKE_BEFORE,
    FAST_SPI,
    replace(FAST_SPI, bit_rate=424),
    HSU,
    replace(HSU, armed=False),
    I2C,
    replace(I2C, armed=False),
    ENGINE,
    replace(ENGINE, chip_ms=1.0),
)
EMULATED = (*(replace(ARMED, certificate_bytes=size) for size in LENGTHS), *_AROUND_BASE)
QUICK = (  # what the gated targets need
    *(replace(ARMED, certificate_bytes=LENGTHS[i]) for i in (0, -1)),
    *(ARMED, LIKE_BEFORE, FAST, FAST_LIKE_BEFORE, SHORT),
    *(SLOW_CHIP, SLOW_LIKE_BEFORE, replace(SLOW_CHIP, bit_rate=424)),
    *(HSU, I2C, ENGINE),
)
REAL = (REAL_TIME, NFCPY, NFCPY_OURS, replace(REAL_TIME, baud=115200), LIBNFC)
