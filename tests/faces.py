"""Faces without people: small models shaped like YuNet and SFace, and pictures with faces for them.

A face is a square of random blocks around a nose: one cell of the detector's grid, 32 x 32 pixels,
brighter than anything else. The blocks are who the person is; how bright the nose is, says how
large the face is taken to be.
"""

import math
import random
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw, ImageFilter

CELL = 32
FACE = 5 * CELL  # pixels of a face with the brightest nose
BRIGHTEST, DARKEST = 255, 240  # noses: of a face of FACE pixels, and of half as many
_SIDE = 640  # of the detector's input
_BLOCK = 20

# Where SFace wants eyes, nose and mouth in its 112 x 112 pixels: OpenCV, face_recognize.cpp.
_LANDMARKS = (
    *((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366)),
    *((41.5493, 92.3655), (70.7299, 92.2041)),
)


def photo(*people: int) -> bytes:
    """As it lies on a card: JPEG 2000, grey."""
    return _encoded(picture(*people), "JPEG2000")


def frame(*people: int, encoding: str = "JPEG", **looks: float) -> bytes:
    """As it comes from a camera. `looks`: those of `picture`."""
    return _encoded(picture(*people, **looks).convert("RGB"), encoding)


def picture(
    *people: int, nose: int = BRIGHTEST, light: float = 128, contrast: float = 90, blur: float = 0
) -> Image.Image:
    """People in a row, in grey."""
    canvas = Image.new("L", (7 * CELL * max(1, len(people)), 9 * CELL), 60)
    for i, person in enumerate(people):
        left, top = (7 * i + 1) * CELL, 2 * CELL
        dice = random.Random(person)
        draw = ImageDraw.Draw(canvas)
        for y in range(top, top + FACE, _BLOCK):
            for x in range(left, left + FACE, _BLOCK):
                level = round(light + contrast * dice.uniform(-1, 1))
                draw.rectangle((x, y, x + _BLOCK - 1, y + _BLOCK - 1), level)
        edge = 3 * round(blur)  # that far the blur reaches into the nose
        at = (left + 2 * CELL - edge, top + 2 * CELL - edge)
        draw.rectangle((*at, at[0] + CELL - 1 + 2 * edge, at[1] + CELL - 1 + 2 * edge), nose)
    return canvas.filter(ImageFilter.GaussianBlur(blur)) if blur else canvas


def _encoded(image: Image.Image, encoding: str) -> bytes:
    data = BytesIO()
    image.save(data, encoding)
    return data.getvalue()


def configure(folder: Path, **changes: object) -> Path:
    """A configuration file in `folder`, beside models that know these faces."""
    (folder / "detector.onnx").write_bytes(detector())
    (folder / "recognizer.onnx").write_bytes(recognizer())
    fields = {
        "detector": "detector.onnx",
        "detector_sha256": sha256(detector()).hexdigest(),
        "recognizer": "recognizer.onnx",
        "recognizer_sha256": sha256(recognizer()).hexdigest(),
        "threshold": 0.6,
        "threshold_source": "these pictures",
        "threshold_meaning": "cosine similarity",
    }
    lines = [f"{key} = {value!r}" for key, value in (fields | changes).items()]
    file = folder / "kazashi.toml"
    file.write_text("\n".join(["[face]", *lines]))
    return file


def detector() -> bytes:
    """Finds a face around each nose, at stride 32. Strides 8 and 16 find nothing."""
    slope = math.log(2) / (BRIGHTEST - DARKEST)
    landmarks = [((v - 56) * FACE / 112 + CELL / 2) / CELL for at in _LANDMARKS for v in at]
    constants = {
        "threshold": np.float32(DARKEST - 2),
        "first": np.array([0], np.int64),
        "zero": np.float32(0),
        "one": np.float32(1),
        "half": np.float32(0.5),
        "brightest": np.float32(BRIGHTEST),
        "slope": np.float32(slope),
        "largest": np.float32(math.log(FACE / CELL)),
        "landmarks": np.array(landmarks, np.float32).reshape(1, 1, 10),
    }
    nodes = [
        *_levels(32, constants),
        _node("Sub", "levels_32 threshold", "above"),
        _node("Clip", "above zero one", "cls_32"),
        _node("Clip", "above zero one", "obj_32"),
        _node("Sub", "levels_32 brightest", "darker"),
        _node("Mul", "darker slope", "smaller"),
        _node("Add", "smaller largest", "width"),
        _node("Mul", "levels_32 zero", "nothing_32"),
        _node("Add", "nothing_32 half", "middle"),
        _node("Concat", "middle middle width width", "bbox_32", axis=2),
        _node("Concat", "nothing_32 " * 10, "nothing_kps", axis=2),
        _node("Add", "nothing_kps landmarks", "kps_32"),
    ]
    for stride in (8, 16):
        nodes += _levels(stride, constants)
        nodes.append(_node("Mul", f"levels_{stride} zero", f"nothing_{stride}"))
        for name, size in _OUTPUTS.items():
            made = _node("Concat", f"nothing_{stride} " * size, f"{name}_{stride}", axis=2)
            nodes.append(made)
    outputs = {
        f"{name}_{stride}": (1, (_SIDE // stride) ** 2, size)
        for name, size in _OUTPUTS.items()
        for stride in (8, 16, 32)
    }
    return _model(nodes, {"input": (1, 3, _SIDE, _SIDE)}, outputs, constants)


_OUTPUTS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}


def _levels(stride: int, constants: dict[str, np.ndarray]) -> list[onnx.NodeProto]:
    """How bright each cell of the grid is: in blue, which YuNet takes first."""
    constants[f"row_{stride}"] = np.array([1, (_SIDE // stride) ** 2, 1], np.int64)
    cell = [stride, stride]
    return [
        _node("AveragePool", "input", f"cells_{stride}", kernel_shape=cell, strides=cell),
        _node("Gather", f"cells_{stride} first", f"blue_{stride}", axis=1),
        _node("Reshape", f"blue_{stride} row_{stride}", f"levels_{stride}"),
    ]


def recognizer() -> bytes:
    """128 features of 112 x 112 pixels: how bright its parts are, less the mean, mixed."""
    constants = {
        "mean": np.float32(128),
        "row": np.array([1, 192], np.int64),
        "mixing": np.random.default_rng(1).normal(size=(192, 128)).astype(np.float32),
    }
    nodes = [
        _node("AveragePool", "data", "cells", kernel_shape=[14, 14], strides=[14, 14]),
        _node("Sub", "cells mean", "centred"),
        _node("Reshape", "centred row", "flat"),
        _node("MatMul", "flat mixing", "fc1"),
    ]
    return _model(nodes, {"data": (1, 3, 112, 112)}, {"fc1": (1, 128)}, constants)


def _node(operator: str, inputs: str, output: str, **attributes: object) -> onnx.NodeProto:
    return helper.make_node(operator, inputs.split(), [output], **attributes)


def _model(nodes, inputs, outputs, constants) -> bytes:
    def tensors(shapes):
        kind = TensorProto.FLOAT
        return [helper.make_tensor_value_info(name, kind, shape) for name, shape in shapes.items()]

    values = [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()]
    graph = helper.make_graph(nodes, "faces", tensors(inputs), tensors(outputs), values)
    # As old as the published models, so that any OpenCV reads it.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    onnx.checker.check_model(model)
    return model.SerializeToString()
