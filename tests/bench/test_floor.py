"""The floor of the benchmark."""

import pytest

from kazashi.bench.floor import BYTE_S, floor_s


@pytest.mark.parametrize(("size", "ms"), [(1200, 123.4), (1600, 163.8), (2000, 202.8)])
def test_the_floor_is_what_the_radio_needs(size, ms):
    assert floor_s(size) * 1000 == pytest.approx(ms, abs=0.05)


def test_within_a_block_a_byte_costs_its_ten_bits():
    assert floor_s(1601) - floor_s(1600) == pytest.approx(BYTE_S)
