"""Rules for udev, which names devices on Linux and says who may use them.

Ref: udev(7); the udev tags of ModemManager; 73-seat-late.rules of systemd, which gives devices that
are tagged `uaccess` to the person at the screen: the number of our file must be below 73.
"""

from .ports import MICROPYTHON, VENDOR

_BOOTSEL = ("0003", "000f")  # RP2040, RP2350
_BOARD = f'ATTR{{idVendor}}=="{VENDOR:04x}", ATTR{{idProduct}}=='
_MAY_USE = 'GROUP="dialout", MODE="0660", TAG+="uaccess"'

RULES = f"""\
# Boards of kazashi: a name that stays, /dev/kazashi-SERIAL; no probing by ModemManager; may be used
# by the person at the screen and by the group dialout, in BOOTSEL mode, too. To install:
#   kazashi list --udev | sudo tee /etc/udev/rules.d/60-kazashi.rules
#   sudo udevadm control --reload && sudo udevadm trigger
ACTION=="remove", GOTO="kazashi_end"
SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", {_BOARD}"{MICROPYTHON:04x}", \
ENV{{ID_MM_DEVICE_IGNORE}}="1"
SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", {_BOARD}"{"|".join(_BOOTSEL)}", {_MAY_USE}
SUBSYSTEM=="tty", {_BOARD.replace("ATTR", "ATTRS")}"{MICROPYTHON:04x}", \
ENV{{ID_MM_PORT_IGNORE}}="1", {_MAY_USE}, SYMLINK+="kazashi-$attr{{serial}}"
LABEL="kazashi_end"
"""
