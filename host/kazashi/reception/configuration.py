"""The whole configuration of a reception, as its parts have read it.

[journal]
keep_days = 365       # visits are deleted after that; default: never

[site]
kind = "clinic"       # hospital, clinic, pharmacy, occupational, checkup, midwife, practitioner

[outcomes]
accept = ["face_only"]           # exit status 0 too; of identified, face_only, seen_by_staff
ask_centre_about = ["face_only"] # though no key has proved the certificate; default: none

[visual]
passcode = "scrypt$…" # of the site, for visual checks: see passcode.py
photo_from_chip = true  # staff are shown the photo in the chip, too; 照合番号B opens it

[figures]
key = "persons.key"   # tells persons apart in the journal; made if missing; default: none

[anchors] is explained in anchor_settings.py, [face] in face/settings.py, [profiles.NAME] in
profiles.toml, [serve] and [desks.NAME] in serve/settings.py, [oqs] in oqs/settings.py,
[terminal] in health/settings.py, [numbers] in numbers/settings.py, [database]
in site/settings.py. Paths are relative to the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from kazashi.reception.anchor_settings import configured_anchors
from kazashi.reception.anchors import Anchors
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.face.engine import matcher_of
from kazashi.reception.face.matching import FaceNotAvailable
from kazashi.reception.face.presence import SeesTurns
from kazashi.reception.face.settings import FaceSettings, code_b_of
from kazashi.reception.passcode import configured_passcode
from kazashi.reception.persons import Persons, key_in
from kazashi.reception.place import Faces, Policy
from kazashi.reception.profiles import Profile, profiles_of
from kazashi.reception.settings import BadSettings, Flaw, Table, load
from kazashi.reception.visit import PERSONS

_TABLES = (
    *("anchors", "face", "journal", "outcomes", "profiles", "site", "visual"),
    *("serve", "desks", "oqs", "terminal", "numbers", "figures", "database"),
)
_LONGEST_DAYS = 36_500


@dataclass(frozen=True)
class Configuration(Policy):
    """`keep_days`: None, for ever."""

    anchors: Anchors
    keep_days: int | None
    profiles: Mapping[str, Profile]

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """What stands in the file at `path`; None: nothing is configured.

        Raises:
            BadSettings: it cannot be read, or a table or a field of it is wrong.
            PersonsKeyUnusable: the key of `[figures]` is none, and could not be made.
        """
        settings, folder = (load(path), path.parent) if path else ({}, Path())
        for name in settings:
            if name not in _TABLES:
                raise BadSettings(name, Flaw.NO_SUCH_TABLE, ", ".join(_TABLES))
        journal = Table("journal", settings.get("journal", {}), folder)
        outcomes = Table("outcomes", settings.get("outcomes", {}), folder)
        visual = Table("visual", settings.get("visual", {}), folder)
        figures = Table("figures", settings.get("figures", {}), folder)
        read = cls(
            configured_anchors(settings, folder),
            journal.days("keep_days", _LONGEST_DAYS),
            profiles_of(settings),
            faces=_faces(settings, folder),
            passcode=configured_passcode(visual),
            photo_from_chip=visual.flag("photo_from_chip"),
            code_b=code_b_of(Table("face", settings.get("face", {}), folder)),
            accepts=frozenset(outcomes.choices("accept", PERSONS)),
            asks_about=frozenset(outcomes.choices("ask_centre_about", PERSONS)),
            persons=Persons(key_in(figures.path("key"))) if figures.has("key") else None,
        )
        for table in (journal, outcomes, visual, figures):
            table.close()
        return read


def _faces(settings: Mapping[str, object], folder: Path) -> Faces | FaceNotAvailable:
    try:
        face = FaceSettings.of(settings, folder)
        matcher = matcher_of(face)
    except FaceNotAvailable as error:
        return error
    turns = matcher if face.presence_check and isinstance(matcher, SeesTurns) else None
    return Faces(matcher, Attempts(face.pause_s), turns)
