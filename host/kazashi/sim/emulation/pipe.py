"""The USB serial port of an emulated Pico, on the host's side."""

from collections.abc import Callable
from time import monotonic, sleep

from rp2040py.device import MicroPythonDevice

from kazashi.errors import ReaderSilent, ReaderUnplugged
from kazashi.sim.serve import Line
from kazashi_wire.frame import MAX_PAUSE_MS, Deframer

from .usb_host import UsbHost
from .usb_line import UsbLine

_BOOT_LIMIT_S = 5.0
_READ_TIMEOUT_S = 0.05
_WRITE_TIMEOUT_S = 0.05
_SLICE_S = 0.001
_READ_SIZE = 4096
_QUEUE = 512  # bytes that the host takes before the firmware fetches them
_DATA_CLASS = 10  # of the serial port's interface with two endpoints


class EmulatedPipe:
    """The Pico's USB serial port. Reading and writing run the emulator, and `line` with it.

    `is_paced`: emulated time never runs faster than the wall clock. A delay of a busy Pico is not
    caught up: for a host on the wall clock, time limits of the Pico would then end at once.
    """

    def __init__(
        self,
        device: MicroPythonDevice,
        usb: UsbHost,
        line: UsbLine | None = None,
        *,
        is_paced: bool = False,
    ) -> None:
        self._device = device
        self._usb = usb
        self._line = line
        self._out = 0  # endpoint; 0: not enumerated
        self._is_paced = is_paced
        self._received = bytearray()
        self._held = bytearray()  # bytes of an incomplete frame
        self._heard_s = 0.0
        self._is_cut = False
        self.on_packet: Callable[[bytes], None] = lambda _data: None  # called for each packet
        usb.on_connected = self._connect

    def now(self) -> float:
        """Emulated seconds."""
        return self._device.simulator.clock.nanos / 1e9

    def await_enumeration(self) -> None:
        self._run(lambda: bool(self._out), _BOOT_LIMIT_S)
        if not self._out:
            raise ReaderSilent(_BOOT_LIMIT_S)

    def read(self, size: int, /) -> bytes:
        """Bytes received; waits at most 50 emulated milliseconds."""
        return self._read(size, _READ_TIMEOUT_S)

    def read_beside(self, other: Line) -> bytes:
        """Bytes from the firmware; b"" after a millisecond: the emulator cannot wait for `other`.

        Returns complete frames: between two pieces of a frame, ten emulated milliseconds are within
        the wire's limit, but may exceed it for a host on the wall clock.
        """
        del other
        if piece := self._read(_READ_SIZE, _SLICE_S):
            self._held += piece
            self._heard_s = self.now()
        is_over = self.now() - self._heard_s > MAX_PAUSE_MS / 1000
        if not (is_over or _are_frames(self._held)):
            return b""
        said = bytes(self._held)
        self._held.clear()
        return said

    def write(self, data: bytes, /) -> int:
        """Send; wait if the firmware does not fetch it. Returns the number of bytes accepted."""
        if not self._room:
            self._run(lambda: bool(self._room) or self._is_cut, _WRITE_TIMEOUT_S)
        if self._is_cut:
            raise ReaderUnplugged
        piece = data[: self._room]
        self._usb.send(self._out, piece)
        return len(piece)

    def let_pass(self, seconds: float) -> None:
        """Let emulated time pass while the host is idle; less if the board disconnects."""
        self._run(lambda: self._is_cut, seconds)

    def cut(self) -> None:
        """Disconnect the board from the bus; bytes sent before can still be read."""
        self._is_cut = True
        self._device.simulator.stopped = True

    def close(self) -> None:
        """Unplug the cable; the emulator stops until the next read or write."""
        if self._line:
            self._line.close()
            self._line = None

    @property
    def _room(self) -> int:
        return _QUEUE - self._usb.unsent(self._out)

    def _connect(self) -> None:
        self._out, listened = sorted(self._usb.endpoints(_DATA_CLASS))
        self._usb.listen(listened, self._receive)
        self._device.simulator.stopped = True

    def _receive(self, data: bytes) -> None:
        self._received += data
        self.on_packet(data)
        self._device.simulator.stopped = True  # return to the host now, not at the end of a batch

    def _read(self, size: int, limit_s: float) -> bytes:
        self._run(lambda: bool(self._received) or self._is_cut, limit_s)
        if self._is_cut and not self._received:
            raise ReaderUnplugged
        data = bytes(self._received[:size])
        del self._received[:size]
        return data

    def _run(self, is_enough: Callable[[], bool], limit_s: float) -> None:
        simulator = self._device.simulator
        end = self.now() + limit_s

        def pause() -> None:
            simulator.stopped = True

        alarm = simulator.clock.create_alarm(pause)
        while not is_enough() and (left := end - self.now()) > 0:
            simulator.stopped = False
            begin_s, wall_s = self.now(), monotonic()
            alarm.schedule(1e9 * min(left, _SLICE_S))
            try:
                simulator._execute_batch()  # pyright: ignore[reportPrivateUsage]  # without asyncio
            except Exception as error:
                raise ReaderUnplugged from error  # the emulated processor stopped
            self._rest(self.now() - begin_s - (monotonic() - wall_s) if self._is_paced else 0.0)
        alarm.cancel()

    def _rest(self, seconds: float) -> None:
        """Let the wall clock catch up. Carry meanwhile what another program has for the device."""
        if self._line:
            self._line.attend(max(0.0, seconds))
        elif seconds > 0:
            sleep(seconds)


def _are_frames(data: bytes | bytearray) -> bool:
    """Whether `data` consists of complete frames of the wire."""
    return b"".join(frame.build() for frame in Deframer().feed(bytes(data))) == data
