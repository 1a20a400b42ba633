"""What face matching says: a score, or why the camera's picture cannot be used.

The engine behind it is exchangeable: `FaceMatcher`. engine.py opens ours, opencv.py.
Photo, frame and what is computed from them are written nowhere, and kept for no longer than a
comparison. The memory that they had is given back, not wiped: Python cannot.
"""

from dataclasses import dataclass
from enum import Enum, unique
from typing import Protocol

from kazashi.errors import CardError
from kazashi.reception.errors import ReceptionError
from kazashi.reception.texts import Text


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
    def is_match(self) -> bool:
        return self.score >= self.threshold


@unique
class FrameProblem(Enum):
    """Why a camera's picture cannot be used, said to the person in front of it."""

    UNREADABLE = Text(
        "カメラの画像を読み取れませんでした。もう一度、カメラを見てください。",
        "the picture cannot be read: look into the camera again",
    )
    NO_FACE = Text(
        "お顔が見つかりません。カメラの正面を向いてください。",
        "no face is seen: look straight into the camera",
    )
    SEVERAL_FACES = Text(
        "二人以上のお顔が写っています。おひとりで、カメラの前にお立ちください。",
        "several faces are seen: stand in front of the camera alone",
    )
    TOO_SMALL = Text(
        "お顔が小さく写っています。もう少し、カメラに近づいてください。",
        "the face is too small: come closer to the camera",
    )
    TOO_DARK = Text(
        "お顔が暗く写っています。明るいほうに、お顔を向けてください。",
        "the face is too dark: turn it to the light",
    )
    TOO_BRIGHT = Text(
        "お顔が明るすぎます。強い光の当たらないところで、カメラを見てください。",
        "the face is too bright: keep strong light off it",
    )
    BLURRED = Text(
        "お顔がぼやけて写っています。動かずに、カメラを見てください。",
        "the face is blurred: hold still and look into the camera",
    )

    @property
    def text(self) -> Text:
        """What the person is told."""
        return self.value


class PhotoUnusable(CardError):
    """`reason`: what is wrong with the photo on the card."""

    on_screen = "カードの写真では、お顔を確認できません。ほかの方法をお選びください。"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the photo on this card {reason}: choose another way")


class FaceNotAvailable(ReceptionError):
    """`reasons`: all that is missing, each with what to do about it."""

    on_screen = "顔認証は使えません。ほかの方法をお選びください。"

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__(f"face matching is not available: {'; '.join(reasons)}")
