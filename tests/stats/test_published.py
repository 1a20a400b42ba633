"""Every published value that is a quotient, reproduced from its numerator and denominator.

A: 厚生労働省, January 2026. B: the same, December 2024. C: February 2025. D: 協会けんぽ, October
2024. E: 国診協, survey of December 2024. Values as published.

What was published without its numbers cannot be a test: rates by age (A), of holders and registered
people (B), means and medians of sites (E).
"""

from decimal import Decimal
from fractions import Fraction

import pytest

from kazashi.stats.counts import By, Cell, Counts
from kazashi.stats.figures import figures
from kazashi.stats.rates import Rate, percent

# month, kind, prefecture, numerator, denominator, published percent
CLAIMS = [
    ("2025-12", "", "", 112_754_016, 178_308_340, "63.24"),
    ("2025-12", "hospital", "", 14_260_319, 22_027_374, "64.74"),
    ("2025-12", "clinic", "", 48_042_046, 72_215_618, "66.53"),
    ("2025-12", "dentist", "", 14_487_416, 21_924_829, "66.08"),
    ("2025-12", "pharmacy", "", 35_964_235, 62_140_519, "57.88"),
    ("2025-12", "clinic", "Toyama", 380_592, 499_395, "76.21"),
    ("2025-12", "hospital", "Toyama", 172_470, 221_235, "77.96"),
    ("2025-12", "pharmacy", "Toyama", 293_565, 436_977, "67.18"),
    ("2025-12", "clinic", "Okinawa", 358_435, 681_956, "52.56"),
    ("2025-12", "hospital", "Okinawa", 122_455, 237_219, "51.62"),
]
CONFIRMATIONS = [
    ("2025-02", "", "", 56_430_580, 211_951_351, "26.62"),
    ("2025-02", "hospital", "", 6_831_395, 15_140_259, "45.12"),
    ("2025-02", "clinic", "", 22_040_486, 88_236_848, "24.98"),
    ("2025-02", "dentist", "", 6_770_867, 17_161_172, "39.45"),
    ("2025-02", "pharmacy", "", 20_787_832, 91_413_072, "22.74"),
    ("2024-09", "", "", 27_147_812, 195_688_619, "13.87"),
    ("2024-09", "hospital", "", 3_052_854, 12_669_330, "24.10"),
    ("2024-09", "clinic", "", 9_267_062, 80_550_382, "11.50"),
    ("2024-09", "dentist", "", 2_674_074, 13_779_140, "19.41"),
    ("2024-09", "pharmacy", "", 12_153_822, 88_689_767, "13.70"),
]
PUBLISHED = [(Rate.CLAIMS, *each) for each in CLAIMS]
PUBLISHED += [(Rate.CONFIRMATIONS, *each) for each in CONFIRMATIONS]


@pytest.mark.parametrize(
    ("rate", "month", "kind", "prefecture", "above", "below", "published"), PUBLISHED
)
def test_a_published_rate_comes_of_its_numbers(
    rate, month, kind, prefecture, above, below, published
):
    counts = Counts()
    cell = Cell(month, kind=kind, prefecture=prefecture)
    counts.add(cell, rate.numerator, above)
    counts.add(cell, rate.denominator, below)
    (figure,) = figures(counts, rate, [By.MONTH, By.KIND, By.PREFECTURE])
    assert figure.group == (month, kind, prefecture)
    assert str(figure.quotient.percent) == published


@pytest.mark.parametrize(
    ("rate", "table"), [(Rate.CLAIMS, CLAIMS), (Rate.CONFIRMATIONS, CONFIRMATIONS)]
)
def test_the_published_total_is_that_of_the_four_kinds(rate, table):
    for month in {each[0] for each in table}:
        counts = Counts()
        total = next(each for each in table if each[0] == month and not each[1])
        for of, kind, prefecture, above, below, _ in table:
            if of == month and kind and not prefecture:
                counts.add(Cell(month, kind=kind), rate.numerator, above)
                counts.add(Cell(month, kind=kind), rate.denominator, below)
        (figure,) = figures(counts, rate, [By.MONTH])
        assert (figure.quotient.numerator, figure.quotient.denominator) == total[3:5]
        assert str(figure.quotient.percent) == total[5]


# Persons who used it and persons treated, in units of 10,000 as published; then the published
# shares of holders among them and of registered people among the holders, and three rates.
TREATED = [
    ("D, October 2024", 1657, 6752, "75.7", "82.0", ("24.5", "32.4", "39.6")),
    ("C, February 2025", 2541, 6660, "78.0", "84.5", ("38.2", "48.9", "57.9")),
    ("B, September 2024", 1384, 6615, None, None, ("20.9", "27.8", "34.3")),
]


@pytest.mark.parametrize(("_source", "used", "treated", "held", "registered", "rates"), TREATED)
def test_published_shares_of_those_treated_lie_within_what_their_rounded_numbers_allow(
    _source, used, treated, held, registered, rates
):
    """The numbers are published rounded; their rate is exact for all, and within bounds else.

    Of B, the shares of holders and registered people are not published with the rates: only the
    rate of all can be made of it.
    """
    assert str(percent(Fraction(used, treated), 1)) == rates[0]
    least, most = Fraction(2 * used - 1, 2 * treated + 1), Fraction(2 * used + 1, 2 * treated - 1)
    half = Fraction(5, 10_000)  # of the last digit of a share
    for share, rate in zip((held, registered), rates[1:], strict=True):
        if share is None:
            continue
        of = Fraction(share) / 100
        least, most = least / (of + half), most / (of - half)
        assert percent(least, 1) <= Decimal(rate) <= percent(most, 1)
    assert (held is None) == ("B" in _source)


# E, of the sites that replied: 398 in all, 26 of them large hospitals.
SURVEY = {
    "word at the desk": "95.7",
    "leaflets, posters": "96.2",
    "home page": "33.2",
    "help with registration": "26.9",
    "a person for it": "9.5",
    "a lane of its own": "4.5",
    "card not brought": "78.1",
    "the reader's operation": "41.2",
    "PIN": "45.0",
    "too few readers": "13.3",
}
REPLIES = [(398, each) for each in SURVEY.values()]


@pytest.mark.parametrize(("replies", "published"), [*REPLIES, (26, "42.3")])
def test_a_published_share_of_the_replies_is_that_of_a_whole_number_of_them(replies, published):
    shares = {str(percent(Fraction(sites, replies), 1)) for sites in range(replies + 1)}
    assert published in shares


def test_half_of_the_sites_that_were_asked_replied():
    assert 26 + 37 + 55 + 280 == 398
    assert str(percent(Fraction(398, 789), 1)) == "50.4"
