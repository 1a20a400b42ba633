"""Desks of other computers of the site stand on the staff screen, and theirs hear of ours."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kazashi.reception.people import AskPasscode
from staff_screen import StaffScreen, site_of, values

SHOWN = {
    "name": "受付3",
    "colour": "attn",
    "tag": "called",
    "sees": "staff",
    "is_due": True,
    "since": "2026-11-30T00:00:00+00:00",
    "is_test": False,
}


@dataclass(frozen=True)
class Other:
    shown: dict
    computer: str = "東館"
    desk: str = "3"
    is_away: bool = False


@dataclass
class Site:
    """Connects computers: `told` is what others hear of ours."""

    others: list = field(default_factory=list)
    told: dict = field(default_factory=dict)

    def show(self, desk, shown):
        self.told[desk] = shown

    def tell(self, changed):
        self.changed = changed


@pytest.fixture
def connected():
    return Site()


@pytest.fixture
def staff(tmp_path, connected):
    site = site_of(tmp_path / "journal.db")
    return StaffScreen(tmp_path / "serve", replace(site, elsewhere=connected))


def page(staff):
    return staff.http.get("/staff?lang=en")


def test_a_desk_of_another_computer_is_seen(staff, connected):
    connected.others = [Other(SHOWN)]
    shown = page(staff)
    assert values(shown, "data-elsewhere") == ["東館"]
    assert "受付3" in shown.text
    assert "Calling" in shown.text


def test_one_whose_computer_is_silent_says_so(staff, connected):
    connected.others = [Other(SHOWN, is_away=True)]
    assert "does not answer" in page(staff).text
    assert "Calling" not in page(staff).text


def test_without_others_nothing_is_said_of_them(staff):
    assert "Desks of other computers" not in page(staff).text


def test_what_another_release_wrote_is_left_out(staff, connected):
    wrong = ({"tag": "dancing"}, {"since": "2026-11-30T00:00:00"}, {"name": ""})
    wrong += ({"name": "受付\u202e3"}, {"name": "3" * 201})
    connected.others = [Other({}), *(Other(SHOWN | each) for each in wrong), Other(SHOWN, "西館")]
    assert values(page(staff), "data-elsewhere") == ["西館"]


def test_a_name_with_markup_is_a_name(staff, connected):
    connected.others = [Other(SHOWN | {"name": "<script>alert(1)</script>"})]
    assert "<script>alert" not in page(staff).text


@given(
    shown=st.dictionaries(
        st.sampled_from([*SHOWN]), st.none() | st.booleans() | st.text() | st.integers()
    )
)
@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_another_computer_wrote_the_page_is_made(shown, staff, connected):
    connected.others = [Other(SHOWN | shown)]
    assert page(staff).status_code == 200


def test_the_others_hear_what_stands_in_the_overview_alone(staff, connected):
    with staff.asked(AskPasscode()):
        told = connected.told["1"]
    assert told.keys() == SHOWN.keys()
    assert (told["is_due"], told["tag"]) == (True, "visual")
