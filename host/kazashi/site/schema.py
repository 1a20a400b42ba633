"""Tables of the site's database: files sql/NNN_*.sql, each run once, in their order."""

from dataclasses import dataclass
from importlib.resources import files

from psycopg import errors

from kazashi.site.line import Connection

_LOCK = 0x4B5A5342  # "KZSB": desks that start together change the tables one after the other
_NEWEST = "SELECT coalesce(max(number), 0) FROM kazashi.schema"


@dataclass
class SchemaNewer(Exception):
    """A newer release made the tables. `theirs`, `ours`: numbers of the last file."""

    theirs: int
    ours: int


def scripts() -> list[tuple[int, str]]:
    """(number, SQL) of each file."""
    folder = files("kazashi.site") / "sql"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".sql"))
    return [(int(name[:3]), (folder / name).read_text("utf-8")) for name in names]


def prepare(connection: Connection) -> None:
    """Run the files that the database has not seen; no right to make tables is needed if none is.

    Raises:
        SchemaNewer
        errors.UntranslatableCharacter: it cannot keep each character.
        psycopg.Error
    """
    if connection.info.parameter_status("server_encoding") != "UTF8":
        raise errors.UntranslatableCharacter
    if not _missing(connection):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute("CREATE SCHEMA IF NOT EXISTS kazashi")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS kazashi.schema (number integer PRIMARY KEY, "
            "at timestamptz NOT NULL DEFAULT now())"
        )
        for number, script in _missing(connection):
            connection.execute(script.encode())
            connection.execute("INSERT INTO kazashi.schema (number) VALUES (%s)", (number,))


def _missing(connection: Connection) -> list[tuple[int, str]]:
    ours, theirs = scripts(), 0
    if connection.execute("SELECT to_regclass('kazashi.schema')").fetchone() != (None,):
        (theirs,) = connection.execute(_NEWEST).fetchone() or (0,)
    if theirs > ours[-1][0]:
        raise SchemaNewer(theirs, ours[-1][0])
    return [(number, script) for number, script in ours if number > theirs]
