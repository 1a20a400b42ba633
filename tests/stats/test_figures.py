"""Rates, their groups, and the sites behind them.

Sites are made up. The means and medians that 国診協 published (December 2024) cannot be reproduced:
the rates of its sites are not published.
"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.stats.counts import By, Cell, Counts
from kazashi.stats.figures import Bin, distribution, figures
from kazashi.stats.rates import Quotient, Rate, percent


def of_sites(sites, rate=Rate.CLAIMS, month="2026-11", **cell):
    """Counts of sites: their names with numerator and denominator."""
    counts = Counts()
    for site, (above, below) in sites.items():
        counts.add(Cell(month, site, **cell), rate.numerator, above)
        counts.add(Cell(month, site, **cell), rate.denominator, below)
    return counts


@pytest.mark.parametrize(
    ("above", "below", "rounded"),
    [
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (5, 100_000, "0.01"),  # 0.005 %, a half: up
        (1_005, 100_000, "1.01"),  # 1.005 as a float is less
        (2_675, 100_000, "2.68"),
        (0, 7, "0.00"),
        (7, 7, "100.00"),
        (8, 7, "114.29"),
    ],
)
def test_a_percentage_is_rounded_half_up_and_never_through_a_float(above, below, rounded):
    assert str(Quotient(above, below).percent) == rounded


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_rounded_percentage_is_at_most_half_of_its_last_digit_away(above, below):
    share = Fraction(above, below)
    error = Fraction(percent(share)) - share * 100
    assert Fraction(-5, 1000) < error <= Fraction(5, 1000)


def test_nothing_divided_by_nothing_is_no_rate():
    assert Quotient(0, 0).percent is None


def test_a_figure_has_the_sum_and_mean_and_median_of_its_sites():
    counts = of_sites({"a": (10, 100), "b": (20, 100), "c": (90, 100), "d": (400, 1000)})
    (figure,) = figures(counts, Rate.CLAIMS, [By.MONTH])
    assert (figure.quotient.numerator, figure.quotient.denominator) == (520, 1300)
    assert str(figure.quotient.percent) == "40.00"
    assert (figure.sites, str(figure.mean), str(figure.median)) == (4, "40.00", "30.00")


def test_a_large_site_moves_the_rate_and_not_the_median():
    (figure,) = figures(of_sites({"a": (1, 10), "b": (2, 10), "c": (900, 1000)}), Rate.CLAIMS)
    assert str(figure.quotient.percent) == "88.53"
    assert str(figure.median) == "20.00"


def test_a_site_of_which_one_side_is_unknown_has_no_part_in_a_rate_and_is_counted():
    counts = of_sites({"a": (30, 100)})
    counts.add(Cell("2026-11", "b"), Rate.CLAIMS.denominator, 900)
    counts.add(Cell("2026-11", "c"), Rate.CLAIMS.numerator, 900)
    (figure,) = figures(counts, Rate.CLAIMS)
    assert (str(figure.quotient.percent), figure.sites, figure.left_out) == ("30.00", 1, 2)


def test_a_site_that_nobody_visited_counts_as_nought_and_one_without_claims_as_nothing():
    (figure,) = figures(of_sites({"a": (0, 100), "b": (50, 100), "c": (0, 0)}), Rate.CLAIMS)
    assert (figure.sites, str(figure.mean)) == (2, "25.00")


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ([By.KIND], [("hospital",), ("clinic",)]),
        ([By.PREFECTURE, By.KIND], [("Toyama", "clinic"), ("Okinawa", "hospital")]),
        ([By.SIZE], [("0-19",), ("200+",)]),
        ([By.MONTH], [("2026-10",), ("2026-11",)]),
        ([By.SITE], [("a",), ("b",)]),
    ],
)
def test_figures_are_grouped_by_each_of_these(by, groups):
    counts = of_sites({"a": (1, 2)}, kind="clinic", prefecture="Toyama", size="0-19")
    counts.add_all(
        of_sites({"b": (3, 4)}, month="2026-10", kind="hospital", prefecture="Okinawa", size="200+")
    )
    assert [each.group for each in figures(counts, Rate.CLAIMS, by)] == groups


def test_the_distribution_has_sites_with_fifty_claims_or_more():
    counts = of_sites({"a": (0, 50), "b": (24, 49), "c": (40, 400), "d": (50, 50), "e": (60, 50)})
    counts.add_all(of_sites({"f": (96, 1_000)}))  # 9.6 % is less than 10
    assert [each for each in distribution(counts, Rate.CLAIMS) if each.sites] == [
        *(Bin(0, 2), Bin(10, 1), Bin(100, 2)),
    ]


def test_fifty_claims_are_meant_a_month():
    counts = of_sites({"a": (10, 40)}, month="2026-10")
    counts.add_all(of_sites({"a": (10, 40)}))
    assert not any(each.sites for each in distribution(counts, Rate.CLAIMS))


def test_groups_stand_in_the_order_of_the_ministrys_tables():
    counts = Counts()
    for age in ("85+", "5-9", "unknown", "75-79", "0-4"):
        counts.add(Cell("2026-11", age=age), Rate.CLAIMS.denominator, 1)
    shown = [each.group[0] for each in figures(counts, Rate.CLAIMS, [By.AGE])]
    assert shown == ["0-4", "5-9", "75-79", "85+", "unknown"]
    counts = Counts()
    for size, kind, prefecture in (
        ("200+", "pharmacy", "Okinawa"),
        ("20-99", "hospital", "Hokkaido"),
        ("100-199", "clinic", "Toyama"),
    ):
        cell = Cell("2026-11", size=size, kind=kind, prefecture=prefecture)
        counts.add(cell, Rate.CLAIMS.denominator, 1)
    for by, expected in (
        (By.SIZE, ["20-99", "100-199", "200+"]),
        (By.KIND, ["hospital", "clinic", "pharmacy"]),
        (By.PREFECTURE, ["Hokkaido", "Toyama", "Okinawa"]),
    ):
        assert [each.group[0] for each in figures(counts, Rate.CLAIMS, [by])] == expected


def test_what_a_count_says_of_its_site_goes_before_what_is_known_of_it():
    counts = Counts()
    for month, kind in (("2026-10", "clinic"), ("2026-11", "")):
        counts.add(Cell(month, "a", kind), Rate.CLAIMS.denominator, 1)
    told, untold = counts.at_sites({"a": Cell("", "a", "hospital", "Toyama", size="200+")}).cells
    assert (told.kind, told.prefecture, told.size) == ("clinic", "Toyama", "200+")
    assert untold.kind == "hospital"


def test_no_counts_are_no_figures():
    assert figures(Counts(), Rate.CLAIMS) == []
    assert not any(each.sites for each in distribution(Counts(), Rate.CLAIMS))
