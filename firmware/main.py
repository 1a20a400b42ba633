"""Wiring only: board → bus → chip → reader → USB.

MicroPython's prompt, where files can be changed, is reached by `kazashi flash`; without a host by
pressing BOOTSEL until the LED goes out, in the first second that it is lit; and whenever this ends.
"""

import micropython

# First of all, and before the imports, which take a second: from here on 03 is an octet like any
# other. A host that speaks while the board starts would stop it with a Ctrl-C in one of its frames.
micropython.kbd_intr(-1)

import board
import machine
from rp2 import bootsel_button

led = machine.Pin(board.LED, machine.Pin.OUT, value=1)

from cdc import UsbSerial
from device import Device
from dispatch import Dispatch, reader
from link import Link
from pn532 import Pn532
from signals import Signals
from wait import Wait


def bus(wait: Wait):
    """The one that board.py names. The others' code stays out of the heap."""
    if board.BUS == "spi":
        from bus_spi import on
    elif board.BUS == "hsu":
        from bus_uart import on
    else:
        from bus_i2c import on
    return on(board, irq_line, wait)


def irq_line() -> machine.Pin | None:
    """The chip's IRQ, or None if it is not wired."""
    if board.IRQ is None:
        return None
    irq = machine.Pin(board.IRQ, machine.Pin.IN, machine.Pin.PULL_UP)
    # A handler that does nothing, soon: the interrupt is only to end machine.idle().
    irq.irq(callable, irq.IRQ_FALLING, hard=True)  # pyright: ignore[reportArgumentType]
    return irq


def signals() -> Signals:
    if board.BUZZER is None:
        return Signals(led)
    return Signals(led, machine.PWM(machine.Pin(board.BUZZER), freq=1000, duty_u16=0))


def wired(device: Device) -> Dispatch:
    pin = machine.Pin
    # Low until the chip is wanted: whoever was in its field before this start is forgotten.
    reset = None if board.RESET is None else pin(board.RESET, pin.OUT, value=0)
    shown = signals()
    wait = Wait(device, shown)
    chip = Pn532(bus(wait), wait, reset)
    ccid = None
    if board.CCID:
        from usb_ccid import device as ccid  # boot.py has begun it
    return reader(Link(UsbSerial(), wait), chip, device, shown, wait, ccid)


device = Device(bootsel_button)
if device.is_maintained:
    led(0)
else:
    wired(device).run()
