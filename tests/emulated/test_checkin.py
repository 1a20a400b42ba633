"""The gate: the reader's part of a check-in with the PIN, emulated; host and disk take no time.

`uv run kazashi bench --checkin --reader pico:IMAGE` shows the values beside the limits.
"""

from contextlib import closing

import pytest

from kazashi.bench.checkin import CheckInBench, Part
from kazashi.bench.rounds import Rounds
from kazashi.bench.targets import check_in_targets
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.options import Options


@pytest.fixture(scope="module")
def check_in(image, tmp_path_factory):
    pico = EmulatedPico(image, Options(tap=0.0))
    folder = tmp_path_factory.mktemp("bench")
    with closing(CheckInBench(pico, pico.connect(), pico.clock.now, folder)) as bench:
        return bench.measure()


def test_every_gated_target_is_met(check_in):
    judged = check_in_targets(check_in, Rounds("no host", [check_in]))
    gated = [target for target in judged if target.is_gated]
    assert gated
    assert not [(t.what, t.value, t.limit) for t in gated if not t.is_met]


def test_host_and_disk_are_not_timed_here(check_in):
    assert check_in.machine_ms == pytest.approx(check_in.ms(Part.READER), abs=1e-6)
    untouched = {"identity", "consents", "eligibility"}
    assert {name for name, step in check_in.steps.items() if not step[Part.READER]} == untouched
