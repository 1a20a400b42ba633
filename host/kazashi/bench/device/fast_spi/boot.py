"""Runs before the firmware's main.py: SPI at 4.8 MHz, near the PN532's 5 MHz. For comparison.

The driver of the RP2040 rounds down: it gives 3.43 MHz for the board's 3.5, 4.8 for this one.
"""

import board

board.SPI_HZ = 4_800_000
