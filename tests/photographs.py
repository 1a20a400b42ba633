"""Photographs of people, in the folder that KAZASHI_PHOTOGRAPHS names.

They are those of face_recognition 1.3.0's source package; `.ci/photographs` fetches them.
"""

import os
from io import BytesIO
from pathlib import Path

from PIL import Image

FOLDER = os.environ.get("KAZASHI_PHOTOGRAPHS")
MISSING = "no photographs: KAZASHI_PHOTOGRAPHS=$(.ci/photographs FOLDER)"
ONE, SAME, OTHER, SMALL = "obama.jpg", "obama2.jpg", "biden.jpg", "obama3.jpg"


def opened(name):
    return Image.open(Path(FOLDER) / name)


def read(name):
    return (Path(FOLDER) / name).read_bytes()


def on_a_card(name, side=400):
    """As small and grey as on a card; how much a real one is compressed is not published."""
    picture = opened(name).convert("L")
    picture.thumbnail((side, side))
    data = BytesIO()
    lossy = {"irreversible": True, "quality_mode": "rates", "quality_layers": [10]}
    picture.save(data, "JPEG2000", **lossy)
    return data.getvalue()
