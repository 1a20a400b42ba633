"""Before main.py: if board.py says so, the board is a USB CCID reader, too.

USB starts after this file, so the host never sees the board without its CCID interface. At
maintenance it sees the serial port alone.
"""

import sys

sys.path.insert(0, ".frozen")  # if one module is frozen, all are: no file of another release

import board
import machine
import micropython

micropython.opt_level(3)  # of main.py, as of all other files: line numbers take heap

# The watchdog's first scratch word, and its value at maintenance: device.py.
if board.CCID and machine.mem32[board.WATCHDOG + 0x0C] != 0x1B7A0003:
    import usb_ccid

    # `kazashi flash` refuses CCID without a USB ID.
    usb_ccid.device = usb_ccid.UsbCcid(board.USB_ID)  # pyright: ignore[reportArgumentType]
