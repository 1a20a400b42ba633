"""Raspberry Pi Pico: all pins, in this file only.

Numbers are GP numbers, not positions on the header. None: not wired.
"""

NAME = "pico"

BUS = "spi"  # or "i2c", or "hsu", the UART; the module's switches say the same

SPI = 0
SPI_HZ = 3_500_000  # the PN532 takes 5 MHz at most; 3.5 is what runs without a pause: kpn532
SCK = 18
MOSI = 19
MISO = 16
SELECT = 17

I2C = 0
I2C_HZ = 400_000  # the PN532's maximum
SDA = 8
SCL = 9

UART = 1
TX = 4
RX = 5

IRQ = 20  # None: not wired; the chip is polled over the bus. Not used with "hsu"
RESET = 21  # RSTPD_N, not RSTO. None: not wired; a stuck chip must be unplugged

LED = "LED"  # the board's own, GP25; a number: your own LED on that pin
BUZZER = None  # the pin number of a passive piezo, 22 for example

CCID = False  # True: a USB CCID reader, too; then any program may take the card. Needs USB_ID
USB_ID = None  # (VID, PID) of your own, never another product's: boards/README.md

MACHINE = "Raspberry Pi Pico with RP2040"  # sys.implementation._machine
MICROPYTHON = "RPI_PICO"  # the name of MicroPython's build for it
OLDEST_MICROPYTHON = (1, 23)
ARCH = "armv6m"  # what mpy-cross calls its processor

WATCHDOG = 0x40058000  # its registers: RP2040 datasheet §4.7.6
