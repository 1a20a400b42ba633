"""Fault matrix, the line: at every message and every USB packet, everything a cable may do."""

import random

import pytest

from desk import clock
from kazashi.errors import ProtocolError, ReaderUnplugged
from kazashi.reader import Reader
from kazashi_wire.frame import SYNC
from tapping import Tapping, expect, expect_loss, on_a_desk

STALL_S = 10.0
FLOODS = {"zeros": bytes(65536), "beginnings of frames": b"\xca\x5a" * 32768}
CLEAN = None  # the tap goes on as if nothing had happened


class HostKilled(BaseException):
    """The program that uses the reader is no more."""


class Line:
    """The pipe of a desk; before its nth message, and its nth packet, something may happen."""

    def __init__(self, pipe, happens):
        self._pipe = pipe
        self._happens = happens

    def __getattr__(self, name):
        return getattr(self._pipe, name)

    def write(self, data):
        self._pipe.write(self._happens(self._pipe, "message", data))

    def read(self, size):
        data = self._pipe.read(size)
        return self._happens(self._pipe, "packet", data) if data else data


def places_of_a_tap():
    """All that passes on the line: what it is, the step that the person waits for, and whether
    a frame begins with it.
    """
    tapping, seen = on_a_desk(), []

    def note(_pipe, kind, data):
        seen.append((kind, tapping.step, data.startswith(SYNC)))
        return data

    connect = tapping.desk.connect
    tapping.desk.connect = lambda: Line(connect(), note)
    assert tapping.outcome() is None
    return seen


PLACES = places_of_a_tap()
MESSAGES = [i for i, (kind, *_) in enumerate(PLACES) if kind == "message"]
BEGINNINGS = [i for i, (*_, is_beginning) in enumerate(PLACES) if is_beginning]
MIDDLES = [i for i in range(len(PLACES)) if i not in BEGINNINGS]


def unplug(tapping, _pipe, _data):
    tapping.desk.unplug()
    raise ReaderUnplugged


def start_again(tapping, _pipe, _data):
    tapping.desk.usb = None
    raise ReaderUnplugged


def stall(_tapping, pipe, data):
    pipe.stalled_until = clock.s + STALL_S
    return data


def add_noise(_tapping, _pipe, data):
    return random.Random(data).randbytes(100) + data


def cut_in_half(_tapping, _pipe, data):
    return data[: len(data) // 2]


BREAKS = (unplug, start_again)
LOSSES = (stall, cut_in_half)  # the host waits in vain, as long as it has patience


def at(place, happen, tapping):
    """Let it happen there, once."""
    count = [0]

    def happens(pipe, _kind, data):
        count[0] += 1
        return happen(tapping, pipe, data) if count[0] == place + 1 else data

    connect = tapping.desk.connect
    tapping.desk.connect = lambda: Line(connect(), happens)
    return tapping


def test_the_matrix_has_all_its_cells():
    assert (len(MESSAGES), len(BEGINNINGS), len(MIDDLES)) == (8, 17, 26)
    assert len(PLACES) * (len(BREAKS) + len(LOSSES) + 2) + 3 * len(MESSAGES) == 282


@pytest.mark.parametrize("fault", BREAKS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("place", range(len(PLACES)))
def test_the_line_breaks(place, fault):
    tapping = at(place, fault, on_a_desk())
    expect(tapping.outcome(), ReaderUnplugged, PLACES[place][1])
    tapping.taps_again()


@pytest.mark.parametrize("place", BEGINNINGS)
def test_noise_between_frames_is_passed_over(place):
    tapping = at(place, add_noise, on_a_desk())
    expect(tapping.outcome(), CLEAN, PLACES[place][1])
    tapping.taps_again()


@pytest.mark.parametrize("place", MIDDLES)
def test_noise_within_a_frame_is_noticed(place):
    tapping = at(place, add_noise, on_a_desk())
    expect(tapping.outcome(), ProtocolError, PLACES[place][1])
    tapping.taps_again()


@pytest.mark.parametrize("fault", LOSSES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("place", range(len(PLACES)))
def test_something_is_lost(place, fault):
    """The host says that the reader is silent, or that a message was lost; never: no card."""
    tapping = at(place, fault, on_a_desk())
    expect_loss(tapping.outcome())
    tapping.taps_again()


@pytest.mark.parametrize("place", range(len(PLACES)))
def test_the_host_is_killed_and_another_comes(place):
    def kill(*_):
        raise HostKilled

    tapping = at(place, kill, on_a_desk())
    with pytest.raises(HostKilled):
        tapping.tap()
    successor = Tapping(tapping.desk, reader=Reader(tapping.desk.connect))
    assert successor.taps_again().reboots == 0


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
@pytest.mark.parametrize("place", MESSAGES)
def test_a_host_that_sends_without_pause_loses_nothing(place, flood):
    """USB holds it back, and the reader has time for its watchdog: see desk.OCTET_S."""
    tapping = at(place, lambda _tapping, _pipe, data: flood + data, on_a_desk())
    expect(tapping.outcome(), CLEAN, "")
    assert tapping.taps_again().reboots == 0


@pytest.mark.parametrize("place", MESSAGES)
def test_a_host_that_stops_reading_gets_an_error_and_the_reader_goes_on(place):
    """USB keeps 256 octets for it, and MicroPython drops the rest after half a second."""

    def stop_reading(tapping, pipe, data):
        usb = tapping.desk.usb
        usb.is_fetched = False
        usb.to_reader += data
        end = clock.s + STALL_S
        while clock.s < end:
            tapping.desk.step()
        usb.is_fetched = True
        return b""

    tapping = at(place, stop_reading, on_a_desk())
    expect_loss(tapping.outcome())
    tapping.taps_again()
