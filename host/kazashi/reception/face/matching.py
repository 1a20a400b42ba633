"""What face matching says: a score, or why the camera's picture cannot be used.

The engine behind it is exchangeable: `FaceMatcher`. engine.py opens ours, of dlib and of OpenCV.
Photo, frame and what is computed from them are written nowhere, and kept for no longer than a
comparison. The memory that they had is given back, not wiped: Python cannot.
"""

from dataclasses import dataclass
from enum import Enum, auto, unique
from pathlib import Path
from typing import Protocol, SupportsFloat

from kazashi.errors import CardError, KazashiError
from kazashi.reception.errors import ReceptionError
from kazashi.reception.texts import Message

_GREATEST = 1e9  # what the journal keeps of a number; NaN is not below it


class FaceMatcher(Protocol):
    """Compares faces."""

    def compare(self, photo: bytes, frame: bytes) -> "Compared | FrameProblem":
        """`photo`: JPEG 2000, from the card. `frame`: PNG or JPEG, from the camera.

        Raises:
            PhotoUnusable: the photo is broken, or does not show exactly one face.
        """
        ...


@dataclass(frozen=True)
class Compared:
    """Two faces. What a score means is the engine's affair; the greater, the more alike."""

    score: float
    threshold: float

    @property
    def is_usable(self) -> bool:
        """Whether both are numbers, no NaN and not infinite. If not, the engine has failed."""
        return _is_number(self.score) and _is_number(self.threshold)

    @property
    def is_match(self) -> bool:
        return self.is_usable and bool(self.score >= self.threshold)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, SupportsFloat):  # a text has none
        return False
    try:
        return abs(float(value)) <= _GREATEST
    except OverflowError:  # of an int
        return False


@unique
class FrameProblem(Enum):
    """Why a camera's picture cannot be used, said to the person in front of it."""

    UNREADABLE = auto()
    NO_FACE = auto()
    SEVERAL_FACES = auto()
    TOO_SMALL = auto()
    TOO_DARK = auto()
    TOO_BRIGHT = auto()
    BLURRED = auto()

    @property
    def message(self) -> Message:
        """What the person is told."""
        return Message(f"face.{self.name.lower().replace('_', '-')}")


@unique
class PhotoFlaw(Enum):
    """What is wrong with a card's photo."""

    TOO_LARGE = auto()
    TOO_DEEP = auto()  # colours or transparency of more than 8 bits, which need kazashi[face]
    UNREADABLE = auto()
    NO_FACE = auto()
    SEVERAL_FACES = auto()


@dataclass(eq=False)
class PhotoUnusable(CardError):
    """`flaw`: what is wrong with the photo on the card."""

    flaw: PhotoFlaw


@dataclass(eq=False)
class FaceNotAvailable(ReceptionError):
    """`lacks`: all that is missing."""

    lacks: tuple[KazashiError, ...]


class FaceNotConfigured(ReceptionError):
    """Neither does the configuration name models, nor are dlib's installed."""


@dataclass(eq=False)
class NoFaceWheel(ReceptionError):
    """dlib has no wheel for this `platform`: OpenCV's engine is left."""

    platform: str


@unique
class ModelFlaw(Enum):
    """What is wrong with a model's file."""

    UNREADABLE = auto()  # `said`: in the system's words
    OTHER_CONTENT = auto()  # `said`: its SHA-256
    OTHER_KIND = auto()  # `said`: the kind that it should be


@dataclass(eq=False)
class ModelUnusable(ReceptionError):
    """`path`: a model's file. `said`: see `flaw`."""

    path: Path
    flaw: ModelFlaw
    said: str
