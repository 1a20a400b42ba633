"""照合番号B is read off pictures of drawn cards; no real card's print was at hand."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import card_fronts
from card_fronts import front, jpeg, seen
from kazashi.reception.front.ocr import lines_of
from kazashi.reception.front.printed import code_b_of

TODAY = date(2026, 11, 29)


@pytest.fixture(params=["BIZUDGothic", "BIZUDPGothic", "NotoSansCJK", "NotoSerifCJK"])
def font(request):
    found = [path for path in card_fronts.fonts() if path.name.startswith(f"{request.param}-")]
    if not found:
        pytest.skip(card_fronts.MISSING)
    return found[0]


def read(picture):
    return code_b_of(lines_of(jpeg(picture)), TODAY)


def test_the_code_is_read_off_a_card_in_each_font(font):
    assert read(seen(front(font=font))) == "01033120291234"


@pytest.mark.parametrize("tilt", [12, 90, 180, 270])
def test_a_card_may_lie_in_any_direction(tilt):
    width = 0.4 if tilt in (90, 270) else 0.7
    card = front(font=card_fronts.any_font())
    assert read(seen(card, tilt=tilt, width=width)) == "01033120291234"


def test_a_camera_may_look_aslant_in_poor_light():
    card = front(font=card_fronts.any_font())
    assert read(seen(card, lean=0.15, blur=1.2, noise=40, light=0.5)) == "01033120291234"


def test_a_card_of_which_nothing_is_legible_gives_no_code():
    assert read(seen(front(font=card_fronts.any_font()), blur=8)) is None


def test_a_picture_without_a_card_gives_no_code():
    from PIL import Image

    assert read(Image.new("RGB", (1280, 720), (70, 75, 80))) is None


@settings(max_examples=50)
@given(st.binary(max_size=300))
def test_bytes_that_are_no_picture_have_no_lines(noise):
    assert lines_of(noise) == []
