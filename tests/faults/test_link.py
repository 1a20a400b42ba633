"""Fault matrix, the line: at every message and every USB packet, everything a cable may do."""

import random
from itertools import combinations
from typing import NamedTuple

import pytest

from cells import in_each
from kazashi.errors import ProtocolError, ReaderUnplugged
from kazashi.reader import Reader
from kazashi_wire.frame import SYNC
from rig import clock
from tapping import Tapping, Way, expect, expect_loss, on_a_rig

STALL_S = 10.0
# 9 s of octets: more than the watchdog grants, less than a card's lease.
FLOODS = {"zeros": bytes(35000), "beginnings of frames": b"\xca\x5a" * 17500}
CLEAN = None  # the tap goes on as if nothing had happened


class HostKilled(BaseException):
    """The program that uses the reader is no more."""


class Line:
    """The pipe of a rig; before its nth message, and its nth packet, something may happen."""

    def __init__(self, pipe, happens):
        self._pipe = pipe
        self._happens = happens

    def __getattr__(self, name):
        return getattr(self._pipe, name)

    def write(self, data):
        rest = self._happens(self._pipe, "message", data)
        while rest:
            rest = rest[self._pipe.write(rest) :]
        return len(data)

    def read(self, size):
        data = self._pipe.read(size)
        return self._happens(self._pipe, "packet", data) if data else data


class Place(NamedTuple):
    """The nth of all that passes on the line in a tap. `step`: what the person waits for."""

    way: Way
    n: int
    step: str
    is_message: bool  # to the reader; else it is a packet
    is_beginning: bool  # a frame begins with it


def places_of_a_tap(way):
    tapping, seen = on_a_rig(way), []

    def note(_pipe, kind, data):
        is_message, is_beginning = kind == "message", data.startswith(SYNC)
        seen.append(Place(way, len(seen), tapping.step, is_message, is_beginning))
        return data

    connect = tapping.rig.connect
    tapping.rig.connect = lambda: Line(connect(), note)
    assert tapping.outcome() is None
    return seen


WAYS = Way.ASKED, Way.ARMED  # the bit rate is none of the line's
PLACES = [place for way in WAYS for place in places_of_a_tap(way)]
MESSAGES = [place for place in PLACES if place.is_message]
BEGINNINGS = [place for place in PLACES if place.is_beginning]
MIDDLES = [place for place in PLACES if not place.is_beginning]


in_every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)


def at_every(places, way, check):
    in_each([place for place in places if place.way is way], check)


def unplug(tapping, _pipe, _data):
    tapping.rig.unplug()
    raise ReaderUnplugged


def start_again(tapping, _pipe, _data):
    tapping.rig.usb = None
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


def tap_in_which(happen, place):
    """A tap to come; there it happens, once."""
    tapping, count = on_a_rig(place.way), [0]

    def happens(pipe, _kind, data):
        count[0] += 1
        return happen(tapping, pipe, data) if count[0] == place.n + 1 else data

    connect = tapping.rig.connect
    tapping.rig.connect = lambda: Line(connect(), happens)
    return tapping


def test_the_matrix_has_all_its_cells():
    kinds = MESSAGES, BEGINNINGS, MIDDLES
    counts = {way: [sum(place.way is way for place in kind) for kind in kinds] for way in WAYS}
    assert counts == {Way.ASKED: [8, 17, 26], Way.ARMED: [5, 11, 30]}
    assert len(PLACES) * (len(BREAKS) + len(LOSSES) + 2) + 3 * len(MESSAGES) == 84 * 6 + 3 * 13


@pytest.mark.parametrize("fault", BREAKS, ids=lambda f: f.__name__)
@in_every_way
def test_the_line_breaks(way, fault):
    def check(place):
        tapping = tap_in_which(fault, place)
        expect(tapping.outcome(), ReaderUnplugged, place.step)
        tapping.taps_again()

    at_every(PLACES, way, check)


@in_every_way
def test_noise_between_frames_is_passed_over(way):
    def check(place):
        tapping = tap_in_which(add_noise, place)
        expect(tapping.outcome(), CLEAN, place.step)
        tapping.taps_again()

    at_every(BEGINNINGS, way, check)


@in_every_way
def test_noise_within_a_frame_is_noticed(way):
    def check(place):
        tapping = tap_in_which(add_noise, place)
        expect(tapping.outcome(), ProtocolError, place.step)
        tapping.taps_again()

    at_every(MIDDLES, way, check)


@pytest.mark.parametrize("fault", LOSSES, ids=lambda f: f.__name__)
@in_every_way
def test_something_is_lost(way, fault):
    """The host says that the reader is silent, or that a message was lost; never: no card."""

    def check(place):
        tapping = tap_in_which(fault, place)
        expect_loss(tapping.outcome())
        tapping.taps_again()

    at_every(PLACES, way, check)


@pytest.mark.parametrize(
    ("takes_extended", "longest"), [(True, 99), (False, 4)], ids=["extended", "short"]
)
def test_no_loss_of_whole_frames_makes_a_wrong_certificate(takes_extended, longest):
    """Armed, nothing that the host has asked for tells one response from the next."""

    def tap(lost):
        """(what the person met, frames that the reader has sent)."""
        tapping, seen = on_a_rig(Way.ARMED, takes_extended=takes_extended), []
        tapping.reader = Reader(tapping.rig.connect)
        write = tapping.rig.usb.write

        def write_some(buffer, start, count):
            if len(seen) not in lost:
                write(buffer, start, count)
            seen.append(bytes(buffer[start : start + count]))

        tapping.rig.usb.write = write_some
        return tapping.outcome(), len(seen)

    met, count = tap(lost=())
    assert met is None
    for first, end in combinations(range(count + 1), 2):
        if end - first <= longest:
            expect_loss(tap(lost=range(first, end))[0])


@in_every_way
def test_the_host_is_killed_and_another_comes(way):
    def kill(*_):
        raise HostKilled

    def check(place):
        tapping = tap_in_which(kill, place)
        with pytest.raises(HostKilled):
            tapping.tap()
        successor = Tapping(tapping.rig, place.way, Reader(tapping.rig.connect))
        assert successor.taps_again().reboots == 0

    at_every(PLACES, way, check)


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
@in_every_way
def test_a_host_that_sends_without_pause_loses_nothing(way, flood):
    """USB holds it back, and the reader has time for its watchdog: see rig.OCTET_S."""

    def check(place):
        tapping = tap_in_which(lambda _tapping, _pipe, data: flood + data, place)
        expect(tapping.outcome(), CLEAN, "")
        assert tapping.taps_again().reboots == 0

    at_every(MESSAGES, way, check)


@in_every_way
def test_a_host_that_stops_reading_gets_an_error_and_the_reader_goes_on(way):
    """USB keeps 256 octets for it, and MicroPython drops the rest after half a second."""

    def stop_reading(tapping, pipe, data):
        usb = tapping.rig.usb
        usb.is_fetched = False
        usb.to_reader += data
        end = clock.s + STALL_S
        while clock.s < end:
            tapping.rig.step()
        usb.is_fetched = True
        return b""

    def check(place):
        tapping = tap_in_which(stop_reading, place)
        expect_loss(tapping.outcome())
        tapping.taps_again()

    at_every(MESSAGES, way, check)
