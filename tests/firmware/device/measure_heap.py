"""Prints the bytes of heap that the reader takes, its code and its buffers, once it stands."""

import gc
import sys


class Device:
    feed = None


class Spi:
    write = readinto = None


gc.collect()
before = gc.mem_alloc()

from bus_spi import SpiBus
from cdc import UsbSerial
from dispatch import reader
from link import Link
from pn532 import Pn532
from signals import Signals
from wait import Wait

signals = Signals(None)
wait = Wait(Device, signals)
chip = Pn532(SpiBus(Spi, None, wait), wait)
stands = reader(Link(UsbSerial(), wait), chip, Device, signals, wait, None)
gc.collect()
sys.stdout.buffer.write(str(gc.mem_alloc() - before).encode())
