"""Replays a read over one of the firmware's buses, and weighs what it leaves on the heap.

Arguments: a file, and words. "locked": on MicroPython, requests run with the heap locked. "hsu",
"i2c": that is the bus, not SPI. "irq": SPI has its IRQ line, as I²C always does. The file holds
JSON lines, one a request: [request, [[is read, transfer], …], answer], all in hex. Prints a JSON
list, for each request the octets that it left in use. Litter lies there from the beginning: if the
collector ran, fewer are in use than before. At the end the reader forgets, with the heap locked.
"""

import gc
import json
import sys

import micropython

import watch
import wire
from bus_i2c import I2cBus
from bus_spi import SpiBus
from bus_uart import UartBus
from dispatch import reader
from link import HEADER, Link
from octets import copy
from pn532 import Pn532
from signals import Signals
from wait import Wait

lock = getattr(micropython, "heap_lock", lambda: None)
unlock = getattr(micropython, "heap_unlock", lambda: None)
in_use = getattr(gc, "mem_alloc", lambda: 0)

_PREPARATIONS = 2  # Hello, and Watch with the card's coming: they may allocate, and collect
_LITTER = 50_000  # octets
_READ = b"\xc0"  # bus_spi's operations, and an answer
_STATUS = b"\x40\x00"
_READY = 0x80


class Spi:
    """Gives out what was recorded, and insists on what was sent."""

    def __init__(self):
        self.transfers = ()
        self.at = 0

    def irq(self):
        return 0 if self.at < len(self.transfers) and self.transfers[self.at][1] == _READ else 1

    def write(self, data):
        insist(not self._next()[0])
        insist(data == self.transfers[self.at - 1][1])

    def readinto(self, buffer):
        data = self._next()[1]
        insist(len(data) == len(buffer))
        copy(data, 0, buffer, 0, len(data))

    def write_readinto(self, data, buffer):
        insist(data == _STATUS)
        buffer[1] = 0 if self.irq() else _READY

    def _next(self):
        self.at += 1
        return self.transfers[self.at - 1]


class Uart:
    """The same; octets wait as they came."""

    def __init__(self):
        self.transfers = ()
        self.at = 0
        self.taken = 0  # of the octets that wait

    def init(self, rate, rxbuf, txbuf):
        pass

    def any(self):
        if self.at == len(self.transfers) or not self.transfers[self.at][0]:
            return 0
        return len(self.transfers[self.at][1]) - self.taken

    def readinto(self, buffer, count):
        copy(self.transfers[self.at][1], self.taken, buffer, 0, count)
        self.taken += count
        if not self.any():
            self.taken = 0
            self.at += 1

    def write(self, buffer, start, count):
        is_read, data = self.transfers[self.at]
        insist(not is_read and len(data) == count)
        for i in range(count):
            insist(buffer[start + i] == data[i])
        self.at += 1


class I2c:
    """The same, one transfer after the other."""

    def __init__(self):
        self.transfers = ()
        self.at = 0

    def irq(self):
        return 0 if self.at < len(self.transfers) and self.transfers[self.at][0] else 1

    def readfrom_into(self, address, buffer):
        is_read, data = self._next(buffer)
        insist(is_read)
        copy(data, 0, buffer, 0, len(data))

    def writeto(self, address, data):
        is_read, expected = self._next(data)
        insist(not is_read and data == expected)

    def _next(self, data):
        self.at += 1
        transfer = self.transfers[self.at - 1]
        insist(len(transfer[1]) == len(data))
        return transfer


class Port:
    """Gives out a request, and insists on its answer."""

    def __init__(self):
        self.request = self.answer = b""
        self.taken = self.given = 0

    def read(self, buffer, start, end, wait_ms):
        while start < end and self.taken < len(self.request):
            buffer[start] = self.request[self.taken]
            self.taken += 1
            start += 1
        return start

    def write(self, buffer, start, count):
        for i in range(count):
            insist(buffer[start + i] == self.answer[self.given + i])
        self.given += count


class Device:
    """A board without a watchdog."""

    names = b"test\ncpython"
    serial = b"SIMULATD"

    def turn(self):
        pass

    def feed(self):
        pass


def insist(is_so):
    if not is_so:
        raise SystemExit("not what was recorded; or a MemoryError, which would be told to the host")


def ignore(_value):
    pass


def locked(work):
    """Do it with the heap locked."""

    def work_locked():
        lock()
        try:
            work()
        finally:
            unlock()

    return work_locked


def unhexed(text):
    return bytes(int(text[i : i + 2], 16) for i in range(0, len(text), 2))


def parsed(line):
    request, transfers, answer = json.loads(line)
    return unhexed(request), [(is_read, unhexed(t)) for is_read, t in transfers], unhexed(answer)


port = Port()
device = Device()
signals = Signals(ignore)
wait = Wait(device, signals)
if "hsu" in sys.argv:
    wires = Uart()
    bus = UartBus(wires, wait)
elif "i2c" in sys.argv:
    wires = I2c()
    bus = I2cBus(wires, wait, wires.irq)
else:
    wires = Spi()
    bus = SpiBus(wires, ignore, wait, wires.irq if "irq" in sys.argv else None)
driver = Pn532(bus, wait)
for size in range(len(bus._buffer) if hasattr(bus, "_first") else 0):
    bus._cut(size)  # allocates, at the first use of each size
watch.urandom = bytes  # the number of each card, as it was recorded
firmware = reader(Link(port, wait), driver, device, signals, wait, None)
if "locked" in sys.argv:
    firmware._handlers[wire.TRANSMIT] = locked(firmware._handlers[wire.TRANSMIT])


def replay(exchange):
    """Have its request answered. Returns how many octets of the heap that took."""
    before = in_use()
    port.request, wires.transfers, port.answer = exchange
    port.taken = port.given = wires.at = 0
    if exchange is exchanges[0]:
        firmware.begin()
    while port.given < len(port.answer) or port.taken < len(port.request):
        firmware.step()
    insist(wires.at == len(wires.transfers))
    return in_use() - before


with open(sys.argv[1]) as file:
    exchanges = [parsed(line) for line in file]
taken = [0] * len(exchanges)
for i in range(len(exchanges)):
    if i == _PREPARATIONS:
        gc.collect()
        bytearray(_LITTER)
    taken[i] = replay(exchanges[i])
passed = getattr(bus, "_taken", None) or bus._buffer
kept = (
    passed,
    driver.heard.buffer,
    memoryview(firmware._link.out)[HEADER:],
    firmware._watch._field.answer,
)
insist(all(any(buffer) for buffer in kept))
locked(firmware._watch.forget)()
insist(not any(any(buffer) for buffer in kept))
sys.stdout.buffer.write((json.dumps(taken[_PREPARATIONS:]) + "\n").encode())
