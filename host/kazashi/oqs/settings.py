"""[oqs] of the configuration: files for the reception computer.

[oqs]
institution = "1319999996"    # 医療機関コード, 10 digits

[oqs.faces.chart]             # one table for each program that reads face results
folder = "/srv/oqs/face"      # that it watches
staging = "/srv/oqs-staging"  # outside of all that it watches, same file system; default: beside
encoding = "UTF-8"            # or "Shift_JIS", the name under which cp932 goes
missing = "refuse"            # a letter that the encoding lacks; "replace": ●, and the log says so
touch = true                  # set its time once it has appeared, for programs that await a change

[oqs.terminal]                # of the centre: certificates are asked about by files
requests = "/srv/oqs/req"
responses = "/srv/oqs/res"
staging = "/srv/oqs-staging"  # as above
encoding = "UTF-8"            # or "Shift_JIS"
timeout_s = 180               # then the visit is held; what comes later is found by `kazashi held`
"""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from kazashi.oqs.encoding import Encoding, Missing
from kazashi.oqs.exchange import TIMEOUT_S, Terminal
from kazashi.oqs.faces import FaceFolder
from kazashi.oqs.publish import Folder
from kazashi.reception.settings import Flaw, Table, load

_DIGITS = 10
_LONGEST_S = 3600


@dataclass(frozen=True)
class OqsSettings:
    """`institution`: "" if nothing is configured."""

    institution: str = ""
    faces: tuple[FaceFolder, ...] = ()
    terminal: Terminal | None = None

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """What stands in the file at `path`; None: nothing is configured.

        Raises:
            BadSettings: it cannot be read, or a field is wrong.
        """
        settings, folder = (load(path), path.parent) if path else ({}, Path())
        if "oqs" not in settings:
            return cls()
        table = Table("oqs", settings["oqs"], folder)
        institution = table.text("institution")
        if not (len(institution) == _DIGITS and institution.isascii() and institution.isdigit()):
            raise table.wrong("institution", Flaw.NOT_DIGITS, str(_DIGITS))
        parts = table.tables()
        faces = parts.pop("faces").tables().values() if "faces" in parts else ()
        terminal = parts.pop("terminal", None)
        for name in parts:
            raise table.wrong(name, Flaw.NO_SUCH_FIELD)
        return cls(
            institution,
            tuple(_face(each) for each in faces),
            _terminal(terminal) if terminal else None,
        )


def _face(table: Table) -> FaceFolder:
    face = FaceFolder(
        _folder(table, "folder"),
        table.choice("encoding", Encoding.UTF_8),
        table.choice("missing", Missing.REFUSE),
        table.flag("touch", default=True),
    )
    table.close()
    return face


def _terminal(table: Table) -> Terminal:
    terminal = Terminal(
        _folder(table, "requests"),
        table.path("responses"),
        table.choice("encoding", Encoding.UTF_8),
        table.number("timeout_s", 1, _LONGEST_S, default=TIMEOUT_S),
    )
    table.close()
    return terminal


def _folder(table: Table, key: str) -> Folder:
    """Staging lies beside it unless it is named; one for several folders has a part for each."""
    path = table.path(key)
    staging = path.parent / f".{path.name}-kazashi"
    if table.has("staging"):
        part = sha256(os.fsencode(path.absolute())).hexdigest()[:8]
        staging = table.path("staging") / f"{path.name}-{part}"
    if _plain(staging).is_relative_to(_plain(path)):
        raise table.wrong("staging", Flaw.INSIDE, str(path))
    return Folder(path, staging)


def _plain(path: Path) -> Path:
    """Without `..`; links are not looked at: a folder may hang."""
    return Path(os.path.normpath(path.absolute()))
