"""A simple presence check: after a match the person turns the head as asked.

It is no liveness check: a video of the person, or a second person's quick hand, passes it. It only
stops a still picture held before the camera by chance.

Ref: five points on a face; the nose moves beside the middle of the eyes as the head turns.
"""

import secrets
from enum import StrEnum
from typing import Protocol, runtime_checkable

from kazashi.reception.face.matching import FrameProblem
from kazashi.reception.texts import Message

_LEAST_TURN = 0.25  # of the distance of the eyes; an assumption: no camera at a desk was measured

Point = tuple[float, float]  # x to the right, y down, in pixels


class Turn(StrEnum):
    """To which side, as the person in front of the camera has it."""

    LEFT = "left"
    RIGHT = "right"

    @classmethod
    def any(cls) -> "Turn":
        """One of them, at random."""
        return secrets.choice([*cls])

    @property
    def message(self) -> Message:
        return Message(f"ask.turn.{self}")

    def is_seen(self, before: float, after: float) -> bool:
        """Whether the head has turned so, from one frame to another. See `SeesTurns`."""
        moved = after - before
        return (moved if self is Turn.LEFT else -moved) >= _LEAST_TURN


@runtime_checkable
class SeesTurns(Protocol):
    """A face matcher that can."""

    def turned(self, frame: bytes) -> float | FrameProblem:
        """How far the nose is beside the middle of the eyes, in distances of the eyes.

        Positive: to the right of a frame that is not mirrored, so to the person's left.
        """
        ...


def beside(left_eye: Point, right_eye: Point, nose: Point) -> float:
    """How far the nose is beside the middle of the eyes, along the line between them.

    `left_eye`: at the left of the frame. A head, or a picture, that is only tilted has not turned.
    """
    across = right_eye[0] - left_eye[0], right_eye[1] - left_eye[1]
    off = nose[0] - (left_eye[0] + right_eye[0]) / 2, nose[1] - (left_eye[1] + right_eye[1]) / 2
    square = across[0] ** 2 + across[1] ** 2
    return (off[0] * across[0] + off[1] * across[1]) / square if square else 0.0
