"""Kept fast: the reader's part of a check-in with the PIN, in emulated time, on a host and a disk
that take none.

`uv run kazashi bench --checkin --reader pico:IMAGE` measures anew, beside the host's real time.
"""

from contextlib import closing

import pytest

from kazashi.bench.checkin import CheckInBench, Part
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.options import Options

SLACK = 1.05
# With the number of the card in each command: four bytes more, 0.35 ms, from the host. The card is
# let go while the signature is verified.
REACHED_MS = {
    "certificate": 24.9,
    "pin": 17.4,
    "signature": 15.0,
    "verification": 18.6,
    "end": 8.1,
}


@pytest.fixture(scope="module")
def check_in(image, tmp_path_factory):
    pico = EmulatedPico(image, Options(tap=0.0))
    folder = tmp_path_factory.mktemp("bench")
    with closing(CheckInBench(pico, pico.connect(), pico.clock.now, folder)) as bench:
        return bench.measure()


@pytest.mark.parametrize("step", REACHED_MS)
def test_the_reader_is_as_fast_as_it_was(check_in, step):
    assert 0 < check_in.steps[step][Part.READER] <= SLACK * REACHED_MS[step]


def test_host_and_disk_are_not_timed_here(check_in):
    assert check_in.machine_ms == pytest.approx(check_in.ms(Part.READER), abs=1e-6)
    untouched = {"consents", "eligibility"}
    assert {name for name, step in check_in.steps.items() if not step[Part.READER]} == untouched
