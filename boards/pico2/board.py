"""Raspberry Pi Pico 2: the only place where a pin stands.

Numbers are GP numbers, not positions on the header. None: not wired.
"""

NAME = "pico2"

BUS = "spi"  # or "i2c", or "hsu", the UART; the module's switches say the same

SPI = 0
SPI_HZ = 3_500_000  # the PN532 takes 5 MHz at most; 3.5 is what runs without a pause: kpn532
SCK = 18
MOSI = 19
MISO = 16
SELECT = 17

I2C = 0
I2C_HZ = 400_000  # the PN532's most
SDA = 8
SCL = 9

UART = 1
TX = 4
RX = 5

IRQ = 20  # None: the chip is asked over the bus instead. Not used with "hsu"
RESET = 21  # RSTPD_N, not RSTO. None: a chip that is stuck needs its power cut

LED = "LED"  # the board's own, GP25; a number: one of yours, on that pin
BUZZER = None  # a passive piezo: the number of its pin, 22 say

MACHINE = "Raspberry Pi Pico2 with RP2350"  # sys.implementation._machine
MICROPYTHON = "RPI_PICO2"  # the name of its build
OLDEST_MICROPYTHON = (1, 25)
ARCH = "armv7emsp"  # what mpy-cross calls its processor

WATCHDOG = 0x400D8000  # its registers: RP2350 datasheet §12.9.7
