"""The table [face] of the configuration.

    [face]
    detector = "face_detection_yunet_2023mar.onnx"
    detector_sha256 = "8f2383e4…"
    recognizer = "face_recognition_sface_2021dec.onnx"
    recognizer_sha256 = "0ba9fbfa…"
    threshold = 0.363
    threshold_source = "OpenCV, tutorial dnn_face: best accuracy on LFW"
    threshold_meaning = "cosine similarity; from it on, two faces are taken for one person's"

With `engine = "opencv"`, the default if there is a `detector`, the threshold is a cosine
similarity, -1 to 1; from it on, two faces are one person's. OpenCV's 0.363 told most pairs of LFW
right; for harder pictures it gives 0.212 to 0.340. With `engine = "dlib"`, the default else, models
and threshold need not be named: see dlib_models.py. None of them is an operating point for a
reception: measure your own with `kazashi face evaluate`.

    presence_check = true  # the head is turned as asked, after a match: see presence.py
    code_b = "before"      # 照合番号B is asked for before the tap; "at_reader" (default), "none"
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Self

from kazashi.reception.face.dlib_models import DLIB_MEANING, DLIB_SCORE, DLIB_SOURCE, dlib_models
from kazashi.reception.face.model import Model
from kazashi.reception.rules import CodeB
from kazashi.reception.settings import Flaw, Table


@unique
class Engine(StrEnum):
    """Which program finds and compares faces."""

    DLIB = "dlib"
    OPENCV = "opencv"


@dataclass(frozen=True)
class FaceSettings:
    """Which models, when two faces are the same, and which frames are good enough.

    The defaults from `least_width_px` on are assumptions: no camera at a desk was measured.
    """

    engine: Engine
    detector: Model  # dlib: of five points on a face
    recognizer: Model
    threshold: float
    threshold_source: str
    threshold_meaning: str  # what a score at the threshold says
    least_width_px: float  # of a face, once the frame is scaled down to 640 pixels
    least_light: float  # mean of the face's grey levels, 0 to 255
    most_light: float
    least_sharpness: float  # variance of the Laplacian of the face, at 112 x 112 pixels
    pause_s: float  # after five failures in a row
    presence_check: bool

    @classmethod
    def of(cls, settings: Mapping[str, object], folder: Path) -> Self:
        """The settings in a configuration, or dlib's. `folder`: that of its file.

        Raises:
            BadSettings: a field is missing or wrong, or there is none of that name.
            FaceNotAvailable: dlib's models are not installed.
        """
        table = Table("face", settings.get("face", {}), folder)
        code_b_of(table)
        engine = _engine(table)
        is_dlib = engine is Engine.DLIB
        detector, recognizer = dlib_models() if is_dlib else _models(table)
        face = cls(
            engine=engine,
            detector=detector,
            recognizer=recognizer,
            threshold=table.number("threshold", -1, 1, default=DLIB_SCORE if is_dlib else None),
            threshold_source=_text(table, "threshold_source", DLIB_SOURCE if is_dlib else ""),
            threshold_meaning=_text(table, "threshold_meaning", DLIB_MEANING if is_dlib else ""),
            least_width_px=table.number("least_width_px", 1, 640, default=80),
            least_light=table.number("least_light", 0, 255, default=50),
            most_light=table.number("most_light", 0, 255, default=210),
            least_sharpness=table.number("least_sharpness", 0, 100_000, default=40),
            pause_s=table.number("pause_s", 1, 3600, default=60),
            presence_check=table.flag("presence_check"),
        )
        table.close()
        if face.least_light >= face.most_light:
            raise table.wrong("most_light", Flaw.NOT_ABOVE, "least_light")
        return face


def code_b_of(table: Table) -> CodeB:
    """When 照合番号B is asked for: what holds even if no face can be matched here."""
    return table.choice("code_b", CodeB.AT_READER)


def _engine(table: Table) -> Engine:
    names_models = any(map(table.has, ("detector", "detector_sha256", "recognizer")))
    return table.choice("engine", Engine.OPENCV if names_models else Engine.DLIB)


def _text(table: Table, key: str, default: str) -> str:
    return default if default and not table.has(key) else table.text(key)


def _models(table: Table) -> tuple[Model, Model]:
    return _model(table, "detector"), _model(table, "recognizer")


def _model(table: Table, key: str) -> Model:
    path, digest = table.path(key), table.text(f"{key}_sha256").lower()
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise table.wrong(f"{key}_sha256", Flaw.NOT_HEXADECIMAL, "64")
    return Model(path, digest)
