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


class Turn(StrEnum):
    """To which side, as the person in front of the camera has it."""

    LEFT = "left"
    RIGHT = "right"

    @classmethod
    def any(cls) -> "Turn":
        """One of them, which nobody can foresee."""
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
