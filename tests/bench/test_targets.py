"""Rows beside their targets, as JSON, and as a picture; the rows are made up."""

from dataclasses import replace

import pytest
from typer import Exit

from kazashi.bench import plot
from kazashi.bench.case import (
    ARMED,
    BASE,
    ENGINE,
    FAST,
    HSU,
    LENGTHS,
    LIBNFC,
    NFCPY,
    NFCPY_OURS,
    REAL_TIME,
    SLOW_CHIP,
    Row,
)
from kazashi.bench.floor import BYTE_S, floor_s
from kazashi.bench.targets import Target, targets
from kazashi.cli.bench import _end
from kazashi.drawing import SUFFIXES

FLOOR_MS = floor_s(1600) * 1000


def row(case, total_ms, runs_ms=(), **spent_ms):
    return Row(
        case,
        air_ms=164,
        first_ms=40,
        total_ms=total_ms,
        first_block_ms=25,
        spent_ms=spent_ms,
        runs_ms=runs_ms,
    )


def reached(*rows, **figures):
    found = targets(rows, **figures)
    return {target.what: target.value for target in found if target.value is not None}


def test_each_row_is_compared_with_the_one_that_it_belongs_to():
    rows = [row(ARMED, 180), row(ENGINE, 270), row(HSU, 195)]
    rows += [row(REAL_TIME, FLOOR_MS + 30), row(NFCPY_OURS, FLOOR_MS + 60), row(NFCPY, 250)]
    assert reached(*rows, sign_command_ms=7.2, part_us=36.0) == {
        "SPI, 106, a first card: total ÷ floor": pytest.approx(180 / FLOOR_MS),
        "SPI, 106: first byte − air of its block": 15,
        "SPI: ours ÷ the chip's engine": pytest.approx(2 / 3),
        "HSU 921600: total": 195,
        "HSU: (total − floor) ours ÷ nfcpy's with our APDUs": pytest.approx(0.5),
        "signature command: written until on air": 7.2,
        "host's time for a part": 36.0,
    }


def test_each_rate_is_divided_by_its_own_floor():
    rows = [row(FAST, 60), row(replace(SLOW_CHIP, bit_rate=424), 72)]
    assert reached(*rows) == {
        "SPI, 424, a first card: total ÷ its floor": pytest.approx(60 / 42.19, rel=1e-3),
        "SPI, 424, chip 1 ms: total": 72,
    }


def test_growth_is_the_slope_over_all_sizes():
    sized = [
        row(replace(ARMED, certificate_bytes=n), 20 + 1.05 * BYTE_S * 1000 * n) for n in LENGTHS
    ]
    growth = "SPI, 106: ms a byte ÷ its ten bits"
    assert reached(*sized)[growth] == pytest.approx(1.05)
    assert growth not in reached(*sized[:-1])


def test_what_was_not_measured_is_neither_met_nor_missed():
    assert {target.is_met for target in targets([])} == {None}
    assert not any(target.is_failed for target in targets([]))


@pytest.mark.parametrize(("slowest", "is_met"), [(1.09, True), (1.11, None)])
def test_real_time_is_judged_only_if_its_runs_differ_by_less_than_a_tenth(slowest, is_met):
    nfcpy_ms = FLOOR_MS + 100
    rows = [
        row(REAL_TIME, FLOOR_MS + 1, runs_ms=(FLOOR_MS + 1, FLOOR_MS + 2)),
        row(NFCPY_OURS, nfcpy_ms, runs_ms=(nfcpy_ms * slowest, nfcpy_ms)),
    ]
    (target,) = [target for target in targets(rows) if "nfcpy" in target.what]
    assert target.is_met is is_met
    assert target.as_json()["is_met"] is is_met


def test_only_a_gated_target_that_is_missed_is_a_failure():
    assert Target("gated", 2, 1, is_gated=True).is_failed
    assert not Target("gated", 1, 1, is_gated=True).is_failed
    assert not Target("real time", 2, 1).is_failed
    assert [t.what for t in targets([]) if not t.is_gated] == [
        "SPI at 4.8 MHz, 106, as before: total ÷ floor",
        "SPI at 4.8 MHz, 424, as before: total ÷ its floor",
        "HSU: (total − floor) ours ÷ nfcpy's with our APDUs",
        "host's time for a part",
        "CCID: APDUs of OpenSC",
    ]


@pytest.mark.parametrize(("is_gated", "status"), [(True, 1), (False, 0)])
def test_bench_exits_with_1_if_a_gated_target_is_missed(is_gated, status):
    with pytest.raises(Exit) as ended:
        _end([Target("met", 1, 1, is_gated=True), Target("missed", 2, 1, is_gated=is_gated)])
    assert ended.value.exit_code == status


def test_as_json_a_row_tells_the_rate_of_its_bus_if_that_was_chosen():
    bauds = [row(case, 250).as_json()["baud"] for case in (BASE, REAL_TIME, NFCPY, LIBNFC)]
    assert bauds == [None, 921600, 921600, 115200]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_picture_is_drawn(tmp_path, suffix):
    rows = [
        row(replace(ARMED, certificate_bytes=n), n / 8, air=n / 10, bus=n / 40) for n in LENGTHS
    ]
    path = tmp_path / f"bench{suffix}"
    plot.plot([*rows, row(NFCPY, 250)], path)
    begin = path.read_bytes()[:8]
    assert begin == b"\x89PNG\r\n\x1a\n" or begin.startswith(b"<?xml")
