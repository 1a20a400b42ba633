"""The benchmark of the link with many readers: that it measures, not how fast."""

import pytest

from bench import threads


def test_each_read_of_each_reader_is_measured(tmp_path):
    p50, p99, cpu_ms = threads.measure(2, seconds=1.0)
    assert 0 < p50 <= p99
    assert cpu_ms > 0
    path = tmp_path / "threads.png"
    threads.draw({1: (p50, p99, cpu_ms), 2: (p50, p99, cpu_ms)}, path)
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("p99_ms", "sleep_ms", "verdict"),
    [(4.0, 0.1, "met"), (4.1, 0.1, "missed"), (4.1, 1.0, "not judged, the machine is busy")],
)
def test_a_busy_machine_is_not_judged(p99_ms, sleep_ms, verdict):
    assert threads.judged(p99_ms, sleep_ms) == verdict
