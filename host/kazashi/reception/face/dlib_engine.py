"""Face matching by dlib: its frontal face detector, five points, and its published network.

Ref: dlib, dnn_face_recognition_ex.cpp; dlib_models.py says where the models are from.

Imported by engine.py alone, since it needs kazashi[face]. Not for several threads at once.
"""

from importlib import import_module
from typing import Any

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
from kazashi.reception.face.model import Model
from kazashi.reception.face.pictures import CAMERA_FRAME, CARD_PHOTO, PictureUnusable, decode
from kazashi.reception.face.presence import Point, beside
from kazashi.reception.face.settings import FaceSettings

dlib: Any = import_module("dlib")  # which has no types

_SIDE = 150  # pixels of a face as the network takes it
_PADDING = 0.25  # around it, as the network was trained
_GREY_SIDE = 112  # light and sharpness are measured on as many pixels as OpenCV's engine has

Pixels = np.ndarray[Any, np.dtype[np.uint8]]  # height x width x 3, red first
Features = np.ndarray[Any, np.dtype[np.float64]]  # 128


class DlibMatcher:
    """A `FaceMatcher`. Its score is 1 - the Euclidean distance of two descriptors, so 1 at most."""

    def __init__(self, settings: FaceSettings) -> None:
        """Raises FaceNotAvailable: a model is not there, or another one."""
        self._settings = settings
        self._detector: Any = dlib.get_frontal_face_detector()
        self._points: Any = _opened(settings.detector, dlib.shape_predictor)
        self._network: Any = _opened(settings.recognizer, dlib.face_recognition_model_v1)

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
        finds = self._detector(pixels, 0) or self._detector(pixels, 1)  # twice as large
        if len(finds) != 1:
            raise PhotoUnusable(PhotoFlaw.SEVERAL_FACES if finds else PhotoFlaw.NO_FACE)
        return self._features(pixels, self._points(pixels, finds[0]))

    def frame_features(self, frame: bytes) -> Features | FrameProblem:
        """Of the one face in a camera's frame that is good enough."""
        found = self._face(frame)
        if isinstance(found, FrameProblem):
            return found
        pixels, points = found
        return self._weakness(pixels, points) or self._features(pixels, points)

    def score(self, one: Features, other: Features) -> float:
        """How alike two faces are."""
        return 1 - float(np.linalg.norm(one - other))

    def turned(self, frame: bytes) -> float | FrameProblem:
        """See `presence.SeesTurns`."""
        found = self._face(frame)
        if isinstance(found, FrameProblem):
            return found
        # Corners of the eye at the right of the frame, of the one at its left, then the nose.
        corners = [(part.x, part.y) for part in (found[1].part(at) for at in range(5))]
        return beside(_middle(*corners[2:4]), _middle(*corners[:2]), corners[4])

    def _face(self, frame: bytes) -> tuple[Pixels, Any] | FrameProblem:
        """A frame, and the points of the one face in it."""
        try:
            pixels = _pixels(decode(frame, CAMERA_FRAME))
        except PictureUnusable:
            return FrameProblem.UNREADABLE
        finds = self._detector(pixels, 0)
        if len(finds) != 1:
            return FrameProblem.SEVERAL_FACES if finds else FrameProblem.NO_FACE
        if finds[0].width() < self._settings.least_width_px:
            return FrameProblem.TOO_SMALL
        return pixels, self._points(pixels, finds[0])

    def _weakness(self, pixels: Pixels, points: object) -> FrameProblem | None:
        chip = Image.fromarray(dlib.get_face_chip(pixels, points, _GREY_SIDE, _PADDING))
        grey = np.asarray(chip.convert("L"), np.float64)
        light = grey.mean()
        if light < self._settings.least_light:
            return FrameProblem.TOO_DARK
        if light > self._settings.most_light:
            return FrameProblem.TOO_BRIGHT
        beside = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
        sharpness = np.var(beside - 4 * grey[1:-1, 1:-1])  # of the Laplacian
        return FrameProblem.BLURRED if sharpness < self._settings.least_sharpness else None

    def _features(self, pixels: Pixels, points: object) -> Features:
        chip = dlib.get_face_chip(pixels, points, _SIDE, _PADDING)
        return np.array(self._network.compute_face_descriptor(chip))


def _opened(model: Model, kind: Any) -> object:
    """A model of dlib, which reads files itself; its content was checked before."""
    try:
        model.load()
        return kind(str(model.path))
    except ModelUnusable as error:
        raise FaceNotAvailable((error,)) from error
    except RuntimeError as error:  # the right digest, and dlib does not read it
        flaw = ModelUnusable(model.path, ModelFlaw.OTHER_KIND, kind.__name__)
        raise FaceNotAvailable((flaw,)) from error


def _middle(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _pixels(picture: Image.Image) -> Pixels:
    return np.asarray(picture.convert("RGB"), np.uint8)
