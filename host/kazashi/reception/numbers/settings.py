"""The table [numbers] of the configuration: the clinic's own numbers.

[numbers]
key = "numbers.key"  # of mode 0600, made by `kazashi numbers key`
file = "numbers.db"  # default: numbers.db beside the journal
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.store import NumbersFile
from kazashi.reception.settings import Table, load


@dataclass(frozen=True)
class NumbersSettings:
    """`file`: None: beside the journal."""

    key: Path
    file: Path | None = None

    @classmethod
    def read(cls, path: Path | None) -> Self | None:
        """What stands in the file at `path`; None: there is no such table.

        Raises:
            BadSettings: it cannot be read, or a field is missing or wrong.
        """
        settings = load(path) if path else {}
        if path is None or "numbers" not in settings:
            return None
        table = Table("numbers", settings["numbers"], path.parent)
        read = cls(table.path("key"), table.path("file") if table.has("file") else None)
        table.close()
        return read

    def open(self, journal: Path, *, is_made: bool = True) -> NumbersFile:
        """The map, made if there is none and it `is_made`. Raises NumbersError."""
        file = self.file or journal.parent / "numbers.db"
        return NumbersFile(file, Marks.of_file(self.key), is_made=is_made)
