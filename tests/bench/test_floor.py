"""The floor of the benchmark."""

import pytest

from kazashi.bench.floor import BYTE_S, floor_s


@pytest.mark.parametrize(
    ("size", "bit_rate", "ms"),
    [(1200, 106, 123.4), (1600, 106, 163.8), (2000, 106, 202.8), (1600, 424, 42.2)],
)
def test_the_floor_is_the_air_time_of_a_certificate(size, bit_rate, ms):
    assert floor_s(size, bit_rate) * 1000 == pytest.approx(ms, abs=0.05)


def test_within_a_block_a_byte_costs_its_ten_bits():
    assert floor_s(1601) - floor_s(1600) == pytest.approx(BYTE_S)
