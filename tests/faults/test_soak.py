"""Taps, every second one disturbed by something: a thousand in CI, by bench/soak.py."""

import json
from contextlib import closing

import pytest

from bench import soak
from interpreters import HAS_MICROPYTHON

needs_micropython = pytest.mark.skipif(
    not HAS_MICROPYTHON, reason="no unix MicroPython here: it needs CPython 3.11 on Linux x86-64"
)


@needs_micropython
def test_taps_with_random_faults_leave_no_trace_in_memory(pytestconfig):
    with closing(soak.Soak(pytestconfig.getoption("--seed"))) as tapping:
        at_start, at_end = soak.run(tapping, 100)
    assert tapping.taps == 100
    assert soak.is_flat(at_start, at_end)
    kinds = {what.partition(":")[0] for what in tapping.seen}
    assert kinds >= {"card", "chip", "fault", "met", "mended by", "last start"}


@needs_micropython
def test_a_soak_goes_on_where_it_was_stopped(tmp_path):
    state = tmp_path / "soak.json"
    with closing(soak.Soak(7)) as tapping:
        soak.run(tapping, 4, state)
    with closing(soak.Soak(**json.loads(state.read_text(encoding="utf-8")))) as tapping:
        assert (tapping.seed, tapping.taps) == (7, 4)
        soak.run(tapping, 6, state)
    assert json.loads(state.read_text(encoding="utf-8"))["taps"] == 6
