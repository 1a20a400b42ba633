"""The engine's real code, on small models: who matches, and which pictures cannot be used."""

import math
import struct
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import faces
from kazashi.reception.face.matching import Compared, FrameProblem, PhotoFlaw, PhotoUnusable
from kazashi.words import Language
from said import raises

PHOTO = faces.photo(1)
FRAMES = {encoding: faces.frame(1, encoding=encoding) for encoding in ("JPEG", "PNG")}


@pytest.mark.parametrize("encoding", ["JPEG", "PNG"])
def test_the_face_on_the_card_matches_itself(matcher, encoding):
    compared = matcher.compare(PHOTO, FRAMES[encoding])
    assert compared.is_match
    assert compared.score == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("person", range(2, 8))
def test_another_face_is_no_match(matcher, person):
    compared = matcher.compare(PHOTO, faces.frame(person))
    assert not compared.is_match
    assert compared.score < 0.5


def test_a_match_begins_at_the_configured_threshold():
    assert Compared(0.363, 0.363).is_match
    assert not Compared(0.3629, 0.363).is_match


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, True, "0.9", None, 10**400])
def test_what_is_no_finite_number_is_no_comparison(wrong):
    for compared in (Compared(wrong, 0.363), Compared(0.9, wrong)):
        assert not compared.is_usable
        assert not compared.is_match
    assert Compared(np.float32(0.9), 0).is_match is True


def test_the_threshold_is_the_configured_one(open_configured):
    strict = open_configured(threshold=0.99).compare(PHOTO, faces.frame(1, blur=1.5))
    assert (strict.threshold, strict.is_match) == (0.99, False)
    assert open_configured(threshold=0.7).compare(PHOTO, faces.frame(1, blur=1.5)).is_match


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (faces.frame(), FrameProblem.NO_FACE),
        (faces.frame(1, 2), FrameProblem.SEVERAL_FACES),
        (faces.frame(1, light=20, contrast=10), FrameProblem.TOO_DARK),
        (faces.frame(1, light=225, contrast=10), FrameProblem.TOO_BRIGHT),
        (faces.frame(1, blur=4), FrameProblem.BLURRED),
        (FRAMES["PNG"][:-500], FrameProblem.UNREADABLE),
        (FRAMES["JPEG"][:2000], FrameProblem.UNREADABLE),
        (faces.frame(1, encoding="GIF"), FrameProblem.UNREADABLE),
        (PHOTO, FrameProblem.UNREADABLE),
    ],
    ids=lambda value: value.name if isinstance(value, FrameProblem) else "frame",
)
def test_a_frame_that_cannot_be_used_is_told_apart(matcher, frame, problem):
    assert matcher.compare(PHOTO, frame) is problem


def test_a_face_far_away_is_too_small(open_configured):
    engine = open_configured(least_width_px=100)
    assert engine.compare(PHOTO, faces.frame(1)).is_match
    far = faces.frame(1, nose=faces.DARKEST, encoding="PNG")
    assert engine.compare(PHOTO, far) is FrameProblem.TOO_SMALL


def test_how_good_a_frame_must_be_is_configured(open_configured):
    engine = open_configured(least_light=10, most_light=240, least_sharpness=0)
    for looks in ({"light": 20, "contrast": 10}, {"light": 225, "contrast": 10}, {"blur": 4}):
        assert isinstance(engine.compare(PHOTO, faces.frame(1, **looks)), Compared)


def test_a_large_frame_is_scaled_down(matcher):
    small = Image.open(BytesIO(FRAMES["PNG"]))
    canvas = Image.new("RGB", (640, 640))
    canvas.paste(small)
    data = BytesIO()
    canvas.resize((1920, 1920)).save(data, "PNG")
    assert matcher.compare(PHOTO, data.getvalue()).is_match


def test_colours_reach_the_models_blue_first(matcher):
    grey = faces.picture(1)
    dark = grey.point(lambda level: level // 2)
    without_red, without_blue = BytesIO(), BytesIO()
    Image.merge("RGB", (dark, grey, grey)).save(without_red, "PNG")
    Image.merge("RGB", (grey, grey, dark)).save(without_blue, "PNG")
    assert isinstance(matcher.compare(PHOTO, without_red.getvalue()), Compared)
    assert matcher.compare(PHOTO, without_blue.getvalue()) is FrameProblem.NO_FACE


def test_a_frame_turned_by_its_camera_is_turned_back(matcher):
    turned = Image.open(BytesIO(FRAMES["PNG"])).transpose(Image.Transpose.ROTATE_90)
    exif = turned.getexif()
    exif[0x0112] = 6  # to be turned by 90° clockwise
    data = BytesIO()
    turned.save(data, "PNG", exif=exif)
    assert matcher.compare(PHOTO, data.getvalue()).is_match


def test_the_photo_may_be_dark_and_blurred(matcher):
    data = BytesIO()
    faces.picture(1, light=40, contrast=30, blur=3).save(data, "JPEG2000")
    assert isinstance(matcher.compare(data.getvalue(), FRAMES["JPEG"]), Compared)


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        (faces.photo(), "NO_FACE"),
        (faces.photo(1, 2), "SEVERAL_FACES"),
        (b"", "UNREADABLE"),
        (PHOTO[:-1], "UNREADABLE"),
        (PHOTO[: len(PHOTO) // 2], "UNREADABLE"),
        (FRAMES["JPEG"], "UNREADABLE"),
        (PHOTO + bytes(65536), "TOO_LARGE"),
    ],
)
def test_a_photo_that_cannot_be_used_says_why(matcher, photo, reason):
    with pytest.raises(PhotoUnusable) as raised:
        matcher.compare(photo, FRAMES["JPEG"])
    assert raised.value.flaw is PhotoFlaw[reason]


def _claiming(side, *, in_box, in_codestream):
    """A photo that says to be so many pixels wide and high."""
    data = bytearray(PHOTO)
    size = struct.pack(">II", side, side)
    if in_box:
        at = data.index(b"ihdr") + 4
        data[at : at + 8] = size
    if in_codestream:
        siz = data.index(b"\xff\x51")
        data[siz + 6 : siz + 14] = size  # of the picture, and of its only tile
        data[siz + 22 : siz + 30] = size
    return bytes(data)


def test_a_photo_of_too_many_pixels_is_refused_before_it_is_decoded(matcher):
    with raises(PhotoUnusable, match="too large"):
        matcher.photo_features(_claiming(1025, in_box=True, in_codestream=True))


@pytest.mark.parametrize("side", [1025, 9600, 40_000, 2**31 - 1])
@pytest.mark.parametrize(("in_box", "in_codestream"), [(True, True), (True, False), (False, True)])
def test_a_photo_that_lies_about_its_size_is_refused(matcher, side, in_box, in_codestream):
    with pytest.raises(PhotoUnusable):
        matcher.photo_features(_claiming(side, in_box=in_box, in_codestream=in_codestream))


def test_a_huge_frame_is_refused_before_it_is_decoded(matcher):
    png = bytearray(FRAMES["PNG"])
    struct.pack_into(">II", png, 16, 30_000, 30_000)
    assert matcher.compare(PHOTO, bytes(png)) is FrameProblem.UNREADABLE


def test_neither_picture_nor_features_are_left_behind(matcher):
    """What the engine keeps between two comparisons is its models and its settings."""
    before = dict(vars(matcher))
    matcher.compare(PHOTO, FRAMES["JPEG"])
    assert vars(matcher) == before
    assert vars(matcher).keys() == {"_settings", "_detector", "_recognizer"}


def test_every_problem_is_said_in_japanese_and_in_english():
    for problem in FrameProblem:
        assert problem.message.text(Language.JAPANESE).endswith("。")
        assert problem.message.text(Language.ENGLISH).isascii()
    assert len({problem.message.key for problem in FrameProblem}) == len(FrameProblem)


@st.composite
def damaged(draw, sound):
    """Bytes of a sound file, some of them others, cut somewhere."""
    data = bytearray(sound)
    for at in draw(st.lists(st.integers(0, len(data) - 1), max_size=8)):
        data[at] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@given(
    st.binary(max_size=300)
    | damaged(PHOTO)
    | damaged(PHOTO[:200]).map(lambda header: header + PHOTO[200:])
)
def test_no_bytes_as_a_photo_raise_anything_but_photo_unusable(matcher, photo):
    with suppress(PhotoUnusable):
        assert matcher.photo_features(photo).shape == (1, 128)


@given(st.binary(max_size=300) | damaged(FRAMES["PNG"]) | damaged(FRAMES["JPEG"]))
def test_no_bytes_as_a_frame_raise_anything(matcher, frame):
    answer = matcher.frame_features(frame)
    assert isinstance(answer, FrameProblem) or answer.shape == (1, 128)
