"""New certificates to confirm, in a browser: whole, readable, decided by a press or a number."""

from hashlib import sha256

import pytest
from playwright.sync_api import expect

from browser.conftest import DESKS, PC
from browser.serving import STAFF, Serving
from browser.staff import StaffScreen
from browser.test_staff_states import judged
from kazashi.reception.centre import Eligibility, Standing
from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.reception.numbers.lists import Line
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.patient import Expected, FoundBy, FoundPatient
from kazashi.reception.numbers.store import NumbersFile
from kazashi.reception.numbers.ties import Kind, joined, said
from kazashi.reception.visit import Visit
from kazashi.serve.screen import Step
from kazashi.serve.service import Service
from served_desks import site

KNOWN, UNKNOWN, OTHER, CONTESTED = (
    sha256(each).hexdigest() for each in (b"known", b"unknown", b"other", b"contested")
)
TOLD = {"Name": "見本　太郎", "Birthdate": "19800115"}


@pytest.fixture
def numbers(tmp_path):
    """Two certificates are offered, of a known patient, and of nobody known; then a 照会番号 that
    nobody has, and a certificate of which two desks said different numbers.
    """
    numbers = NumbersFile(tmp_path / "numbers.db", Marks(bytes(32)))
    numbers.take([Line(2, "0012", "A-1", subsidy=True)])
    for visit, (references, certificate) in enumerate([(["A-1"], KNOWN), ([], UNKNOWN)], 7):
        numbers.offer(references, certificate, visit, is_test=False)
    numbers.take([Line(2, "0056", certificate=numbers.marks.of(OTHER))])
    numbers.offer(["A-9"], OTHER, 9, is_test=False)
    mark, at = numbers.marks.of(CONTESTED), "2026-11-29T10:00:00+09:00"
    first, other = (
        said(None, Kind.CERTIFICATE, mark, number, staff, at)
        for number, staff in (("0078", "佐藤"), ("0090", "鈴木"))
    )
    NumbersCopy(numbers).take([], [joined(first, other)], 1)
    return numbers


@pytest.fixture
def office(tmp_path, numbers, open_screen):
    """A staff screen; the visit of the known patient has just ended at desk 1."""
    of_site = site(tmp_path / "journal.db", is_test=False, numbers=numbers)
    served = Serving(tmp_path / "serve", lambda: Service(DESKS, of_site), is_played=True)
    served.start()
    expects = (Expected.SUBSIDY,)
    patient = FoundPatient("0012", FoundBy.REFERENCE, True, expects=expects, missing=expects)
    answer = Eligibility("1", Standing.VALID, (TOLD,))
    desk = served.service.desk("1")
    desk.last = Visit("desk", patient=patient, eligibility=answer, number=7)
    desk.display.show(Step.ENDED)
    yield StaffScreen(open_screen(served, STAFF, PC), served.address)
    served.stop()


@pytest.mark.parametrize("where", ["/numbers", "", "/desks/1"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_pages_are_whole(office, where, language):
    office.open(f"{where}?lang={language}")
    assert judged(office.page, f"numbers{where.replace('/', '-')}-{language}") == ""


def test_a_press_and_a_typed_number_decide(office, numbers):
    office.open("/numbers")
    office.page.fill("#duty", "佐藤")
    office.press("#tie-1")
    expect(office.page.locator('[data-offer="1"]')).to_have_count(0)
    office.page.fill("#number-2", "山田")
    office.press("#send-2")
    expect(office.page.locator("#slip-2")).to_be_visible()
    office.page.fill("#number-2", "0034")
    office.press("#send-2")
    expect(office.page.locator("[data-offer]")).to_have_count(2)
    office.press("#tie-3")
    expect(office.page.locator("[data-offer]")).to_have_count(1)
    office.press("#claim-4-1")
    expect(office.page.locator("[data-offer]")).to_have_count(0)
    assert numbers.of([], KNOWN).number == "0012"
    assert numbers.of([], UNKNOWN).number == "0034"
    assert numbers.of(["A-9"], "").number == "0056"
    assert numbers.of([], CONTESTED).number == "0090"
