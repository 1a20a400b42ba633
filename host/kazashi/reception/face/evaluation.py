"""How often the engine errs, on a person's own pictures.

Ref: ISO/IEC 19795-1: false match rate, false non-match rate, failure-to-acquire rate.

Every photo is compared with every frame, as at the desk. Nothing is kept of them but scores.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import Protocol, TypeVar

from kazashi.reception.face.matching import FrameProblem, PhotoUnusable
from kazashi.reception.face.pictures import CAMERA_FRAME, PictureUnusable, decode
from kazashi.reception.face.rates import Rate

_CARD_SUFFIX = ".jp2"
_CAMERA_SUFFIXES = (".png", ".jpg", ".jpeg")

Features = TypeVar("Features")


class Engine(Protocol[Features]):
    """What is evaluated. `OpenCvMatcher` is one."""

    def photo_features(self, photo: bytes) -> Features: ...
    def frame_features(self, frame: bytes) -> Features | FrameProblem: ...
    def score(self, one: Features, other: Features) -> float: ...


@dataclass(frozen=True)
class Person:
    """One's pictures."""

    photo: Path
    frames: tuple[Path, ...]


@dataclass(frozen=True)
class Evaluation:
    """What came of it. `unusable`: how many pictures there was no comparing with, by reason."""

    people: int
    pictures: int
    unusable: Mapping[str, int]
    genuine: Sequence[float]  # scores, least first, of a person's photo and frame
    impostor: Sequence[float]  # of different people's

    @property
    def failure_to_acquire(self) -> Rate:
        return Rate(sum(self.unusable.values()), self.pictures)

    def false_match(self, threshold: float) -> Rate:
        """Different people, taken for one."""
        trials = len(self.impostor)
        return Rate(trials - bisect_left(self.impostor, threshold), trials)

    def false_non_match(self, threshold: float) -> Rate:
        """One person, taken for two."""
        return Rate(bisect_left(self.genuine, threshold), len(self.genuine))


def people_in(folder: Path) -> list[Person]:
    """A subfolder each: photo.jp2 (or .png, .jpg), all other pictures are frames.

    Raises:
        ValueError: it is not a folder like that.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder")
    people = [_person(each) for each in sorted(folder.iterdir()) if each.is_dir()]
    if not people:
        raise ValueError(f"{folder} has no subfolders: make one for each person")
    return people


def _person(folder: Path) -> Person:
    suffixes = (_CARD_SUFFIX, *_CAMERA_SUFFIXES)
    pictures = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in suffixes]
    photos = [file for file in pictures if file.stem.lower() == "photo"]
    if len(photos) != 1:
        names = " or ".join(f"photo{suffix}" for suffix in suffixes)
        raise ValueError(f"{folder} must have one photo, {names}: it has {len(photos)}")
    frames = [file for file in pictures if file.suffix.lower() != _CARD_SUFFIX]
    return Person(photos[0], tuple(file for file in frames if file != photos[0]))


def evaluate(
    engine: Engine[Features], people: Sequence[Person], tell: Callable[[], None]
) -> Evaluation:
    """Compare them all. `tell` is called after each picture.

    Raises:
        OSError: a file cannot be read.
    """
    unusable: Counter[str] = Counter()
    photos: list[tuple[int, Features]] = []
    frames: list[tuple[int, Features]] = []
    for i, person in enumerate(people):
        try:
            photos.append((i, engine.photo_features(_as_on_a_card(person.photo))))
        except PhotoUnusable as error:
            unusable[f"photo: {_plain(error.flaw)}"] += 1
        tell()
        for file in person.frames:
            features = engine.frame_features(file.read_bytes())
            if isinstance(features, FrameProblem):
                unusable[f"frame: {_plain(features)}"] += 1
            else:
                frames.append((i, features))
            tell()
    scores = {True: list[float](), False: list[float]()}
    for is_genuine, score in _scores(engine, photos, frames):
        scores[is_genuine].append(score)
    count = len(people) + sum(len(person.frames) for person in people)
    return Evaluation(len(people), count, unusable, sorted(scores[True]), sorted(scores[False]))


def _plain(problem: Enum) -> str:
    return problem.name.lower().replace("_", " ")


def _scores(
    engine: Engine[Features],
    photos: Sequence[tuple[int, Features]],
    frames: Sequence[tuple[int, Features]],
) -> Iterator[tuple[bool, float]]:
    """Of each pair; whether it is one person's."""
    for holder, photo in photos:
        for person, frame in frames:
            yield holder == person, engine.score(photo, frame)


def _as_on_a_card(file: Path) -> bytes:
    """Grey JPEG 2000. A real card's photo is smaller and more compressed, nobody says how much."""
    data = file.read_bytes()
    if file.suffix.lower() == _CARD_SUFFIX:
        return data
    try:
        picture = decode(data, CAMERA_FRAME)
    except PictureUnusable as error:
        raise PhotoUnusable(error.flaw) from error
    photo = BytesIO()
    lossy = {"irreversible": True, "quality_mode": "rates", "quality_layers": [10]}
    picture.convert("L").save(photo, "JPEG2000", **lossy)
    return photo.getvalue()
