"""The gate: every gated target of kazashi.bench.targets is met, in emulated time.

`uv run kazashi bench --reader pico:IMAGE` shows the values beside the limits.
"""

from dataclasses import replace

import pytest

from kazashi.bench.case import ARMED, BASE, ENGINE, FAST, HSU, I2C, LENGTHS, SHORT, SLOW_CHIP
from kazashi.bench.emulated import EmulatedBench
from kazashi.bench.targets import targets
from kazashi.bench.trace import steps

CASES = (
    *(replace(ARMED, certificate_bytes=LENGTHS[i]) for i in (0, -1)),
    *(ARMED, FAST, SHORT, SLOW_CHIP, replace(SLOW_CHIP, bit_rate=424)),
    *(HSU, I2C, ENGINE),
)
GATED = [target.what for target in targets([]) if target.is_gated]


@pytest.fixture(scope="module")
def bench(image):
    return EmulatedBench(image)


@pytest.fixture(scope="module")
def rows(bench):
    return [bench.measure(case) for case in CASES]


@pytest.fixture(scope="module")
def reached(bench, rows):
    return {target.what: target for target in targets(rows, bench.sign_command_ms())}


@pytest.mark.parametrize("what", GATED)
def test_a_gated_target_is_met(reached, what):
    target = reached[what]
    assert target.is_met, f"{target.value} {target.unit}, limit {target.limit}"


def test_the_parts_of_a_row_are_its_total(rows):
    for row in rows:
        assert sum(row.spent_ms.values()) == pytest.approx(row.total_ms, abs=0.001)
        assert row.floor_ms < row.air_ms < row.total_ms


def test_air_is_that_of_the_certificate_without_the_tokens_label(rows):
    armed = next(row for row in rows if row.case == ARMED)
    assert armed.air_ms == pytest.approx(164.4, abs=0.1)  # 169.4 with the label


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
