"""Raspberry Pi Pico: the only place where a pin stands.

Numbers are GP numbers, not positions on the header.
"""

NAME = "pico"

BUS = "spi"  # or "hsu", the UART; the module's switches say the same

SPI = 0
SPI_HZ = 3_500_000  # the PN532 takes 5 MHz at most; 3.5 is what runs without a pause: kpn532
SCK = 18
MOSI = 19
MISO = 16
SELECT = 17

UART = 1
TX = 4
RX = 5

IRQ = 20  # None where it is not wired: the chip is then asked over SPI. Not used with "hsu"
RESET = 21  # RSTPD_N, not RSTO; None where it is not wired

LED = 25

MACHINE = "Raspberry Pi Pico with RP2040"  # what MicroPython calls it: sys.implementation._machine
MICROPYTHON = "RPI_PICO"  # the name of its build
ARCH = "armv6m"  # what mpy-cross calls its processor

WATCHDOG = 0x40058000  # its registers: RP2040 datasheet §4.7.6
