"""A board with CCID and what drives it, packet by packet, in virtual time."""

import struct
from itertools import count

from asking import Board
from rig import clock
from usb_bus import EVENT

SET_PARAMETERS, POWER_ON, POWER_OFF, GET_SLOT_STATUS = 0x61, 0x62, 0x63, 0x65
SECURE, ESCAPE, GET_PARAMETERS, RESET_PARAMETERS = 0x69, 0x6B, 0x6C, 0x6D
TRANSFER, ABORT, SET_RATE = 0x6F, 0x72, 0x73
KNOWN = (SET_PARAMETERS, POWER_ON, POWER_OFF, GET_SLOT_STATUS, GET_PARAMETERS, RESET_PARAMETERS)
KNOWN += (TRANSFER, ABORT)
DATA, SLOT_STATUS, PARAMETERS = 0x80, 0x81, 0x82
ACTIVE, INACTIVE, ABSENT, FAILED, EXTENSION = 0, 1, 2, 0x40, 0x80
LENGTH, SLOT, POWER, LEVEL, HARDWARE, MUTE, ABORTED = 1, 5, 7, 8, 0xFB, 0xFE, 0xFF
T1 = bytes.fromhex("1110004d00fe00")
CLASS_ABORT, CLOCK_FREQUENCIES, DATA_RATES = 1, 2, 3
COME, GONE = b"\x50\x03", b"\x50\x02"
LIMIT_S = 40

SELECT = bytes.fromhex("00a4040c0ad392f000260100000001")
SELECT_PIN = bytes.fromhex("00a4020c020018")
SELECT_KEY = bytes.fromhex("00a4020c020017")
VERIFY = bytes.fromhex("0020008004") + b"1234"
DIGEST = bytes.fromhex("3031300d060960864801650304020105000420") + 32 * b"\xaa"
SIGN = bytes.fromhex("802a008033") + DIGEST + b"\0"
GOOD = b"\x90\x00"


class Host:
    """A board with CCID, and what drives it: a host that keeps to nothing unless it wants to."""

    def __init__(self, *cards, blocks=None):
        self.board = Board(*cards, blocks=blocks, with_ccid=True)
        self.bus = self.board.rig.usb_bus
        self.ccid = self.board.firmware._ccid
        self._numbers = count()
        self.board.rig.step()
        self.bus.plug()

    def run(self, seconds):
        """Let the firmware run. What it says on the link is none of ours."""
        end_s = clock.s + seconds
        while clock.s < end_s:
            self.step()

    def step(self):
        self.board.rig.step()
        assert not self.board.rig.is_stopped, bytes(self.board.rig.usb.to_host).decode()
        self.bus.carry()

    def send(self, kind, body=b"", *, size=None, slot=0, number=None, extra=b"\0\0\0"):
        """Send a message; its number."""
        number = next(self._numbers) & 0xFF if number is None else number
        size = len(body) if size is None else size
        self.bus.send(struct.pack("<BIBB", kind, size, slot, number) + extra + body)
        return number

    def hear(self):
        """(kind, number, status, error, parameter, body) of the next message of the reader."""
        end_s = clock.s + LIMIT_S
        while (said := self.bus.message()) is None:
            assert clock.s < end_s, "no answer"
            self.step()
        kind, size, _slot, number, *rest = struct.unpack_from("<BIBBBBB", said)
        assert size == len(said) - 10
        return kind, number, *rest, said[10:]

    def ask(self, kind, body=b"", **how):
        number = self.send(kind, body, **how)
        answered, numbered, *rest = self.hear()
        while rest[0] & EXTENSION:
            answered, numbered, *rest = self.hear()
        assert numbered == number
        return answered, *rest

    def until(self, note):
        """Run until the interrupt endpoint says so; the seconds that it took."""
        begin_s = clock.s
        while note not in self.bus.heard[EVENT]:
            assert clock.s < begin_s + LIMIT_S, "not told"
            self.step()
        self.bus.heard[EVENT].clear()
        return clock.s - begin_s

    def power_on(self):
        kind, status, error, _, atr = self.ask(POWER_ON)
        assert (kind, status, error) == (DATA, ACTIVE, 0)
        return atr

    def transmit(self, *commands):
        """Response to the last of some commands."""
        for command in commands:
            kind, status, error, parameter, body = self.ask(TRANSFER, command)
            assert (kind, status, error, parameter) == (DATA, ACTIVE, 0, 0)
        return body

    def link(self, *requests):
        """What the reader answers on the serial link."""
        return self.board.ask(*requests)
