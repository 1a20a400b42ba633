"""Rules for udev, which names devices on Linux and says who may use them.

Ref: udev(7); the udev tags of ModemManager; 73-seat-late.rules of systemd, which gives devices that
are tagged `uaccess` to the person at the screen: the number of our file must be below 73.
"""

from .ports import MICROPYTHON, PRODUCT, VENDOR

# What names a board: USB attributes of the device itself, or of a parent (ATTRS).
_READERS = (
    f'{{attr}}{{{{idVendor}}}}=="{VENDOR:04x}", {{attr}}{{{{idProduct}}}}=="{MICROPYTHON:04x}"',
    f'{{attr}}{{{{product}}}}=="{PRODUCT}"',
)
_BOOTSEL = f'ATTR{{idVendor}}=="{VENDOR:04x}", ATTR{{idProduct}}=="0003|000f"'  # RP2040, RP2350
_DEVICE, _PORT = 'SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device"', 'SUBSYSTEM=="tty"'
_MAY_USE = 'GROUP="dialout", MODE="0660", TAG+="uaccess"'
_HEAD = """\
# Boards of kazashi: a name that stays, /dev/kazashi-SERIAL; no probing by ModemManager; may be used
# by the person at the screen and by the group dialout, in BOOTSEL mode, too. To install:
#   kazashi list --udev | sudo tee /etc/udev/rules.d/60-kazashi.rules
#   sudo udevadm control --reload && sudo udevadm trigger
ACTION=="remove", GOTO="kazashi_end"
"""


def rules() -> str:
    """The file of rules."""
    lines = [f"{_DEVICE}, {_BOOTSEL}, {_MAY_USE}"]
    for reader in _READERS:
        device, parent = reader.format(attr="ATTR"), reader.format(attr="ATTRS")
        lines.append(f'{_DEVICE}, {device}, ENV{{ID_MM_DEVICE_IGNORE}}="1"')
        lines.append(
            f'{_PORT}, {parent}, ENV{{ID_MM_PORT_IGNORE}}="1", {_MAY_USE}, '
            'SYMLINK+="kazashi-$attr{serial}"'
        )
    return "\n".join((*lines, 'LABEL="kazashi_end"')).join((_HEAD, "\n"))
