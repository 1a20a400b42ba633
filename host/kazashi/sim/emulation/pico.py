"""An emulated Pico: a real RPI_PICO image, the firmware on its filesystem, the chip on its pins.

    pico:IMAGE?card=mynumber     IMAGE is a UF2 of MicroPython; the options are those of sim:
    pico:                        the official image, downloaded once
    pico:IMAGE?usb=HOST:PORT     a CCID reader, too: its endpoints on a TCP address, see usb_line.py

Everything runs in emulated time, so every run is the same to the nanosecond. That time is a lower
bound: the emulator counts cycles at 125 MHz and has no flash-cache misses. A busy Pico runs some
twenty times slower than a real one; an idle one takes no time, unless it is paced.
"""

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from rp2040py.boards import BOARDS, resolve_firmware
from rp2040py.device import MicroPythonDevice
from rp2040py.gpio_pin import GPIOPinState
from rp2040py.simulator import Simulator

from kazashi.device_files import device_folder
from kazashi.sim.ailments import BOARD, PAST, USB, ailing
from kazashi.sim.board import Pins
from kazashi.sim.ledger import Ledger, Owner
from kazashi.sim.options import Options
from kazashi.sim.pn532 import Pn532
from kazashi.sim.ports import SpiPort
from kazashi.sim.radio import Air, AirFrame, Heard
from kazashi.sim.tabletop import Tabletop

from .flash_memory import firmware_files, littlefs
from .hsu import HsuWires
from .i2c import I2cWires
from .image import checked, official_image
from .lines import ControlLines
from .pipe import EmulatedPipe
from .shortcuts import take_shortcuts
from .unique_id import give_unique_id
from .usb_host import UsbHost
from .usb_line import UsbLine

_FLASH_START = 0x10000000
_BITS = 8
_CLK_PERI_HZ = 48_000_000  # MicroPython, ports/rp2: the USB PLL feeds it; rp2040py has 125 MHz
_BOOT_S = 0.5  # more than from USB enumeration to the answer to Hello


class EmulatedClock:
    """The emulator's own time."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def now(self) -> float:
        return self._simulator.clock.nanos / 1e9


class EmulatedPico(Tabletop):
    """Board, chip and card. connect() plugs it in and boots the image.

    `beside`: a folder of files to add to the firmware's in the flash. `is_blank`: the flash
    contains only MicroPython.

    Raises:
        NoReader: `image` is missing or not a complete UF2; or there is no such board.
    """

    def __init__(
        self,
        image: Path,
        options: Options | None = None,
        beside: Path | None = None,
        *,
        is_blank: bool = False,
    ) -> None:
        options = options or Options()
        self.ledger = ledger = Ledger()
        files = (
            {}
            if is_blank
            else firmware_files(options.board, options.bus, beside, has_ccid=bool(options.usb))
        )
        self._device = _device(image, files)
        self._device.mcu.clk_peri = _CLK_PERI_HZ
        self.usb = UsbHost(self._device, partial(ledger.note, Owner.USB))
        take_shortcuts(self._device.mcu)
        give_unique_id(self._device.mcu)
        self._is_booted = False
        self.has_reset = False  # the board reset itself and is still plugged in
        self._pipe: EmulatedPipe | None = None
        watchdog = self._device.mcu.watchdog
        self._start_again = watchdog.on_watchdog_trigger
        watchdog.on_watchdog_trigger = self._reset
        super().__init__(options, EmulatedClock(self._device.simulator))
        _charge_air(self.air, ledger)
        pins = ailing(Pins.of(device_folder("boards") / options.board), options.fault)
        hsu = partial(HsuWires, max_baud=options.hsu_max)
        wires = {"spi": Wires, "hsu": hsu, "i2c": I2cWires}[options.bus]
        self._wires = wires(self._device, self.chip, pins, ledger)

    @classmethod
    def of(cls, url: str, *, is_blank: bool = False) -> "EmulatedPico":
        """The emulated Pico that `url` describes. Raises ValueError if `url` is wrong."""
        place, options = parse(url)
        return cls(Path(place) if place else official_image(), options, is_blank=is_blank)

    def connect(self) -> EmulatedPipe:
        """Plug it in: power board and chip. Returns when USB is enumerated.

        If the board has reset itself, it was never without power and only restarts.

        Raises:
            ReaderSilent: USB is not enumerated in time.
        """
        return self._plug_in(is_paced=False)

    def connect_paced(self) -> EmulatedPipe:
        """Like connect(), for hosts that use the wall clock. Returns after the boot, which is
        too slow for their time limits.
        """
        pipe = self._plug_in(is_paced=True)
        pipe.let_pass(_BOOT_S)
        return pipe

    def _plug_in(self, *, is_paced: bool) -> EmulatedPipe:
        line = UsbLine(self.options.usb, self.usb) if self.options.usb else None
        self._pipe = pipe = EmulatedPipe(self._device, self.usb, line, is_paced=is_paced)
        if not self.has_reset:
            self._power_up()
        self.has_reset = False
        pipe.await_enumeration()
        return pipe

    def _power_up(self) -> None:
        self.chip.reset()
        if self._is_booted:
            self._device.hard_reset()
        else:
            self._device.mcu.core.pc = _FLASH_START
            self._is_booted = True

    def _reset(self) -> None:
        """Reset by the firmware or its watchdog: USB is disconnected until the board starts."""
        self.has_reset = True
        if self._pipe:
            self._pipe.cut()
        self._start_again()


class Wires:
    """Select, SPI, IRQ and RSTPD_N between the RP2040's pins and the chip."""

    def __init__(self, device: MicroPythonDevice, chip: Pn532, pins: Pins, ledger: Ledger) -> None:
        self._ledger = ledger
        self._port = SpiPort(chip)
        self._lines = ControlLines(device, chip, pins, ledger)
        self._clock = device.simulator.clock
        self._spi = device.mcu.spi[pins.spi]
        self._sent = 0  # the byte being transferred
        self._byte_done = self._clock.create_alarm(self._complete_byte)
        self._spi.on_transmit = self._begin_byte
        device.mcu.gpio[pins.select].add_listener(self._on_select)

    def _begin_byte(self, value: int) -> None:
        """A byte takes eight bits at the clock set by the firmware."""
        self._sent = value
        now, duration = self._clock.nanos, _BITS * 1e9 / self._spi.clock_frequency
        self._ledger.note(Owner.BUS, now, now + duration)
        self._byte_done.schedule(duration)

    def _complete_byte(self) -> None:
        answer = self._port.transfer(bytes((self._sent,)))[0]
        self._lines.note_work()
        self._lines.look()
        self._spi.complete_transmit(answer)

    def _on_select(self, state: GPIOPinState, _before: GPIOPinState) -> None:
        self._port.select(low=state is GPIOPinState.LOW)
        self._lines.look()


def connector(url: str) -> Callable[[], EmulatedPipe]:
    """A function for `kazashi.open` that connects to a new emulated reader, described by `url`.

    Raises:
        ValueError: the options are wrong.
    """
    parse(url)
    return lambda: EmulatedPico.of(url).connect()


def parse(url: str) -> tuple[str, Options]:
    """The image's file, empty for the official one, and the options. Raises ValueError."""
    place, _, text = url.removeprefix("pico:").partition("?")
    options = Options.parse(f"sim:?{text}")
    if options.fault in (*BOARD, USB, *PAST):
        raise ValueError(f"pico: cannot have the fault {options.fault}: use sim:")
    return place, options


def _charge_air(air: Air, ledger: Ledger) -> None:
    """Record the exchanges on air in the ledger."""
    exchange = air.exchange

    def charged_exchange(frame: AirFrame, now_s: float, timeout_s: float) -> Heard:
        heard = exchange(frame, now_s, timeout_s)
        ledger.note(Owner.AIR, now_s * 1e9, (now_s + heard.elapsed_s) * 1e9)
        return heard

    air.exchange = charged_exchange


def _device(image: Path, files: Mapping[str, bytes]) -> MicroPythonDevice:
    spec = resolve_firmware(BOARDS["pico"], "micropython", str(checked(image)))
    assert spec.layout
    with tempfile.NamedTemporaryFile(suffix=".littlefs") as filesystem:
        filesystem.write(littlefs(files, spec.layout))
        filesystem.flush()
        return MicroPythonDevice(board=spec, filesystem=Path(filesystem.name))
