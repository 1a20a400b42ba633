"""The table [face] of the configuration.

    [face]
    detector = "face_detection_yunet_2023mar.onnx"
    detector_sha256 = "8f2383e4…"
    recognizer = "face_recognition_sface_2021dec.onnx"
    recognizer_sha256 = "0ba9fbfa…"
    threshold = 0.363
    threshold_source = "OpenCV, tutorial dnn_face: best accuracy on LFW"
    threshold_meaning = "cosine similarity; from it on, two faces are taken for one person's"

The threshold is a cosine similarity, -1 to 1; from it on, two faces are one person's. OpenCV's
0.363 told most pairs of LFW right; for harder pictures it gives 0.212 to 0.340. None of them is an
operating point for a reception: measure your own with `kazashi face evaluate`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from kazashi.reception.face.matching import ModelFlaw, ModelUnusable
from kazashi.reception.settings import Flaw, Table, content

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


@dataclass(frozen=True)
class FaceSettings:
    """Which models, when two faces are the same, and which frames are good enough.

    The defaults of the last five are assumptions: no camera at a desk was measured.
    """

    detector: Model
    recognizer: Model
    threshold: float
    threshold_source: str
    threshold_meaning: str  # what a score at the threshold says
    least_width_px: float  # of a face, once the frame is scaled down to 640 pixels
    least_light: float  # mean of the face's grey levels, 0 to 255
    most_light: float
    least_sharpness: float  # variance of the Laplacian of the face, at 112 x 112 pixels
    pause_s: float  # after five failures in a row

    @classmethod
    def of(cls, settings: Mapping[str, object], folder: Path) -> "FaceSettings | None":
        """The settings in a configuration; None: it has no [face]. `folder`: that of its file.

        Raises:
            BadSettings: a field is missing or wrong, or there is none of that name.
        """
        if "face" not in settings:
            return None
        table = Table("face", settings["face"], folder)
        face = cls(
            detector=_model(table, "detector"),
            recognizer=_model(table, "recognizer"),
            threshold=table.number("threshold", -1, 1),
            threshold_source=table.text("threshold_source"),
            threshold_meaning=table.text("threshold_meaning"),
            least_width_px=table.number("least_width_px", 1, 640, default=80),
            least_light=table.number("least_light", 0, 255, default=50),
            most_light=table.number("most_light", 0, 255, default=210),
            least_sharpness=table.number("least_sharpness", 0, 100_000, default=40),
            pause_s=table.number("pause_s", 1, 3600, default=60),
        )
        table.close()
        if face.least_light >= face.most_light:
            raise table.wrong("most_light", Flaw.NOT_ABOVE, "least_light")
        return face


def _model(table: Table, key: str) -> Model:
    path, digest = table.path(key), table.text(f"{key}_sha256").lower()
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise table.wrong(f"{key}_sha256", Flaw.NOT_HEXADECIMAL, "64")
    return Model(path, digest)
