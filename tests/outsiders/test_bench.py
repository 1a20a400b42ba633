"""nfcpy and libnfc in the benchmark: real time, and every byte on the line takes its bits."""

from dataclasses import replace

import pytest

from kazashi.bench.case import LIBNFC, NFCPY
from kazashi.bench.outsiders import RealBench, why_not


@pytest.mark.parametrize("case", [NFCPY, LIBNFC], ids=lambda case: case.driver)
def test_the_line_takes_its_time_beside_the_air(case):
    if reason := why_not(case.driver):
        pytest.skip(f"{case.driver}: {reason}")
    row = RealBench()._read(replace(case, certificate_bytes=1200))
    assert row.total_ms > row.air_ms + 1200 * 10 / case.baud * 1000
    assert row.as_json()["ratio"] > 1
