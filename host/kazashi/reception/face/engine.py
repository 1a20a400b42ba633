"""Opens the configured engine, if all that it needs is there."""

import os
import platform
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kazashi.errors import KazashiError, not_installed
from kazashi.reception.face.dlib_models import has_wheel
from kazashi.reception.face.matching import (
    Compared,
    FaceMatcher,
    FaceNotAvailable,
    FrameProblem,
    ModelUnusable,
    NoFaceWheel,
)
from kazashi.reception.face.model import Model
from kazashi.reception.face.settings import Engine, FaceSettings

if TYPE_CHECKING:
    from kazashi.reception.face.dlib_engine import DlibMatcher
    from kazashi.reception.face.opencv import OpenCvMatcher


def open_matcher(settings: FaceSettings) -> "DlibMatcher | OpenCvMatcher":
    """The engine, its models loaded and tried.

    Raises:
        FaceNotAvailable: something is missing; it tells all that is.
    """
    return _dlib(settings) if settings.engine is Engine.DLIB else _opencv(settings)


def matcher_of(settings: FaceSettings) -> FaceMatcher:
    """OpenCV's models are loaded at once, since a configuration names them; dlib's, which take
    0.7 s, at the first face.

    Raises:
        FaceNotAvailable: something is missing; it tells all that is.
    """
    if settings.engine is Engine.OPENCV:
        return open_matcher(settings)
    if find_spec("dlib") is None:
        raise FaceNotAvailable((_missing(ModuleNotFoundError(name="dlib")),))
    return _Later(lambda: _dlib(settings))


class _Later:
    """A matcher that is opened when it is first used."""

    def __init__(self, open_it: "Callable[[], DlibMatcher]") -> None:
        self._open = open_it
        self._opened: DlibMatcher | None = None

    def compare(self, photo: bytes, frame: bytes) -> Compared | FrameProblem:
        return self._matcher().compare(photo, frame)

    def turned(self, frame: bytes) -> float | FrameProblem:
        return self._matcher().turned(frame)

    def _matcher(self) -> "DlibMatcher":
        if self._opened is None:
            self._opened = self._open()
        return self._opened


def _dlib(settings: FaceSettings) -> "DlibMatcher":
    try:
        from kazashi.reception.face.dlib_engine import DlibMatcher
    except ImportError as error:
        raise FaceNotAvailable((_missing(error),)) from error
    return DlibMatcher(settings)


def _missing(error: ImportError) -> KazashiError:
    """Why dlib cannot be imported."""
    machine, (major, minor, *_) = platform.machine(), sys.version_info
    if error.name == "dlib" and not has_wheel(sys.platform, machine, (major, minor)):
        return NoFaceWheel(f"{platform.system()} {machine}, Python {major}.{minor}")
    return not_installed(error, "face")


def _opencv(settings: FaceSettings) -> "OpenCvMatcher":
    lacks: list[KazashiError] = []
    engine = _opencv_class(lacks)
    detector = _content(settings.detector, lacks)
    recognizer = _content(settings.recognizer, lacks)
    if engine is None or lacks:
        raise FaceNotAvailable((*lacks,))
    return engine(detector, recognizer, settings)


def _opencv_class(lacks: list[KazashiError]) -> "type[OpenCvMatcher] | None":
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
