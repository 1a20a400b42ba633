"""What to do about what `kazashi doctor` finds: each line is for a person with a screwdriver.

Wiring: boards/<board>/README.md. Switches: of the common red breakout. What drivers in the field
report: esphome 3281, 3823, 10968; libnfc 342, 512; NXP community 822792.
"""

from kazashi.errors import (
    FirmwareStopped,
    NoReader,
    ReaderBusy,
    ReaderSilent,
    SeveralReaders,
)

FLASH = "put the firmware on it: kazashi flash BOARD"
_IN_BOARD_PY = "in boards/<board>/board.py, then kazashi flash BOARD again"
POWER = (
    "give the module a better supply: short wires to VCC and GND, 100 µF across them at the "
    "module, and a supply of its own, apart from the radio (Wi-Fi) of the Pico"
)

# By class of the error that keeps us from asking anything, the first that fits.
CONNECTION = (
    (
        NoReader,
        "plug it in with a USB cable that carries data, not only power; look with kazashi list; "
        "where a drive RPI-RP2, or RP2350 on a Pico 2, appears instead, install MicroPython first",
    ),
    (
        ReaderBusy,
        "close the program that has the port (another kazashi, a terminal, ModemManager); "
        "on Linux, join the group that may use it: sudo usermod -aG dialout $USER",
    ),
    (SeveralReaders, None),  # what it tells is best
    (FirmwareStopped, FLASH),
    (
        ReaderSilent,
        "unplug it, wait for two seconds, plug it in; where that does not help, " + FLASH,
    ),
)
UNPLUGGED = (
    "plug it in, without a hub; where it keeps leaving, take another cable; where it leaves as the "
    "field goes on, " + POWER
)

BOARD = "the firmware is that of another board: kazashi flash with the name of this one"
MEMORY = "unplug it and plug it in; where it stays so, delete what is not the firmware's from it"
USB = (
    "take another USB cable, a short one, and a port of the computer itself, not of a hub; "
    "keep other programs off the port"
)

# By bus, most likely first.
SILENT = {
    "spi": (
        "1. set the module's switches to SPI, 1 off and 2 on, and power it anew\n"
        "2. check each wire against the board's page: MOSI to MOSI and MISO to MISO, not crossed, "
        "SS, SCK\n3. measure 3.3 V between VCC and GND at the module\n"
        "4. wire RSTPD_N, not RSTO, to the reset pin"
    ),
    "i2c": (
        "1. set the module's switches to I2C, 1 on and 2 off, and power it anew\n"
        "2. swap SDA and SCL\n3. measure 3.3 V between VCC and GND at the module, and on SDA and "
        "SCL: without it they need pull-ups of 4.7 kΩ\n"
        "4. wire RSTPD_N, not RSTO, to the reset pin"
    ),
    "hsu": (
        "1. set the module's switches to HSU, both off, and power it anew\n"
        "2. swap TX and RX: each end's TX goes to the other's RX\n"
        "3. measure 3.3 V between VCC and GND at the module\n"
        "4. wire RSTPD_N, not RSTO, to the reset pin"
    ),
}
OTHER_CHIP = "take a module with a PN532: this firmware knows no other chip"
FELL_SILENT = "check that no wire is loose, then: " + POWER
LINE = "check each wire for a loose contact, then take another module: its answers are not sound"
SELF_TEST = "power the module anew and ask again; where it stays so, the chip is broken: replace it"
HOT = (
    "take all cards away, wait for ten seconds, ask again; where it stays so, take metal away from "
    "the antenna, and look for a short in it"
)
CLONE = "a copy of the chip without this test: where cards are read, all is well; else replace it"
OPEN_ANTENNA = (
    "look for a crack or a bad joint in the antenna; the chip promises this test for 5 V alone: "
    "where cards are read, all is well"
)
SHORTED_ANTENNA = "take metal away from the antenna, and look for a short in it"
FIELD = "the chip does not switch its antenna drivers: power it anew; where it stays so, replace it"
IRQ = (
    "wire the module's IRQ to the pin that board.py names (GP20 on a Pico), and look for a short "
    f"to GND; or set IRQ = None {_IN_BOARD_PY}: the chip is then asked over the bus"
)
RESET = (
    "wire RSTPD_N, not RSTO, to the pin that board.py names (GP21 on a Pico); or set RESET = None "
    f"{_IN_BOARD_PY}: a stuck chip then needs its power cut"
)
SPEED = {
    "spi": f"shorten the wires to 10 cm, GND beside SCK; or set SPI_HZ = 1_000_000 {_IN_BOARD_PY}",
    "i2c": (
        "shorten the wires to 10 cm, with pull-ups of 4.7 kΩ; "
        f"or set I2C_HZ = 100_000 {_IN_BOARD_PY}"
    ),
    "hsu": "shorten the wires to 10 cm, with a GND beside them",
}
ERRORS = "the PN532 falls silent while it works; " + POWER
HANG = "the firmware hung: report it with this list, and with what was done before"
RECOVERY = "the PN532 fell silent and no reset brought it back: check the wire to RSTPD_N; " + POWER


def interpreter(oldest: tuple[int, int]) -> str:
    version = "{}.{}".format(*oldest)
    return f"install MicroPython {version} or later on the board, then kazashi flash BOARD"
