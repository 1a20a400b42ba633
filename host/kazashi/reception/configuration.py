"""The whole configuration of a reception, as its parts have read it.

[journal]
keep_days = 365       # visits are deleted after that; default: never

[consents]
hours = 24            # how long a consent lasts

[visual]
passcode = "scrypt$…" # of the site, for visual checks: see passcode.py
photo_from_chip = true  # staff are shown the photo in the chip, too; 照合番号B opens it

[anchors] is explained in anchor_settings.py, [face] in face/settings.py. Paths are relative to the
file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Self

from kazashi.reception.anchor_settings import configured_anchors
from kazashi.reception.anchors import Anchors
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.face.engine import open_matcher
from kazashi.reception.face.matching import FaceNotAvailable
from kazashi.reception.face.settings import FaceSettings
from kazashi.reception.passcode import Passcode, configured_passcode
from kazashi.reception.place import Faces
from kazashi.reception.settings import BadSettings, Flaw, Table, load

_TABLES = ("anchors", "consents", "face", "journal", "visual")
_LONGEST_DAYS = 36_500
_LONGEST_HOURS = 24 * 366


@dataclass(frozen=True)
class Configuration:
    """`keep_days`: None, for ever. `faces`: where face matching is not available, why.

    `passcode`: None if the site has none. `photo_from_chip`: whether staff see that photo, too.
    """

    anchors: Anchors
    faces: Faces | FaceNotAvailable
    keep_days: int | None
    consents_last: timedelta
    passcode: Passcode | None
    photo_from_chip: bool

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """What stands in the file at `path`; None: nothing is configured.

        Raises:
            BadSettings: it cannot be read, or a table or a field of it is wrong.
        """
        settings, folder = (load(path), path.parent) if path else ({}, Path())
        for name in settings:
            if name not in _TABLES:
                raise BadSettings(name, Flaw.NO_SUCH_TABLE, ", ".join(_TABLES))
        journal = Table("journal", settings.get("journal", {}), folder)
        consents = Table("consents", settings.get("consents", {}), folder)
        visual = Table("visual", settings.get("visual", {}), folder)
        read = cls(
            configured_anchors(settings, folder),
            _faces(settings, folder),
            journal.days("keep_days", _LONGEST_DAYS),
            timedelta(hours=consents.number("hours", 0.01, _LONGEST_HOURS, default=24)),
            configured_passcode(visual),
            visual.flag("photo_from_chip"),
        )
        for table in (journal, consents, visual):
            table.close()
        return read


def _faces(settings: Mapping[str, object], folder: Path) -> Faces | FaceNotAvailable:
    try:
        face = FaceSettings.of(settings, folder)
        matcher = open_matcher(face)
    except FaceNotAvailable as error:
        return error
    assert face is not None  # that would not have been available
    return Faces(matcher, Attempts(face.pause_s, monotonic))
