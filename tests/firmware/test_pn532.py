"""The chip's driver without a bus; exchanges on one are in test_exchanges.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostframe import NORMAL, PARAMETERS, Answer, Command, begins_with
from kazashi.sim.hostframe import answer
from pn532 import ChipSilent, Pn532
from rig import a_wait


class StuckBus:
    """A frame seems to wait at all times: IRQ shorted to ground, or an open MISO."""

    def __init__(self, frame):
        self.frame = frame

    def write(self, buffer, start, end):
        pass

    def ready(self):
        return True

    def readinto(self, buffer, expected):
        buffer[: len(self.frame)] = self.frame
        return len(self.frame)


@pytest.mark.parametrize("frame", [b"\xff" * 6, bytes(6), bytes.fromhex("0000ff02fed5151600")])
def test_a_line_that_is_stuck_is_a_silent_chip(frame):
    with pytest.raises(ChipSilent):
        Pn532(StuckBus(frame), a_wait()).call(Command(0x02, 0))


@given(st.binary(max_size=276))
def test_no_bytes_from_the_chip_raise(noise):
    answer = Answer()
    answer.buffer[: len(noise)] = noise
    if answer.read(len(noise)):
        assert answer.start + answer.count <= len(noise)
    answer.is_ack(len(noise))


@given(st.binary(min_size=3, max_size=263), st.integers(8, 12), st.integers(0), st.integers(1, 255))
def test_a_frame_with_one_damaged_byte_is_not_as_expected(data, count, place, bits):
    frame = bytearray(answer(0x42, data))
    start = bytes(frame[:count])
    assert begins_with(frame, len(frame), start, len(start))
    frame[place % len(frame)] ^= bits
    assert not begins_with(frame, len(frame), start, len(start))


@given(st.integers(0, 255), st.binary(max_size=263))
def test_what_is_wrapped_is_unwrapped_the_same(code, data):
    command = Command(code, 263, data)
    start = 0 if command.buffer[NORMAL] else NORMAL
    frame = bytearray(command.buffer[start : command.end])
    frame[PARAMETERS - 2 - start] = 0xD5  # as if the chip had sent it
    frame[-2] = frame[-2] - 1 & 0xFF
    answer = Answer()
    answer.buffer[: len(frame)] = frame
    assert answer.read(len(frame))
    assert answer.code == code
    assert bytes(answer.buffer[answer.start : answer.start + answer.count]) == data
