"""The models that OpenCV publishes, if KAZASHI_FACE_MODELS names the folder that they are in.

No package has them, so without that folder these tests are not there: see conftest.py. Hashes of
opencv/opencv_zoo, as its users quote them.
"""

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kazashi.reception.face.engine import open_matcher
from kazashi.reception.face.matching import FrameProblem
from kazashi.reception.face.settings import FaceSettings

FOLDER = os.environ["KAZASHI_FACE_MODELS"]
PUBLISHED = {
    "detector": "face_detection_yunet_2023mar.onnx",
    "detector_sha256": "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    "recognizer": "face_recognition_sface_2021dec.onnx",
    "recognizer_sha256": "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
    "threshold": 0.363,
    "threshold_source": "OpenCV, tutorial dnn_face: best accuracy on LFW",
    "threshold_meaning": "cosine similarity",
}


@pytest.fixture(scope="module")
def matcher():
    return open_matcher(FaceSettings.of({"face": PUBLISHED}, Path(FOLDER)))


def test_they_see_no_face_in_noise(matcher):
    noise = np.random.default_rng(1).integers(0, 256, (480, 640, 3)).astype(np.uint8)
    data = BytesIO()
    Image.fromarray(noise).save(data, "PNG")
    assert matcher.frame_features(data.getvalue()) is FrameProblem.NO_FACE
