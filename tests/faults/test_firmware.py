"""Fault matrix, the firmware: in every function that a tap goes through, an exception or a hang."""

import inspect
import logging
from functools import partial
from itertools import product

import pytest

from rig import clock  # makes the firmware importable

# isort: split
import bus_spi
import device
import dispatch
import field
import hostframe
import isodep
import link
import pn532
import reading
import recovery
import relay
import signals
import wait
import watch
from cells import in_each
from kazashi.cards.errors import PinOutcomeUnknown
from kazashi.errors import ReaderFault, ReaderUnplugged
from kazashi_wire.messages import Fault
from tapping import Way, on_a_rig

MODULES = (bus_spi, device, dispatch, field, hostframe, isodep, link, pn532)
MODULES += (reading, recovery, relay, signals, wait, watch)
ERRORS = (ValueError, OSError, MemoryError)
WAYS = Way.ASKED, Way.ARMED_AT_424
# What tells of an error may itself be what goes wrong; then the line says so in another way.
TELLERS = {"Dispatch.attempt", "Dispatch._fail", "Dispatch._log", "Link.send"}


def functions():
    """(class, name) of all that the firmware's classes do, but for how they are made."""
    for module in MODULES:
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__ and not issubclass(kind, Exception):
                for name, member in vars(kind).items():
                    if inspect.isfunction(member) and name not in ("__init__", "run"):
                        yield kind, name


def hooked(monkeypatch, kind, name, happen):
    """Have `happen` called with the number of calls before, each time that it is called."""
    function, calls = vars(kind)[name], [0]

    def call(*arguments):
        calls[0] += 1
        happen(calls[0] - 1)
        return function(*arguments)

    monkeypatch.setattr(kind, name, call)
    return calls


def calls_of_a_tap(way):
    """(class, name, number of calls) of every function that a tap goes through."""
    tapping = on_a_rig(way)
    tapping.rig.connect()  # what is done once, before the watchdog, is not counted
    with pytest.MonkeyPatch.context() as monkeypatch:
        counts = [
            (kind, name, hooked(monkeypatch, kind, name, lambda _: None))
            for kind, name in functions()
        ]
        assert tapping.outcome() is None
    return [(kind, name, count[0]) for kind, name, count in counts if count[0]]


def places():
    """(way, class, name, numbers of calls): the first, one in the middle, and a late one."""
    for way in WAYS:
        for kind, name, count in calls_of_a_tap(way):
            yield way, kind, name, sorted({0, count // 2, 3 * count // 4})


PLACES = list(places())

in_every_function = pytest.mark.parametrize(
    ("way", "kind", "name", "numbers"),
    PLACES,
    ids=[f"{way.name}-{kind.__name__}.{name}" for way, kind, name, _ in PLACES],
)


def test_the_matrix_has_all_its_cells():
    assert sum(len(numbers) for *_, numbers in PLACES) * (len(ERRORS) + 1) == 469 * 4


def run_into(monkeypatch, way, kind, name, number, happen):
    """A tap in which that call goes wrong, once. Return it, and the error that the person met."""
    tapping = on_a_rig(way)
    tapping.waits_s = 10  # for longer than the watchdog
    tapping.rig.connect()
    with monkeypatch.context() as patch:
        hooked(patch, kind, name, lambda n: happen() if n == number else None)
        error = tapping.outcome()
    return tapping, error.__cause__ if isinstance(error, PinOutcomeUnknown) else error


def fail(error):
    raise error("00200098 04 31323334")  # a text that no log may show


@in_every_function
def test_an_exception_becomes_a_fault_and_a_log_event(
    monkeypatch, caplog, way, kind, name, numbers
):
    caplog.set_level(logging.DEBUG)

    def check(cell):
        number, error = cell
        caplog.clear()
        tapping, met = run_into(monkeypatch, way, kind, name, number, partial(fail, error))
        if f"{kind.__name__}.{name}" not in TELLERS:
            assert f"reader: {error.__name__}" in caplog.text
            if met is not None:  # None: no answer was due, as while the board starts
                assert isinstance(met, ReaderFault), repr(met)
                assert met.fault is Fault.INTERNAL
        assert "31323334" not in caplog.text
        tapping.taps_again()

    in_each([*product(numbers, ERRORS)], check)


def hang():
    while True:
        clock.sleep_ms(100)


@in_every_function
def test_a_hang_is_ended_by_the_watchdog(monkeypatch, way, kind, name, numbers):
    def check(number):
        tapping, met = run_into(monkeypatch, way, kind, name, number, hang)
        assert met is None or isinstance(met, ReaderUnplugged), repr(met)
        health = tapping.taps_again()
        assert (health.reset_cause, health.reboots) == ("watchdog", 1)

    in_each(numbers, check)
