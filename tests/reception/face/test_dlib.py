"""dlib's published network, on photographs of people."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from kazashi.reception.face import dlib_engine
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.face.dlib_models import DLIB_SCORE
from kazashi.reception.face.engine import open_matcher
from kazashi.reception.face.evaluation import evaluate, people_in
from kazashi.reception.face.matching import FrameProblem, PhotoFlaw, PhotoUnusable
from kazashi.reception.face.presence import Turn
from kazashi.reception.face.settings import FaceSettings
from kazashi.reception.people import AskFrame
from kazashi.reception.place import Faces
from kazashi.reception.rules import Way
from kazashi.reception.visit import Outcome
from photographs import FOLDER, MISSING, ONE, OTHER, SAME, SMALL, on_a_card, opened, read
from reception_desk import in_turn

pytestmark = pytest.mark.skipif(not FOLDER, reason=MISSING)


@pytest.fixture(scope="module")
def matcher():
    return open_matcher(FaceSettings.of({}, None))


def changed(name, change):
    """The photograph with `change` applied, as a frame."""
    picture = opened(name).convert("RGB")
    picture.thumbnail((640, 640))
    data = BytesIO()
    change(picture).save(data, "PNG")
    return data.getvalue()


def test_with_a_photograph_on_the_card_that_person_checks_in_and_no_other(counter, matcher):
    card = counter.lay(certificate=1601)  # for this test alone
    card.person.photo = on_a_card(ONE)
    faces = Faces(matcher, Attempts(60.0))
    frames = {AskFrame: in_turn(read(OTHER), read(SAME))}
    visit = counter.check_in(Way.FACE, frames, faces=faces)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.FACE)
    other, same = counter.steps("face")
    assert (other["is_match"], same["is_match"]) == (False, True)
    assert same["score"] - other["score"] > 0.3


def test_the_evaluation_tells_the_pairs_apart(matcher, tmp_path):
    for person, pictures in {"a": {"photo": ONE, "1": SAME}, "b": {"photo": OTHER}}.items():
        (tmp_path / person).mkdir()
        for name, photograph in pictures.items():
            (tmp_path / person / f"{name}.jpg").write_bytes(read(photograph))
    evaluation = evaluate(matcher, people_in(tmp_path), lambda: None)
    (genuine,), (impostor,) = evaluation.genuine, evaluation.impostor
    assert genuine > DLIB_SCORE > impostor
    false_match, false_non_match = (
        rate_at(DLIB_SCORE) for rate_at in (evaluation.false_match, evaluation.false_non_match)
    )
    assert (false_match.errors, false_match.trials) == (0, 1)
    assert (false_non_match.errors, false_non_match.trials) == (0, 1)


def test_a_photo_in_which_the_face_is_small_is_looked_at_twice_as_large(matcher):
    assert matcher.compare(on_a_card(OTHER), read(OTHER)).is_match


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        (ONE, lambda picture: picture.crop((0, 0, 60, 60)), FrameProblem.NO_FACE),
        (ONE, lambda picture: beside(picture, picture), FrameProblem.SEVERAL_FACES),
        (SMALL, lambda picture: picture, FrameProblem.TOO_SMALL),
        (ONE, lambda picture: picture.point(lambda level: level * 0.3), FrameProblem.TOO_DARK),
        (
            ONE,
            lambda picture: picture.point(lambda level: 190 + level * 0.3),
            FrameProblem.TOO_BRIGHT,
        ),
        (ONE, lambda picture: picture.filter(ImageFilter.GaussianBlur(8)), FrameProblem.BLURRED),
    ],
    ids=["no face", "two faces", "small", "dark", "bright", "blurred"],
)
def test_what_is_wrong_with_a_frame_is_said(matcher, name, change, problem):
    assert matcher.frame_features(changed(name, change)) is problem


@pytest.mark.parametrize("degrees", [-20, 20])
def test_a_tilted_photograph_is_not_turned(matcher, degrees):
    """A person who tilts the photograph of another does not pass for turning the head."""
    turned = matcher.turned(changed(ONE, lambda picture: picture.rotate(degrees)))
    assert turned == pytest.approx(matcher.turned(read(ONE)), abs=0.05)


def beside(one, other):
    whole = Image.new("RGB", (one.width + other.width, one.height))
    whole.paste(one, (0, 0))
    whole.paste(other, (one.width, 0))
    return whole


def test_what_is_no_picture_is_said_too(matcher):
    assert matcher.frame_features(b"no picture") is FrameProblem.UNREADABLE
    with pytest.raises(PhotoUnusable) as error:
        matcher.compare(b"no photo", read(ONE))
    assert error.value.flaw is PhotoFlaw.UNREADABLE


def test_a_head_that_turns_is_seen_to(matcher):
    as_it_is = matcher.turned(read(SAME))
    mirrored = matcher.turned(changed(SAME, lambda picture: picture.transpose(0)))
    assert as_it_is == pytest.approx(-mirrored, abs=0.05)
    turn = Turn.LEFT if mirrored > as_it_is else Turn.RIGHT
    assert turn.is_seen(as_it_is, mirrored) == (abs(mirrored - as_it_is) >= 0.25)
    assert not turn.is_seen(mirrored, as_it_is)


def test_the_model_that_excludes_commercial_use_is_never_opened(monkeypatch):
    opened = []

    def note(kind):
        def open_it(path):
            opened.append(Path(path).name)
            return kind(path)

        open_it.__name__ = kind.__name__
        return open_it

    for name in ("shape_predictor", "face_recognition_model_v1"):
        monkeypatch.setattr(dlib_engine.dlib, name, note(getattr(dlib_engine.dlib, name)))
    open_matcher(FaceSettings.of({}, None))
    assert opened == [
        "shape_predictor_5_face_landmarks.dat",
        "dlib_face_recognition_resnet_model_v1.dat",
    ]
