"""What PN532s have said (vectors/bus, made by ../recorder.py), said to the firmware again."""

from pathlib import Path

import pytest
from record_bus import is_intact, masked, tap

from pn532 import Pn532
from rig import a_wait
from vectors import load

RECORDINGS = sorted((Path(__file__).parents[1] / "vectors/bus").glob("*.jsonl"))
PUPI = bytes.fromhex("f00dcafe")
LISTED = bytes.fromhex("d54b010150f00dcafe00000041e0b381a10101")
ATQB = bytes.fromhex("d5430050f00dcafe00000041e0b381a1")
ATTRIB = bytes.fromhex("d4421df00dcafe00080100")


class ReplayedBus:
    """Expects what the firmware did on a recorded bus, and gives out what the chip said."""

    def __init__(self, transfers):
        self.left = list(transfers)

    def wake(self):
        assert self.left.pop(0) == {"wake": True}

    def speed_up(self, chip):
        """The recorded bus could not."""
        return True

    def write(self, buffer, start, end):
        assert self.left.pop(0) == {"write": bytes(buffer[start:end]).hex()}

    def ready(self):
        return bool(self.left) and "read" in self.left[0]

    def readinto(self, buffer, expected):
        transfer = self.left.pop(0)
        assert transfer["expected"] == expected
        frame = bytes.fromhex(transfer["read"])
        buffer[: len(frame)] = frame
        return len(frame)


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
def test_the_firmware_does_the_same_with_a_recorded_chip(file):
    _about, *transfers, outcome = load(f"bus/{file.name}")
    bus = ReplayedBus(transfers)
    wait = a_wait()
    assert tap(Pn532(bus, wait), wait) == outcome
    assert bus.left == []


def wrapped(data):
    """A frame around `data`, which begins with its TFI."""
    size = len(data)
    return bytes((0, 0, 0xFF, size, -size & 0xFF)) + data + bytes((-sum(data) & 0xFF, 0))


@pytest.mark.parametrize("data", [LISTED, ATQB, ATTRIB])
def test_a_pupi_is_masked_and_the_checksum_is_right_again(data):
    assert masked(wrapped(data)) == wrapped(data.replace(PUPI, bytes(4)))


def test_what_holds_no_pupi_is_kept_as_it_is():
    frame = wrapped(bytes.fromhex("d543000250f00dcafe9000"))
    assert masked(frame) == frame


@pytest.mark.parametrize("data", [LISTED, ATQB])
def test_a_damaged_frame_is_not_intact(data):
    frame = wrapped(data)
    assert is_intact(frame)
    for i in range(2, len(frame) - 1):
        assert not is_intact(frame[:i] + bytes((frame[i] ^ 0x10,)) + frame[i + 1 :])


def test_no_recording_holds_a_pupi():
    for file in RECORDINGS:
        _about, *transfers, _outcome = load(f"bus/{file.name}")
        for transfer in transfers:
            frame = bytes.fromhex(transfer.get("read") or transfer.get("write") or "")
            assert masked(frame) == frame
            assert not frame or "write" in transfer or is_shown(frame)


def is_shown(frame):
    """Intact, or all zeros."""
    return is_intact(frame) or not any(frame)
