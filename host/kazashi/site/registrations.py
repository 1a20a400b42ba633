"""Registrations of 照会番号 in the site's database: a claim is one statement, of one computer.

Only the computer that has sent a request can find its answer. So a claim does not end while there
may be one: it is given back if nothing was sent or the centre refused, and else ends after 31 days,
when its computer looks for the answer no more.
"""

from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.site.line import Connection
from kazashi.site.reached import Reached
from kazashi.site.settings import DatabaseSettings
from kazashi.site.ties import newest_of

_NUMBER = "SELECT reference FROM registration WHERE mark = %s AND is_done"
_CLAIM = """
    INSERT INTO registration AS have (mark, reference, copy, is_done)
    VALUES (%(mark)s, %(reference)s, %(copy)s, false)
    ON CONFLICT (mark) DO UPDATE
    SET reference = excluded.reference, copy = excluded.copy, is_done = false, at = now()
    WHERE CASE WHEN have.is_done THEN have.reference <> excluded.reference
        ELSE have.copy = excluded.copy OR have.at < now() - interval '31 days' END"""
_KEEP = """
    INSERT INTO registration AS have (mark, reference, copy, is_done)
    VALUES (%(mark)s, %(reference)s, %(copy)s, true)
    ON CONFLICT (mark) DO UPDATE SET reference = excluded.reference, is_done = true, at = now()
    WHERE have.copy = excluded.copy AND NOT have.is_done"""
_GIVE_BACK = "DELETE FROM registration WHERE mark = %s AND copy = %s AND NOT is_done"


class Registrations(Reached):
    """Of the computer with `copy`; for one thread. Use it as a context manager.

    Raises:
        DatabaseAway: so from each method; nothing is to be sent then.
    """

    def __init__(self, settings: DatabaseSettings, copy: NumbersCopy) -> None:
        super().__init__(settings)
        self._key_mark = copy.key_mark
        self._copy, _ = copy.place()

    def number_of(self, mark: str) -> str | None:
        """Which number the centre knows for it; None: none, or not from this site."""
        row = self.do(lambda connection: connection.execute(_NUMBER, (mark,)).fetchone())
        return row[0] if row else None

    def claim(self, mark: str, reference: str) -> bool:
        """Whether this computer is to send it. False: another has."""
        values = self._values(mark, reference)
        return self.do(lambda connection: connection.execute(_CLAIM, values).rowcount == 1)

    def keep(self, mark: str, reference: str) -> None:
        """The centre knows it, from this computer."""
        values = self._values(mark, reference)
        self.do(lambda connection: connection.execute(_KEEP, values))

    def give_back(self, mark: str) -> None:
        """Nothing was sent, or it was refused: any computer may send it."""
        self.do(lambda connection: connection.execute(_GIVE_BACK, (mark, self._copy)))

    def _values(self, mark: str, reference: str) -> dict[str, str]:
        return {"mark": mark, "reference": reference, "copy": self._copy}

    def begin(self, connection: Connection) -> None:
        super().begin(connection)
        newest_of(connection, self._key_mark)
