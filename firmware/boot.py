"""Before main.py: if board.py says so, the board is a USB CCID reader, too.

Here, since the host then sees the board once, with all that it has. At maintenance it sees the
serial port alone.
"""

import sys

sys.path.insert(0, ".frozen")  # if one module is frozen, all are: no file of another release

import board

if board.CCID and board.USB_ID:
    import device
    import usb_ccid

    if not device.is_maintenance_due():
        usb_ccid.interface = usb_ccid.UsbCcid(board.USB_ID)
