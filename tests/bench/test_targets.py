"""Rows beside their targets, as JSON, and as a picture; the rows are made up."""

from dataclasses import replace

import pytest

from kazashi.bench import plot
from kazashi.bench.case import BASE, ENGINE, HSU, I2C, LENGTHS, LIBNFC, NFCPY, REAL_TIME, Row
from kazashi.bench.floor import BYTE_S, floor_s
from kazashi.bench.targets import targets

FAST = replace(BASE, bit_rate=424)


def row(case, total_ms, **spent_ms):
    return Row(
        case, air_ms=164, first_ms=40, total_ms=total_ms, first_block_ms=25, spent_ms=spent_ms
    )


def reached(*rows):
    return {target.what: target.value for target in targets(rows, 36.0)}


def test_each_row_is_compared_with_the_one_that_it_belongs_to():
    floor_ms = floor_s(1600) * 1000
    rows = [row(BASE, 180), row(FAST, 60), row(ENGINE, 270)]
    rows += [row(HSU, 195), row(I2C, 220)]
    rows += [row(REAL_TIME, floor_ms + 30), row(NFCPY, floor_ms + 60)]
    assert reached(*rows) == {
        "SPI: total ÷ floor": pytest.approx(180 / floor_ms),
        "SPI: total at 424 kbit/s ÷ at 106": pytest.approx(1 / 3),
        "SPI: ours ÷ the chip's engine": pytest.approx(2 / 3),
        "HSU 921600: total ÷ floor": pytest.approx(195 / floor_ms),
        "I²C 400 kHz: total ÷ floor": pytest.approx(220 / floor_ms),
        "HSU: (total − floor) ours ÷ nfcpy's": pytest.approx(0.5),
        "first byte − air of its block": 15,
        "host's time for a part": 36.0,
        "SPI: ms a byte ÷ its ten bits": None,
    }


def test_an_armed_reader_is_what_counts_where_it_was_measured():
    rows = [row(BASE, 180), row(replace(BASE, armed=True), 170), row(ENGINE, 340)]
    assert reached(*rows)["SPI: ours ÷ the chip's engine"] == 0.5


def test_growth_is_the_slope_over_all_sizes():
    rows = [row(replace(BASE, certificate_bytes=n), 20 + 1.05 * BYTE_S * 1000 * n) for n in LENGTHS]
    assert reached(*rows)["SPI: ms a byte ÷ its ten bits"] == pytest.approx(1.05)


def test_what_was_not_measured_is_neither_met_nor_missed():
    missing = [target.is_met for target in targets([], 36.0) if target.value is None]
    assert missing == [None] * 8


def test_as_json_a_row_tells_the_rate_of_its_bus_where_that_has_several():
    bauds = [row(case, 250).as_json()["baud"] for case in (BASE, REAL_TIME, NFCPY, LIBNFC)]
    assert bauds == [None, 921600, 921600, 115200]


@pytest.mark.parametrize("suffix", plot.SUFFIXES)
def test_the_picture_is_drawn(tmp_path, suffix):
    rows = [row(replace(BASE, certificate_bytes=n), n / 8, air=n / 10, bus=n / 40) for n in LENGTHS]
    path = tmp_path / f"bench{suffix}"
    plot.plot([*rows, row(NFCPY, 250)], path)
    begin = path.read_bytes()[:8]
    assert begin == b"\x89PNG\r\n\x1a\n" or begin.startswith(b"<?xml")
