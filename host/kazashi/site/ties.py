"""Brings the ties of a copy into the map of the site, and what is new there into the copy.

Ties are written by one computer at a time, with numbers in the order of commits, so a copy that
has all up to a number has missed none.
"""

from collections.abc import Sequence

from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.reception.numbers.ties import Tie, joined
from kazashi.site.line import Connection

BATCH = 500  # ties of each direction in a transaction

_TIE = "kind, name, value, history, told::text, claims::text"
_WRITE = """
    INSERT INTO tie (kind, name, value, history, told, claims, serial)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (kind, name) DO UPDATE
    SET value = excluded.value, history = excluded.history, told = excluded.told,
        claims = excluded.claims, serial = excluded.serial"""
_OF_NAMES = f"""
    SELECT {_TIE} FROM tie
    JOIN unnest(%s::text[], %s::text[]) AS asked (k, n) ON kind = k AND name = n"""
_BEGIN = """
    INSERT INTO numbers (key_mark) SELECT %s WHERE NOT EXISTS (SELECT 1 FROM numbers)
    ON CONFLICT DO NOTHING"""
_JOIN = """
    INSERT INTO numbers_copy (id, computer, cursor) VALUES (%s, %s, 0)
    ON CONFLICT (id) DO NOTHING"""
_REACHED = """
    UPDATE numbers_copy SET cursor = greatest(cursor, %s), computer = %s, at = now()
    WHERE id = %s"""


class OtherKey(Exception):
    """The map's certificates were hashed with another key than this copy's."""


Unreadable = dict[tuple[str, str], int]  # serials of ties that no release wrote, by kind and name


def bring(connection: Connection, copy: NumbersCopy, computer: str, unreadable: Unreadable) -> bool:
    """The next ties, 500 at most in each direction, in one transaction. True: there are more.

    Those that cannot be read are left out, and are `unreadable` until they are replaced.

    The map knows how far each copy has come. If it knows less than the copy, it has lost something:
    then the copy begins anew, and sends all that it has.

    Raises:
        OtherKey, psycopg.Error: nothing was written.
        NumbersError
    """
    name, cursor = copy.place()
    with connection.transaction():
        connection.execute(_BEGIN, (copy.key_mark,))
        newest = newest_of(connection, copy.key_mark)
        reached = connection.execute("SELECT cursor FROM numbers_copy WHERE id = %s", (name,))
        if (reached.fetchone() or (-1,))[0] < cursor or cursor == 0:
            if cursor:
                copy.begin_anew()
                unreadable.clear()
                cursor = 0
            connection.execute(_JOIN, (name, computer))
        sent = copy.unsent(BATCH)
        if not sent and cursor == newest:
            return False
        judged = _judge(connection, sent) if sent else []
        query = f"SELECT {_TIE}, serial FROM tie WHERE serial > %s ORDER BY serial LIMIT %s"
        rows = connection.execute(query.encode(), (cursor, BATCH)).fetchall()
        cursor = rows[-1][-1] if rows else cursor
        connection.execute(_REACHED, (cursor, computer, name))
    news: list[Tie] = []
    for kind, name, *row, serial in rows:
        unreadable.pop((kind, name), None)
        if tie := _read(kind, name, *row):
            news.append(tie)
        else:
            unreadable[kind, name] = serial
    copy.take(list(zip(sent, judged, strict=True)), news, cursor)
    return BATCH in (len(sent), len(rows))


def newest_of(connection: Connection, key_mark: str) -> int:
    """Number of the newest tie; 0: there is no map yet. Raises as `bring` does."""
    row = connection.execute("SELECT key_mark, serial FROM numbers").fetchone()
    if row and row[0] != key_mark:
        raise OtherKey
    return row[1] if row else 0


def _judge(connection: Connection, sent: Sequence[Tie]) -> list[Tie]:
    """What the map has of the same names, now that it has heard of these."""
    (serial,) = connection.execute("SELECT serial FROM numbers FOR UPDATE").fetchone() or (0,)
    asked = [each.kind for each in sent], [each.name for each in sent]
    rows = connection.execute(_OF_NAMES.encode(), asked).fetchall()
    have = {(tie.kind, tie.name): tie for row in rows if (tie := _read(*row))}
    judged = [joined(have.get((each.kind, each.name)), each) for each in sent]
    written = [each for each in judged if each != have.get((each.kind, each.name))]
    with connection.cursor() as cursor:
        numbered = enumerate(written, serial + 1)
        cursor.executemany(_WRITE, [(*each.row(), number) for number, each in numbered])
    if written:
        connection.execute("UPDATE numbers SET serial = %s", (serial + len(written),))
    return judged


def _read(*row: str) -> Tie | None:
    """None: no release has written it. One that writes others has tables that ours refuses."""
    try:
        return Tie.of_row(*row)
    except (ValueError, TypeError, RecursionError):
        return None
