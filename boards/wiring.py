"""Wiring: the header of a Pico, the pads of the red PN532 module, the wires between them.

A board's pins come from its board.py. This file is the same for all boards.
Sources: Pico data sheet §2.1; PN532 V3 manual (Elechouse, revision B), pages 3 to 5.
"""

import runpy
from dataclasses import dataclass
from pathlib import Path

HEADER = (  # pins 1 to 40, numbered as in the data sheet
    *("GP0", "GP1", "GND", "GP2", "GP3", "GP4", "GP5", "GND", "GP6", "GP7"),
    *("GP8", "GP9", "GND", "GP10", "GP11", "GP12", "GP13", "GND", "GP14", "GP15"),
    *("GP16", "GP17", "GND", "GP18", "GP19", "GP20", "GP21", "GND", "GP22", "RUN"),
    *("GP26", "GP27", "GND", "GP28", "ADC_VREF", "3V3(OUT)", "3V3_EN", "GND", "VSYS", "VBUS"),
)
FOUR_PADS = ("GND", "VCC", "SDA/TXD", "SCL/RXD")
EIGHT_PADS = ("SCK", "MISO", "MOSI", "SS", "VCC", "GND", "IRQ", "RSTO")
RESET_PAD = "RSTPDN"

BUSES = ("spi", "i2c", "hsu")
NAMES = {"spi": "SPI", "i2c": "I²C", "hsu": "UART (HSU)"}
SWITCHES = {"spi": (False, True), "i2c": (True, False), "hsu": (False, False)}  # 1 and 2: are on

_POWER = 36
_GROUND = {"spi": 23, "i2c": 38, "hsu": 38}  # the nearest one: all are the same
_LINES = {  # pad, constant of board.py, what the Pico calls it, colour
    "spi": (
        ("SCK", "SCK", "SPI{SPI} SCK", "orange"),
        ("MISO", "MISO", "SPI{SPI} RX", "green"),
        ("MOSI", "MOSI", "SPI{SPI} TX", "blue"),
        ("SS", "SELECT", "", "purple"),
        ("IRQ", "IRQ", "", "yellow"),
        (RESET_PAD, "RESET", "", "grey"),
    ),
    "i2c": (
        ("SDA/TXD", "SDA", "I2C{I2C} SDA", "blue"),
        ("SCL/RXD", "SCL", "I2C{I2C} SCL", "orange"),
        ("IRQ", "IRQ", "", "yellow"),
        (RESET_PAD, "RESET", "", "grey"),
    ),
    "hsu": (
        ("SDA/TXD", "RX", "UART{UART} RX", "green"),
        ("SCL/RXD", "TX", "UART{UART} TX", "orange"),
        (RESET_PAD, "RESET", "", "grey"),
    ),
}
_WITHOUT = {
    "IRQ": "set `IRQ = None`: the chip is polled over the bus instead",
    "RESET": "set `RESET = None`: a stuck chip must then be unplugged",
}


@dataclass(frozen=True)
class Wire:
    """A wire from a pad of the module to a pin of the board."""

    pad: str
    pin: int  # its number on the header
    role: str  # what the board calls it, besides its name; may be empty
    colour: str
    without: str  # what to do if it is not wired; empty: it must be

    @property
    def name(self) -> str:
        return HEADER[self.pin - 1]


def constants(board: Path) -> dict[str, object]:
    """What a board's board.py says."""
    return runpy.run_path(str(board / "board.py"))


def wires(said: dict[str, object], bus: str) -> list[Wire]:
    """The wires of a bus, where board.py `said` this; supply last."""
    found: list[Wire] = []
    for pad, constant, role, colour in _LINES[bus]:
        number = said[constant]
        if number is not None:
            pin = HEADER.index(f"GP{number}") + 1
            without = _WITHOUT.get(constant, "")
            found.append(Wire(pad, pin, role.format_map(said), colour, without))
    power, ground = Wire("VCC", _POWER, "", "red", ""), Wire("GND", _GROUND[bus], "", "black", "")
    return [*found, power, ground]
