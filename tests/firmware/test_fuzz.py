"""A thousand inputs from each side; ten thousand in CI, by bench/fuzz.py."""

import pytest

from bench.fuzz import BATCH, run_batch
from bench.targets import TARGETS

INPUTS = 1_000


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_that_comes_stops_the_reader(target, pytestconfig):
    for batch in range(INPUTS // BATCH):
        run_batch(target, pytestconfig.getoption("--seed"), batch)
