"""Ten thousand inputs from each side; a million by command: bench/fuzz.py."""

import os

import pytest

from bench.fuzz import BATCH, run_batch
from bench.targets import TARGETS

INPUTS = 10_000
SEED = int(os.environ.get("KAZASHI_SEED", "1"))


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_that_comes_stops_the_reader(target):
    for batch in range(INPUTS // BATCH):
        run_batch(target, SEED, batch)
