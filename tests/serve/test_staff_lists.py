"""The staff screen: lists that are too long for a page."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from kazashi.reception.journal import Journal
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.store import NumbersFile
from kazashi.serve.staff import pages
from staff_screen import StaffScreen, elements, site_of, values


@pytest.fixture
def staff(tmp_path):
    """Three visits, of people who are held; three certificates to confirm."""
    person = {"address": "東京都", "birth": date(1985, 4, 3), "sex": 1, "reason": "down"}
    with Journal(tmp_path / "journal.db") as journal:
        for name in ("山田 一郎", "佐藤 二郎", "田中 三郎"):
            entry = journal.begin("desk", "reader")
            journal.hold(entry.id, name=name, **person)
            entry.end("held")
    numbers = NumbersFile(tmp_path / "numbers.db", Marks(bytes(32)))
    for each in (b"1", b"2", b"3"):
        numbers.offer([], sha256(each).hexdigest(), 1, is_test=False)
    site = replace(site_of(tmp_path / "journal.db"), numbers=numbers)
    return StaffScreen(tmp_path / "serve", site)


@pytest.mark.parametrize(
    ("path", "attribute", "shown"),
    [
        ("held", "data-held", ["1", "2"]),
        ("numbers", "data-offer", ["1", "2"]),
        ("journal", "data-visit", ["3", "2"]),
    ],
)
def test_a_page_has_the_first_of_a_long_list_and_says_so(
    staff, monkeypatch, path, attribute, shown
):
    monkeypatch.setattr(pages, "_MOST", 2)
    page = staff.http.get(f"/staff/{path}?lang=en")
    assert values(page, attribute) == shown
    assert "The first 2 are shown; there are more." in page.text
    monkeypatch.setattr(pages, "_MOST", 3)
    page = staff.http.get(f"/staff/{path}")
    assert (len(values(page, attribute)), elements(page, "data-cut")) == (3, [])
