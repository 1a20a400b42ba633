"""Stand-in for the board's board.py: the same, but for the bus and USB that the simulator was told.

It lies on the path before the folder of the board, whose own file stays as it is.
"""

import os

with open(os.getenv("KAZASHI_BOARD_FILE")) as _file:
    exec(_file.read())

BUS = os.getenv("KAZASHI_BUS")
CCID = bool(os.getenv("KAZASHI_USB"))
USB_ID = (0x1209, 0x0001)  # pid.codes' test ID
