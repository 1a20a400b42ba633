"""Face matching by OpenCV: YuNet finds the face and its landmarks, SFace compares.

Ref: OpenCV tutorial dnn_face; modules/objdetect/src/face_detect.cpp and face_recognize.cpp.

Imported by engine.py alone, since it needs kazashi[face]. Not for several threads at once.
"""

from pathlib import Path
from typing import cast

import cv2
import numpy as np
from PIL import Image

from kazashi.reception.face.matching import (
    Compared,
    FaceNotAvailable,
    FrameProblem,
    ModelFlaw,
    ModelUnusable,
    PhotoFlaw,
    PhotoUnusable,
)
from kazashi.reception.face.pictures import (
    CAMERA_FRAME,
    CARD_PHOTO,
    SIDE,
    PictureUnusable,
    decode,
)
from kazashi.reception.face.presence import beside
from kazashi.reception.face.settings import FaceSettings

_LEAST_SCORE = 0.9  # of a face that YuNet is sure of: OpenCV's default
_MOST_OVERLAP = 0.3  # of two finds of the same face: OpenCV's default
_WIDTH = 2  # column of a find: x, y, width, height, five landmarks, score
_POINTS = 4  # column of the first: x and y of right eye, left eye, nose, corners of the mouth
_NO_CONFIG = np.zeros(0, np.uint8)

Pixels = cv2.typing.MatLike
Features = cv2.typing.MatLike  # 1 x 128, of any length


class OpenCvMatcher:
    """A `FaceMatcher`. Its score is the cosine similarity of SFace's features, -1 to 1."""

    def __init__(self, detector: bytes, recognizer: bytes, settings: FaceSettings) -> None:
        """`detector` and `recognizer`: ONNX.

        Raises:
            FaceNotAvailable: one of them is something else.
        """
        self._settings = settings
        try:
            self._detector = cv2.FaceDetectorYN.create(
                "onnx",
                np.frombuffer(detector, np.uint8),
                _NO_CONFIG,
                (SIDE, SIDE),
                score_threshold=_LEAST_SCORE,
                nms_threshold=_MOST_OVERLAP,
            )
            self._finds(np.zeros((SIDE, SIDE, 3), np.uint8))
        except cv2.error as error:
            raise _not_a(settings.detector.path, "YuNet face detector") from error
        try:
            self._recognizer = cv2.FaceRecognizerSF.create(
                "onnx", np.frombuffer(recognizer, np.uint8), _NO_CONFIG
            )
            self._recognizer.feature(np.zeros((112, 112, 3), np.uint8))
        except cv2.error as error:
            raise _not_a(settings.recognizer.path, "SFace face recognizer") from error

    def compare(self, photo: bytes, frame: bytes) -> Compared | FrameProblem:
        of_photo = self.photo_features(photo)
        of_frame = self.frame_features(frame)
        if isinstance(of_frame, FrameProblem):
            return of_frame
        return Compared(self.score(of_photo, of_frame), self._settings.threshold)

    def photo_features(self, photo: bytes) -> Features:
        """Of the one face on a card's photo, whatever its size, light and sharpness.

        Raises:
            PhotoUnusable: it is broken, or there is no such face.
        """
        try:
            pixels = _pixels(decode(photo, CARD_PHOTO))
        except PictureUnusable as error:
            raise PhotoUnusable(error.flaw) from error
        finds = self._finds(pixels)
        if len(finds) != 1:
            raise PhotoUnusable(PhotoFlaw.SEVERAL_FACES if len(finds) else PhotoFlaw.NO_FACE)
        return self._features(self._recognizer.alignCrop(pixels, finds[0]))

    def frame_features(self, frame: bytes) -> Features | FrameProblem:
        """Of the one face in a camera's frame that is good enough."""
        try:
            pixels = _pixels(decode(frame, CAMERA_FRAME))
        except PictureUnusable:
            return FrameProblem.UNREADABLE
        finds = self._finds(pixels)
        if len(finds) != 1:
            return FrameProblem.SEVERAL_FACES if len(finds) else FrameProblem.NO_FACE
        if finds[0][_WIDTH] < self._settings.least_width_px:
            return FrameProblem.TOO_SMALL
        face = self._recognizer.alignCrop(pixels, finds[0])
        return self._weakness(face) or self._features(face)

    def turned(self, frame: bytes) -> float | FrameProblem:
        """See `presence.SeesTurns`."""
        try:
            finds = self._finds(_pixels(decode(frame, CAMERA_FRAME)))
        except PictureUnusable:
            return FrameProblem.UNREADABLE
        if len(finds) != 1:
            return FrameProblem.SEVERAL_FACES if len(finds) else FrameProblem.NO_FACE
        at_left, at_right, nose = (
            (float(finds[0][at]), float(finds[0][at + 1])) for at in range(_POINTS, _POINTS + 6, 2)
        )
        return beside(at_left, at_right, nose)

    def score(self, one: Features, other: Features) -> float:
        """How alike two faces are."""
        score = self._recognizer.match(one, other, cv2.FaceRecognizerSF_FR_COSINE)
        return min(1.0, max(-1.0, score))  # rounding errors go past both; NaN is no likeness

    def _finds(self, pixels: Pixels) -> Pixels:
        """A row for each face."""
        finds = cast("Pixels | None", self._detector.detect(pixels)[1])
        return np.zeros((0, 15), np.float32) if finds is None else finds

    def _weakness(self, face: Pixels) -> FrameProblem | None:
        grey = cv2.cvtColor(face, cv2.COLOR_BGR2GRAY)
        light = cv2.mean(grey)[0]
        if light < self._settings.least_light:
            return FrameProblem.TOO_DARK
        if light > self._settings.most_light:
            return FrameProblem.TOO_BRIGHT
        sharpness = np.var(np.asarray(cv2.Laplacian(grey, cv2.CV_64F)))
        return FrameProblem.BLURRED if sharpness < self._settings.least_sharpness else None

    def _features(self, face: Pixels) -> Features:
        return self._recognizer.feature(face).copy()  # the tutorial does: it may be OpenCV's own


def _not_a(path: Path, kind: str) -> FaceNotAvailable:
    return FaceNotAvailable((ModelUnusable(path, ModelFlaw.OTHER_KIND, kind),))


def _pixels(picture: Image.Image) -> Pixels:
    """As OpenCV wants them: blue first. The published YuNet takes SIDE x SIDE and nothing else."""
    canvas = Image.new("RGB", (SIDE, SIDE))
    canvas.paste(picture)
    return cv2.cvtColor(np.asarray(canvas), cv2.COLOR_RGB2BGR)
