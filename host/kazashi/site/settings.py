"""The table [database] of the configuration: the PostgreSQL of a site with many desks.

[database]
url = "postgresql://kazashi@db.local/kazashi?sslmode=verify-full"  # without a password
password = "database.password" # a file of mode 0600; default: PostgreSQL's own, ~/.pgpass
desk = "受付1"                 # the name of this computer there; default: its host name
"""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from kazashi.reception.settings import Flaw, Table, load

_SCHEMES = ("postgresql://", "postgres://")


@dataclass(frozen=True)
class DatabaseSettings:
    """`password`: a file; None: PostgreSQL's own means."""

    url: str
    desk: str
    password: Path | None = None

    @classmethod
    def read(cls, path: Path | None) -> Self | None:
        """What stands in the file at `path`; None: there is no database.

        Raises:
            BadSettings: it cannot be read, or a field is wrong.
        """
        settings, folder = (load(path), path.parent) if path else ({}, Path())
        if "database" not in settings:
            return None
        table = Table("database", settings["database"], folder)
        url = table.text("url")
        if not url.startswith(_SCHEMES):
            raise table.wrong("url", Flaw.NOT_ONE_OF, ", ".join(_SCHEMES))
        read = cls(
            url,
            table.text("desk") if table.has("desk") else socket.gethostname(),
            table.path("password") if table.has("password") else None,
        )
        table.close()
        return read
