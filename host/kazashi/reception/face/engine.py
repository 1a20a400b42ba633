"""Opens the engine, where all that it needs is there."""

import os
from typing import TYPE_CHECKING

from kazashi.errors import KazashiError, not_installed
from kazashi.reception.face.matching import FaceNotAvailable, FaceNotConfigured, ModelUnusable
from kazashi.reception.face.settings import FaceSettings, Model

if TYPE_CHECKING:
    from kazashi.reception.face.opencv import OpenCvMatcher


def open_matcher(settings: FaceSettings | None) -> "OpenCvMatcher":
    """The engine, its models loaded and tried. `settings`: None, where nothing is configured.

    Raises:
        FaceNotAvailable: something is missing; it tells all that is.
    """
    if settings is None:
        raise FaceNotAvailable((FaceNotConfigured(),))
    lacks: list[KazashiError] = []
    engine = _engine(lacks)
    detector = _content(settings.detector, lacks)
    recognizer = _content(settings.recognizer, lacks)
    if engine is None or lacks:
        raise FaceNotAvailable((*lacks,))
    return engine(detector, recognizer, settings)


def _engine(lacks: list[KazashiError]) -> "type[OpenCvMatcher] | None":
    os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")  # version 5 warns at each load of a model
    try:
        from kazashi.reception.face.opencv import OpenCvMatcher
    except ImportError as error:
        lacks.append(not_installed(error, "face"))
        return None
    return OpenCvMatcher


def _content(model: Model, lacks: list[KazashiError]) -> bytes:
    try:
        return model.load()
    except ModelUnusable as error:
        lacks.append(error)
        return b""
