"""What the benchmark measures in real time, where every byte on the line takes its bits."""

import sys
from dataclasses import replace

import pytest

from kazashi.bench import outsiders
from kazashi.bench.card import Cards
from kazashi.bench.case import NFCPY, REAL, REAL_TIME
from kazashi.bench.real import read, why_not
from kazashi.cli.bench import _real


@pytest.mark.parametrize("case", REAL, ids=lambda case: case.driver)
def test_the_line_takes_its_time_beside_the_air(case):
    if reason := why_not(case.driver):
        pytest.skip(f"{case.driver}: {reason}")
    row = read(replace(case, certificate_bytes=1200), Cards())
    assert row.total_ms > row.air_ms + 1200 * 10 / case.baud * 1000
    assert row.as_json()["ratio"] > 1


@pytest.mark.parametrize("failures", [2, 3])
def test_a_driver_that_runs_out_of_time_on_a_busy_machine_reads_again(monkeypatch, failures):
    row = object()
    results = iter([TimeoutError] * failures + [row])

    def read_once(_case, _cards):
        if (result := next(results)) is TimeoutError:
            raise TimeoutError
        return result

    monkeypatch.setattr(outsiders, "read", read_once)
    if failures == 2:
        assert read(NFCPY, Cards()) is row
    else:
        with pytest.raises(TimeoutError):
            read(NFCPY, Cards())


def test_without_micropython_our_row_is_left_out_and_the_rest_is_not(monkeypatch, capsys):
    before = [case for case, _ in _real()]
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert [case for case, _ in _real()] == [case for case in before if case.driver != "kazashi"]
    assert f"left out: {REAL_TIME}: no MicroPython for unix" in capsys.readouterr().err
