"""Why an emulated Pico has nothing to boot.

NoReader                kazashi/errors.py
├── ImageBroken         it is not a whole UF2
└── ImageUnavailable    it was not downloaded
"""

from dataclasses import dataclass
from pathlib import Path

from kazashi.errors import NoReader


@dataclass(eq=False)
class ImageBroken(NoReader):
    """`image` is not a whole UF2."""

    image: Path


@dataclass(eq=False)
class ImageUnavailable(NoReader):
    """MicroPython's own was not downloaded, for a `reason` in the system's words."""

    version: str
    reason: str
