"""Why staff compare a person by eye (目視確認): six preset reasons.

Source: 厚生労働省 "マイナ保険証の円滑な利用について": a forgotten PIN, injury, disability, dementia
and the like.
"""

from enum import StrEnum, unique

from kazashi.reception.texts import Message
from kazashi.reception.typed import required


@unique
class SightReason(StrEnum):
    """In the order of the screen. The values are in the journal: never reuse one."""

    FORGOTTEN_PIN = "forgotten_pin"
    INJURY = "injury"
    DISABILITY = "disability"
    DEMENTIA = "dementia"
    FACE_FAILED = "face_failed"  # the camera or face matching has trouble
    OTHER = "other"  # staff type which

    @property
    def message(self) -> Message:
        """What staff choose by."""
        return Message(f"sight-reason.{self.value.replace('_', '-')}")

    def kept(self, typed: str = "") -> str:
        """What the journal keeps: the value, or what was `typed` of OTHER.

        Raises:
            Mistyped: OTHER without a text, or with one that may not be kept.
        """
        return required("reason", typed) if self is SightReason.OTHER else self.value
