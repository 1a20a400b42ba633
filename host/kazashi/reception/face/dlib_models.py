"""The models that dlib's author published, as the package face-recognition-models has them.

Source: github.com/davisking/dlib-models, released into the public domain (CC0); mean accuracy
0.9938 on LFW as published, faces told apart at a distance of 0.6 (dnn_face_recognition_ex.cpp). LFW
has few Asian faces and few children: the network is known to be weaker on both.

The package is found and not imported: its code needs pkg_resources. Its predictor of 68 points
excludes commercial use, and is never loaded.
"""

from importlib.util import find_spec
from pathlib import Path

from kazashi.reception.face.matching import FaceNotAvailable, FaceNotConfigured
from kazashi.reception.face.model import Model

DLIB_DISTANCE = 0.6
DLIB_SCORE = 1 - DLIB_DISTANCE
DLIB_SOURCE = "dlib, dnn_face_recognition_ex: distance 0.6, 0.9938 mean accuracy on LFW"
DLIB_MEANING = (
    "1 - distance of dlib's descriptors; from it on, two faces are taken for one person's"
)

# Computers that dlib-bin has wheels for, and the first Python without: as in pyproject.toml.
_WHEELS = (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64"))
_NO_WHEEL_FROM = (3, 15)

_PACKAGE = "face_recognition_models"
_POINTS = (
    "shape_predictor_5_face_landmarks.dat",
    "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
)
_NETWORK = (
    "dlib_face_recognition_resnet_model_v1.dat",
    "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
)


def dlib_models() -> tuple[Model, Model]:
    """The predictor of five points, and the network.

    Raises:
        FaceNotAvailable: the package is not installed.
    """
    found = find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise FaceNotAvailable((FaceNotConfigured(),))
    folder = Path(found.submodule_search_locations[0]) / "models"
    points, network = (Model(folder / name, digest) for name, digest in (_POINTS, _NETWORK))
    return points, network


def has_wheel(system: str, machine: str, python: tuple[int, int]) -> bool:
    """Whether dlib-bin can be installed. `system`: sys.platform; `machine`: platform.machine()."""
    return (system, machine) in _WHEELS and python < _NO_WHEEL_FROM
