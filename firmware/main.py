"""Wiring only: board → bus → chip → reader → USB.

MicroPython's prompt, where files can be changed, is reached by `kazashi flash`; without a host by
pressing BOOTSEL until the LED goes out, in the first second that it is lit; and whenever this ends.
"""

import micropython

# First of all, and before the imports, which take a second: from here on 03 is an octet like any
# other. A host that speaks while the board starts would stop it with a Ctrl-C in one of its frames.
micropython.kbd_intr(-1)

import sys

sys.path.insert(0, ".frozen")  # where one module is frozen, all are: no file of another release

import board
import machine
from rp2 import bootsel_button

led = machine.Pin(board.LED, machine.Pin.OUT, value=1)

from app import App
from device import Device
from field import Field
from isodep import IsoDep
from link import Link
from pn532 import Pn532
from usb import UsbSerial


def bus():
    """The one that board.py names. The other's code stays out of the heap."""
    return {"spi": spi_bus, "hsu": hsu_bus}[board.BUS]()


def spi_bus():
    from bus_spi import SpiBus

    pin = machine.Pin
    spi = machine.SPI(
        board.SPI,
        baudrate=board.SPI_HZ,
        sck=pin(board.SCK),
        mosi=pin(board.MOSI),
        miso=pin(board.MISO),
    )
    select = pin(board.SELECT, pin.OUT, value=1)
    if board.IRQ is None:
        return SpiBus(spi, select)
    irq = pin(board.IRQ, pin.IN, pin.PULL_UP)
    # A handler that does nothing, soon: the interrupt is only to end machine.idle().
    irq.irq(callable, pin.IRQ_FALLING, hard=True)  # pyright: ignore[reportArgumentType]
    return SpiBus(spi, select, irq, machine.idle)


def hsu_bus():
    from bus_uart import UartBus

    uart = machine.UART(board.UART, tx=machine.Pin(board.TX), rx=machine.Pin(board.RX))
    return UartBus(uart, machine.idle)


def app(device):
    pin = machine.Pin
    # Low until the chip is wanted: whoever was in its field before this start is forgotten.
    reset = None if board.RESET is None else pin(board.RESET, pin.OUT, value=0)
    chip = Pn532(bus(), reset)
    isodep = IsoDep(chip)
    return App(Link(UsbSerial()), chip, Field(chip, isodep), isodep, device)


device = Device(bootsel_button)
if device.is_maintained:
    led(0)
else:
    app(device).run()
