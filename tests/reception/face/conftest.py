"""The engine, on models that know the faces of faces.py."""

import os

import pytest

import faces
from kazashi.reception.face.engine import open_matcher
from kazashi.reception.face.settings import FaceSettings
from kazashi.reception.settings import load

# OpenCV's published models are in no package; a folder that holds them may be named by hand.
collect_ignore = [] if os.environ.get("KAZASHI_FACE_MODELS") else ["test_published.py"]


@pytest.fixture(scope="session")
def open_configured(tmp_path_factory):
    """Opens the engine, with these changes to the table [face]."""

    def open_with(**changes):
        file = faces.configure(tmp_path_factory.mktemp("face"), **changes)
        return open_matcher(FaceSettings.of(load(file), file.parent))

    return open_with


@pytest.fixture(scope="session")
def matcher(open_configured):
    return open_configured()
