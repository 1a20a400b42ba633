"""Kept fast: reads in emulated time, from the answer to ATTRIB to the last USB packet.

`uv run kazashi bench --reader pico:IMAGE --json` measures anew what was reached.
"""

from dataclasses import replace

import pytest

from kazashi.bench.case import ARMED, BASE, HSU, I2C
from kazashi.bench.emulated import EmulatedBench
from kazashi.bench.trace import steps

SLACK = 1.02
REACHED_MS = {
    ARMED: 176.9,
    replace(ARMED, extended=False): 186.9,
    replace(ARMED, chip_ms=1.0): 186.0,
    HSU: 192.7,
    I2C: 218.7,
}


@pytest.fixture(scope="module")
def bench(image):
    return EmulatedBench(image)


@pytest.mark.parametrize("case", REACHED_MS)
def test_a_read_is_as_fast_as_it_was(bench, case):
    row = bench.measure(case)
    assert row.floor_ms < row.total_ms <= SLACK * REACHED_MS[case]
    assert sum(row.spent_ms.values()) == pytest.approx(row.total_ms, abs=0.001)


def test_a_trace_tells_each_block(bench):
    taken = steps(bench.read(BASE))
    commands = [step.what for step in taken if step.way == "reader → card"]
    assert commands[:3] == [
        "I(0) SELECT application",
        "I(1) READ BINARY file 0A from 0, Le 251",
        "I(0) READ BINARY from 251, Le 1349",
    ]
    assert commands[3:] == ["R(ACK)(1)", "R(ACK)(0)"] * 2 + ["R(ACK)(1)"]
    assert [step.at_ms for step in taken] == sorted(step.at_ms for step in taken)
