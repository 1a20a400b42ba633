"""Prints the bytes of heap that the reader takes, its code and its buffers, once it stands."""

import gc
import sys


class Device:
    feed = None


class Spi:
    write = readinto = None


gc.collect()
before = gc.mem_alloc()

from app import App
from bus_spi import SpiBus
from field import Field
from isodep import IsoDep
from link import Link
from pn532 import Pn532
from signals import Signals
from usb import UsbSerial
from wait import Wait

signals = Signals(None)
wait = Wait(Device, signals)
chip = Pn532(SpiBus(Spi, None, wait), wait)
isodep = IsoDep(chip)
field = Field(chip, isodep, wait)
reader = App(Link(UsbSerial(), wait), chip, field, isodep, None, signals, wait)
gc.collect()
sys.stdout.buffer.write(str(gc.mem_alloc() - before).encode())
