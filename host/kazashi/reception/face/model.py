"""A model file of a face engine, and the only content that it may have."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from kazashi.reception.face.matching import ModelFlaw, ModelUnusable
from kazashi.reception.settings import content

_MOST = 100_000_000  # bytes; the larger of OpenCV's two has 39 million


@dataclass(frozen=True)
class Model:
    """A model file, and the only content that it may have."""

    path: Path
    sha256: str  # 64 hexadecimal digits, small letters

    def load(self) -> bytes:
        """Its content.

        Raises:
            ModelUnusable: it is not there, or is another one.
        """
        try:
            model = content(self.path, _MOST)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ModelUnusable(self.path, ModelFlaw.UNREADABLE, reason) from error
        digest = sha256(model).hexdigest()
        if digest != self.sha256:
            raise ModelUnusable(self.path, ModelFlaw.OTHER_CONTENT, digest)
        return model
