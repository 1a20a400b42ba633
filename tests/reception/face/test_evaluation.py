"""How often the engine errs, on a folder of pictures."""

import pytest

import faces
from kazashi.drawing import SUFFIXES
from kazashi.reception.face import plot
from kazashi.reception.face.evaluation import Evaluation, evaluate, people_in


@pytest.fixture
def folder(tmp_path):
    """Three people with two good frames each; the second one's photo is no JPEG 2000."""
    for person in (1, 2, 3):
        theirs = tmp_path / f"person {person}"
        theirs.mkdir()
        (theirs / "morning.jpg").write_bytes(faces.frame(person))
        (theirs / "evening.PNG").write_bytes(faces.frame(person, blur=1, encoding="PNG"))
        (theirs / "notes.txt").write_text("not a picture")
    (tmp_path / "person 1" / "photo.jp2").write_bytes(faces.photo(1))
    (tmp_path / "person 2" / "photo.png").write_bytes(faces.frame(2, encoding="PNG"))
    (tmp_path / "person 3" / "photo.jp2").write_bytes(faces.photo(3))
    return tmp_path


def evaluated(matcher, folder):
    told = []
    evaluation = evaluate(matcher, people_in(folder), lambda: told.append(1))
    assert len(told) == evaluation.pictures
    return evaluation


def test_every_photo_meets_every_frame(matcher, folder):
    evaluation = evaluated(matcher, folder)
    assert (evaluation.people, evaluation.pictures) == (3, 9)
    assert len(evaluation.genuine) == 3 * 2
    assert len(evaluation.impostor) == 3 * 4
    assert min(evaluation.genuine) > max(evaluation.impostor)
    assert not evaluation.unusable


def test_pictures_that_cannot_be_used_are_counted_with_their_reasons(matcher, folder):
    (folder / "person 1" / "two.png").write_bytes(faces.frame(1, 2, encoding="PNG"))
    (folder / "person 2" / "broken.jpg").write_bytes(b"")
    (folder / "person 3" / "photo.jp2").write_bytes(faces.photo())
    evaluation = evaluated(matcher, folder)
    assert evaluation.unusable == {
        "frame: several faces": 1,
        "frame: unreadable": 1,
        "photo: no face": 1,
    }
    assert (evaluation.failure_to_acquire.errors, evaluation.failure_to_acquire.trials) == (3, 11)
    assert len(evaluation.genuine) == 2 * 2  # nobody is compared with the third one's photo
    assert len(evaluation.impostor) == 2 * 4


def test_a_photo_that_is_broken_as_png_is_counted_as_well(matcher, folder):
    (folder / "person 2" / "photo.png").write_bytes(b"")
    assert evaluated(matcher, folder).unusable == {"photo: unreadable": 1}


def test_a_score_at_the_threshold_is_a_match():
    evaluation = Evaluation(2, 4, {}, genuine=[0.2, 0.5, 0.9], impostor=[-0.1, 0.5])
    assert evaluation.false_match(0.5).errors == 1
    assert evaluation.false_match(0.51).errors == 0
    assert evaluation.false_non_match(0.5).errors == 1
    assert evaluation.false_non_match(0.51).errors == 2


def test_one_person_alone_gives_no_false_match_rate(matcher, folder):
    for other in ("person 2", "person 3"):
        for file in (folder / other).iterdir():
            file.unlink()
        (folder / other).rmdir()
    assert evaluated(matcher, folder).false_match(0.5).value is None


@pytest.mark.parametrize(
    ("extra", "said"),
    [("photo.jpg", "it has 2"), (None, "it has 0")],
)
def test_each_person_has_one_photo(folder, extra, said):
    photo = folder / "person 1" / "photo.jp2"
    (photo.with_name(extra).write_bytes(b"")) if extra else photo.unlink()
    with pytest.raises(ValueError, match=f"person 1 must have one photo, .*: {said}"):
        people_in(folder)


def test_a_folder_without_people_is_told(tmp_path):
    with pytest.raises(ValueError, match="make one for each person"):
        people_in(tmp_path)
    with pytest.raises(ValueError, match="is no folder"):
        people_in(tmp_path / "absent")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("scores", [([0.8, 0.9], [0.1, 0.4]), ([0.8], []), ([], [])])
def test_the_plot_is_drawn_whatever_there_is(tmp_path, suffix, scores):
    files = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for file in files:
        plot.plot(Evaluation(2, 4, {}, *scores), 0.363, file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_bytes().startswith(b"<?xml" if suffix == ".svg" else b"\x89PNG")
