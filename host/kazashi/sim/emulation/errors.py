"""Errors of the image that an emulated Pico boots.

NoReader                kazashi/errors.py
├── ImageBroken         the image is not a complete UF2
└── ImageUnavailable    the image was not downloaded
"""

from dataclasses import dataclass
from pathlib import Path

from kazashi.errors import NoReader


@dataclass(eq=False)
class ImageBroken(NoReader):
    """`image` is not a complete UF2."""

    image: Path


@dataclass(eq=False)
class ImageUnavailable(NoReader):
    """The official image was not downloaded. `reason`: the system's message."""

    version: str
    reason: str
