"""Opens the engine, where all that it needs is there."""

import os
from typing import TYPE_CHECKING

from kazashi.reception.face.matching import FaceNotAvailable
from kazashi.reception.face.settings import FaceSettings, Model

if TYPE_CHECKING:
    from kazashi.reception.face.opencv import OpenCvMatcher


def open_matcher(settings: FaceSettings | None) -> "OpenCvMatcher":
    """The engine, its models loaded and tried. `settings`: None, where nothing is configured.

    Raises:
        FaceNotAvailable: something is missing; it tells all that is.
    """
    if settings is None:
        raise FaceNotAvailable("no models are configured: give a --config with a table [face]")
    reasons: list[str] = []
    engine = _engine(reasons)
    detector = _content(settings.detector, reasons)
    recognizer = _content(settings.recognizer, reasons)
    if engine is None or reasons:
        raise FaceNotAvailable(*reasons)
    return engine(detector, recognizer, settings)


def _engine(reasons: list[str]) -> "type[OpenCvMatcher] | None":
    os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")  # version 5 warns at each load of a model
    try:
        from kazashi.reception.face.opencv import OpenCvMatcher
    except ImportError as error:
        reasons.append(f"{error.name} is missing: install kazashi[face]")
        return None
    return OpenCvMatcher


def _content(model: Model, reasons: list[str]) -> bytes:
    try:
        return model.load()
    except FaceNotAvailable as error:
        reasons += error.reasons
        return b""
