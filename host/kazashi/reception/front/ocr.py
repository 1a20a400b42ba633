"""Printed lines of a picture, found by RapidOCR with the models in its package (PP-OCRv6, small).

It finds lines at any angle, and turns them upright by itself. The models are named by their files,
so that it never fetches any from the network.
"""

import math
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, cast

import numpy as np
import rapidocr

from kazashi.reception.face.pictures import CAMERA_FRAME, PictureUnusable, decode
from kazashi.reception.front.printed import Line

_SIDE = 1280  # pixels: a card fills about half of a frame, and its small print is 2 mm high
_FIND_SIDE = 960  # lines are found as well in a smaller picture, in two thirds of the CPU time
_LEAST_SIDE = 32  # of a picture that may have lines
_MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
_one_at_a_time = Lock()  # all desks share one engine: it takes 0.3 GB, and every core


def lines_of(frame: bytes) -> list[Line]:
    """What stands on `frame`, PNG or JPEG; nothing if it is no picture."""
    try:
        picture = decode(frame, CAMERA_FRAME, _SIDE)
    except PictureUnusable:
        return []
    if min(picture.size) < _LEAST_SIDE:
        return []
    pixels = np.asarray(picture)[:, :, ::-1]  # blue first, as OpenCV has it
    with _one_at_a_time:
        found = cast("Any", _engine()(pixels))
    if found.txts is None:
        return []
    return [_line(text, box) for text, box in zip(found.txts, found.boxes, strict=True)]


def load() -> None:
    """The models, which the first picture would wait for."""
    _engine()


@cache
def _engine() -> rapidocr.RapidOCR:
    folder = Path(rapidocr.__file__).parent / "models"
    files = {f"{part}.model_path": str(folder / name) for part, name in _MODELS.items()}
    quick = {"Det.limit_type": "max", "Det.limit_side_len": _FIND_SIDE}
    return rapidocr.RapidOCR(params={"Global.log_level": "critical", **files, **quick})


def _line(text: str, box: Any) -> Line:
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = ((float(x), float(y)) for x, y in box)
    width = max(math.dist((x1, y1), (x2, y2)), math.dist((x2, y2), (x3, y3)))
    return Line(text, (x1 + x2 + x3 + x4) / 4, (y1 + y2 + y3 + y4) / 4, width)
