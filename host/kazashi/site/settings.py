"""The table [database] of the configuration: the PostgreSQL of a site with many desks.

[database]
url = "postgresql://kazashi@db.local/kazashi?sslmode=verify-full"
password = "database.password" # a file of mode 0600; default: PostgreSQL's own, ~/.pgpass
desk = "受付1"                 # this computer's name there, its own; default: its host name
"""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg
from psycopg.conninfo import conninfo_to_dict

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
        read = cls(
            _url(table),
            table.text("desk") if table.has("desk") else socket.gethostname(),
            table.path("password") if table.has("password") else None,
        )
        table.close()
        return read


def _url(table: Table) -> str:
    """A password in it would stand in a file that others may read: it has a file of its own."""
    url = table.text("url")
    try:
        parts = conninfo_to_dict(url) if url.startswith(_SCHEMES) else None
    except psycopg.Error:
        parts = None
    if parts is None:
        raise table.wrong("url", Flaw.NOT_AN_ADDRESS)
    if "password" in parts:
        raise table.wrong("url", Flaw.HAS_PASSWORD)
    return url
