"""A whole reader in this process: host, firmware, chip and card, in a time that jumps ahead.

The firmware's own files run unmodified; `machine` and `time` are what stands below.
"""

import sys
import time
import traceback
import types
from pathlib import Path

from kazashi.errors import ReaderUnplugged
from kazashi.sim import pico
from kazashi.sim.options import Options
from kazashi.sim.pn532 import Pn532 as Chip
from kazashi.sim.ports import HsuPort, I2cPort, SpiPort
from kazashi.sim.tabletop import Tabletop
from kazashi.sim.watchdog import Watchdog
from rig_buses import I2c, Spi, Uart
from usb_bus import UsbBus

STAND_INS = Path(pico.__file__).parent / "stand_ins" / "cpython"
sys.path[:0] = [
    str(STAND_INS),
    str(pico.device_folder("firmware")),
    str(pico.device_folder("boards") / "pico"),
]

import start  # noqa: E402

OCTET_S = 0.0002  # that the RP2040 takes for an octet from USB; 0.1 to 0.3 ms, measured
RING_IN = 512  # octets that wait there; when it is full, USB holds the host back
LOOK_S = 0.00005  # that pass with every look at the clock: no loop lasts for ever
IRQ_LOOK_S = 0.02  # that a look at the IRQ line takes at most, while the chip is at work
POLL_S = 0.001  # the same over the bus: a twentieth of the turns
PACKET = 64  # octets that USB carries to the host at once
HOST_LOOK_S = 0.05
RING = 256  # octets that USB keeps for a host that does not fetch them
IDLE_S = 0.0005  # that machine.idle() takes at most: one SOF of USB ends it
USB_ID = (0x1209, 0x0001)  # pid.codes' test ID
DROP_S = 0.5  # then MicroPython drops the rest


class BoardReset(BaseException):
    """The board starts again: by its watchdog, or because the firmware asked for it."""


class VirtualClock:
    """Seconds, which pass when the firmware waits."""

    def __init__(self):
        self.s = 0.0
        self.watchdog = None
        self.rig = None  # that is plugged in

    def now(self):
        return self.s

    def ticks_ms(self):
        self.pass_by(LOOK_S)
        return int(self.s * 1000) % start._TICKS

    def sleep_ms(self, ms):
        self.pass_by(ms / 1000)

    def pass_by(self, seconds):
        self.s += seconds
        if self.watchdog and self.s > self.watchdog.due_s:
            self.watchdog.pull(is_hung=True)
            raise BoardReset


clock = VirtualClock()
start.disguise()
time.ticks_ms = clock.ticks_ms


def reset():
    clock.watchdog.pull(is_hung=False)
    raise BoardReset


class WDT:
    def __init__(self, timeout):
        clock.watchdog.start(timeout / 1000)

    def feed(self):
        clock.watchdog.feed()


class Memory:
    def __getitem__(self, address):
        return clock.watchdog.load(address)

    def __setitem__(self, address, word):
        clock.watchdog.store(address, word)


class Pin:
    """A pin of the rig that is plugged in."""

    IN, OUT, PULL_UP = 0, 1, 1

    def __init__(self, number, *_):
        self.number = number

    def __call__(self, value=None):
        rig = clock.rig
        if self.number == board.RESET and value is not None and rig.with_reset:
            rig._set_reset(value)
        return int(rig.chip.head() is None) if self.number == board.IRQ and rig.with_irq else 1


machine = types.ModuleType("machine")
machine.Pin = Pin
machine.unique_id = lambda: b"SIMULATD"
machine.reset, machine.WDT, machine.mem32 = reset, WDT, Memory()
machine.idle = lambda: clock.rig.idle()
machine.USBDevice = UsbBus
UsbBus.now = staticmethod(clock.now)
sys.modules["machine"] = machine

import board  # noqa: E402

import dispatch  # noqa: E402
from bus_i2c import I2cBus  # noqa: E402
from bus_spi import SpiBus  # noqa: E402
from bus_uart import UartBus  # noqa: E402
from device import Device  # noqa: E402
from link import Link  # noqa: E402
from pn532 import Pn532  # noqa: E402
from signals import Signals  # noqa: E402
from usb_ccid import UsbCcid  # noqa: E402
from wait import Wait  # noqa: E402

# CPython's collector would look through all of the tests each time.
dispatch.gc = types.SimpleNamespace(collect=lambda: None, mem_alloc=lambda: 0, mem_free=lambda: 0)


def spi_bus(spi, wait, irq=None):
    """The firmware's bus over a Spi of here."""
    return SpiBus(spi, lambda value: spi.port.select(low=not value), wait, irq)


def a_wait():
    """The firmware's way to wait, for a part of it that has no board around it."""
    clock.watchdog = None
    device = types.SimpleNamespace(feed=lambda: None)  # without a watchdog
    return Wait(device, Signals(lambda _value: None), clock)


class Buzzer:
    """machine.PWM on a pin with a piezo."""

    def __init__(self):
        self.hertz = self._hertz = 0

    def freq(self, hertz):
        self._hertz = hertz

    def duty_u16(self, high):
        self.hertz = self._hertz if high else 0


class Usb:
    """The firmware's end of the line."""

    def __init__(self):
        self.to_reader = bytearray()
        self.to_host = bytearray()
        self.is_fetched = True  # by the host
        self.silent_since_s = clock.s
        self.longest_silence_s = 0.0

    def break_silence(self):
        self.longest_silence_s = max(self.longest_silence_s, clock.s - self.silent_since_s)
        self.silent_since_s = clock.s

    def read(self, buffer, start, end, wait_ms):
        if not self.to_reader:
            clock.pass_by(wait_ms / 1000)
        count = min(end - start, len(self.to_reader))
        if count:
            clock.pass_by(count * OCTET_S)
            buffer[start : start + count] = self.to_reader[:count]
            del self.to_reader[:count]
        return start + count

    def write(self, buffer, start, count):
        data = bytes(buffer[start : start + count])
        room = len(data) if self.is_fetched else max(0, RING - len(self.to_host))
        self.to_host += data[:room]
        self.break_silence()
        if room < len(data):
            clock.pass_by(DROP_S)


class Rig(Tabletop):
    """A reader on a rig, and cards on it. connect() plugs it in. `firmware` is what runs.

    `chip`, `spi`, `uart` and `i2c` may be others than the good ones; `bus` says which it is.
    """

    def __init__(
        self,
        *cards,
        chip=Chip,
        bus="spi",
        spi=Spi,
        uart=Uart,
        i2c=I2c,
        with_irq=True,
        with_reset=True,
        with_ccid=False,
    ):
        super().__init__(Options(card="none"), clock)
        self.watchdog = clock.watchdog = Watchdog(board.WATCHDOG, clock.now)
        self.chip = chip(self.air, clock)
        self.spi = spi(SpiPort(self.chip))
        self.uart = uart(HsuPort(self.chip))
        self.i2c = i2c(I2cPort(self.chip))
        self.spi.on_poll = self.i2c.on_poll = self._let_chip_work
        self.bus = bus
        self.with_irq = with_irq
        self.with_reset = with_reset
        self.with_ccid = with_ccid
        self.is_lit = False
        self.buzzer = Buzzer()
        self.usb = None
        self.is_powered = False
        self.cards = list(cards)
        self.lay_down()

    def connect(self):
        """Plug it in, or find it if it has started again by itself."""
        clock.watchdog, clock.rig = self.watchdog, self
        if not self.is_powered:
            self.chip.reset()
            self.watchdog.lose_power()
            self.is_powered = True
        if self.usb is None:
            self.boot()
        return RigPipe(self)

    def boot(self):
        """As boot.py and main.py do."""
        self.usb = Usb()
        self.ccid = UsbCcid(USB_ID) if self.with_ccid else None
        self.usb_bus = UsbBus.current if self.with_ccid else None
        self.is_stopped = False  # the firmware has ended
        bus = {"spi": self._spi_bus, "hsu": self._hsu_bus, "i2c": self._i2c_bus}[self.bus]
        device = Device(lambda: 0)
        self._set_led(False)
        signals = Signals(self._set_led, self.buzzer)
        wait = Wait(device, signals, clock)
        chip = Pn532(bus(wait), wait, self._set_reset if self.with_reset else None)
        link = Link(self.usb, wait)
        self.firmware = dispatch.reader(link, chip, device, signals, wait, self.ccid)
        device.guard()  # the first second is over
        self.is_begun = False

    def step(self):
        """One turn of the firmware's loop; or what is left when that has ended."""
        try:
            if self.is_stopped:
                clock.pass_by(HOST_LOOK_S)
            else:
                self.firmware.attempt(self.firmware.step if self.is_begun else self.firmware.begin)
                self.is_begun = True
        except BoardReset:
            self.usb = None
            raise
        except Exception:  # MicroPython writes it where the frames would be
            self.is_stopped = True
            self.usb.to_host += traceback.format_exc().encode() + b"\r\n>>> "

    def unplug(self):
        self.is_powered = False
        self.usb = None

    def _spi_bus(self, wait):
        return spi_bus(self.spi, wait, self._irq if self.with_irq else None)

    def _hsu_bus(self, wait):
        return UartBus(self.uart, wait, self._irq)

    def _i2c_bus(self, wait):
        return I2cBus(self.i2c, wait, self._irq if self.with_irq else None)

    def _irq(self):
        if self.chip.head():
            return 0
        self._let_chip_work(IRQ_LOOK_S)
        return 1

    def idle(self):
        """Time passes, and USB calls back."""
        clock.pass_by(IDLE_S)
        if self.usb_bus:
            self.usb_bus.carry()

    def _let_chip_work(self, most_s=POLL_S):
        """Let time pass until the chip has a frame."""
        if self.usb_bus:
            self.usb_bus.carry()
        if not self.chip.head():
            due_s = self.chip.due_s()
            clock.s = min(clock.s + most_s, due_s or clock.s + most_s)

    def _set_led(self, value):
        self.is_lit = bool(value)

    def _set_reset(self, value):
        self.chip.hold(low=not value)


class RigPipe:
    """The host's end of the line: reading it lets the firmware run."""

    def __init__(self, rig):
        self._desk = rig
        self._usb = rig.usb
        self.stalled_until = 0.0  # the line stands still; the firmware feeds its watchdog

    now = staticmethod(clock.now)

    def read(self, size):
        limit = clock.s + HOST_LOOK_S
        while not self._usb.to_host and clock.s < limit:
            if self._desk.usb is not self._usb:
                raise ReaderUnplugged
            if clock.s < self.stalled_until:
                clock.s = min(limit, self.stalled_until)
                self._desk.watchdog.feed()
            else:
                self._run()
        data = bytes(self._usb.to_host[: min(size, PACKET)])
        del self._usb.to_host[: len(data)]
        return data

    def write(self, data):
        if self._desk.usb is not self._usb:
            raise ReaderUnplugged
        room = RING_IN - len(self._usb.to_reader)
        self._usb.to_reader += data[:room]
        if room < len(data):
            self._run()
        return min(room, len(data))

    def close(self):
        """Unplugging is the rig's."""

    def _run(self):
        try:
            self._desk.step()
        except BoardReset:
            pass  # what it said before comes first
