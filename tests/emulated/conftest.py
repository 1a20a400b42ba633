"""The firmware on an emulated Pico. One boots for each bus and is copied: each test has a copy.

Booting takes most of the time that a test would take. A copy is this process, forked: what a test
does to its board stays there.
"""

import os
import pickle
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from _pytest.runner import runtestprotocol

from kazashi.reader import Reader
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.options import Options


class Booted(NamedTuple):
    """A board whose firmware runs, its reader, and the emulated seconds from power to Welcome."""

    pico: EmulatedPico
    reader: Reader
    after_s: float


@cache
def boot(image: Path, bus: str) -> Booted:
    pico = EmulatedPico(image, Options(tap=0.0, chip=0.0, bus=bus))
    reader = Reader(pico.connect)
    return Booted(pico, reader, pico.clock.now())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """A test of a booted board runs in a child of this process."""
    named = os.environ.get("KAZASHI_IMAGE")
    if "booted" not in item.fixturenames or not named or not hasattr(os, "fork"):
        return None
    boot(Path(named), bus_of(item))
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in run_in_child(item, nextitem):
        hook.pytest_runtest_logreport(report=report)
    item.session._setupstate.teardown_exact(nextitem)  # of the tests before, in this process
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def run_in_child(item, nextitem):
    hook, config = item.config.hook, item.config
    source, target = os.pipe()
    child = os.fork()
    if not child:
        try:
            reports = runtestprotocol(item, log=False, nextitem=nextitem or item)
            told = [
                hook.pytest_report_to_serializable(config=config, report=each) for each in reports
            ]
            with open(target, "wb") as pipe:  # noqa: PTH123  # it has no path
                pickle.dump(told, pipe)
        finally:
            os._exit(0)
    os.close(target)
    with open(source, "rb") as pipe:  # noqa: PTH123
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    assert said, f"the child of {item.nodeid} ended with status {status}"
    return [
        hook.pytest_report_from_serializable(config=config, data=each)
        for each in pickle.loads(said)
    ]


def bus_of(item) -> str:
    return getattr(item.module, "BUS", "spi")


@pytest.fixture
def booted(image, request):
    return boot(image, bus_of(request))


@pytest.fixture
def pico(booted):
    return booted.pico


@pytest.fixture
def reader(booted):
    return booted.reader
