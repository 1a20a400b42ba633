"""Figures as a picture: drawn whatever there is, with what a reader must know in it."""

import re
from pathlib import Path

import pytest

from kazashi import drawing
from kazashi.drawing import SUFFIXES
from kazashi.stats import picture
from kazashi.stats.counts import By, Cell, Counts
from kazashi.stats.counts_file import counts_in
from kazashi.stats.found import found
from kazashi.stats.rates import Rate

HERE = Path(__file__).parent
SITES = {"山田医院": (30, 60), "b": (20, 100), "c": (90, 100)}


def counts_of(months=("2026-10", "2026-11"), sites=SITES):
    counts = Counts()
    for month in months:
        for site, (above, below) in sites.items():
            cell = Cell(month, site, kind="clinic" if site == "b" else "hospital")
            counts.add(cell, Rate.CLAIMS.numerator, above)
            counts.add(cell, Rate.CLAIMS.denominator, below)
    return counts


def texts_of(svg):
    return re.findall(r"<!-- (.*?) -->", svg.read_text("utf-8"))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("counts", "by"),
    [
        (counts_of(), (By.MONTH,)),
        (counts_of(), (By.MONTH, By.KIND)),
        (counts_of(), (By.SITE,)),
        (counts_of(("2026-11",)), (By.MONTH,)),
        (counts_of(sites={"": (1, 2)}), ()),
        (counts_of(sites={"a": (0, 0)}), (By.KIND,)),
        (Counts(), (By.MONTH,)),
    ],
)
def test_a_picture_is_drawn_whatever_there_is_and_is_the_same_again(tmp_path, suffix, counts, by):
    files = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for file in files:
        picture.plot(found(counts, Rate.CLAIMS, by), file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_bytes().startswith(b"<?xml" if suffix == ".svg" else b"\x89PNG")


@pytest.mark.parametrize("is_test", [True, False])
def test_a_picture_of_tests_says_so(tmp_path, is_test):
    file = tmp_path / "a.svg"
    picture.plot(found(counts_of(), Rate.CLAIMS, (By.KIND,), is_test=is_test), file)
    texts = texts_of(file)
    assert ("TEST: simulated visits are counted" in texts) is is_test
    assert "card persons ÷ claims, %, 2026-10 to 2026-11" in texts
    assert "sites of 50 claims a month or more, by their rate" in texts


def test_names_in_japanese_are_drawn_without_a_font_for_them_too(tmp_path, monkeypatch):
    monkeypatch.setattr(drawing, "_JAPANESE", ())
    picture.plot(found(counts_of(), Rate.CLAIMS, (By.SITE,)), tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_the_picture_in_the_documentation_is_that_of_the_made_up_sites(tmp_path):
    """kazashi stats --counts made-up-sites.csv --rate claims --by prefecture --by kind --plot …"""
    counts = counts_in([HERE / "made-up-sites.csv"])
    told = found(counts, Rate.CLAIMS, (By.PREFECTURE, By.KIND))
    picture.plot(told, tmp_path / "a.svg")
    assert texts_of(tmp_path / "a.svg") == texts_of(HERE / "figures.svg")
