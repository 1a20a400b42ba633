"""A list of the clinic's numbers at one computer: how long until all others have it.

    uv run python tests/bench/lists.py [--lines N]

Each computer has a copy of its own and follows one PostgreSQL, which runs on the same cores,
without fsync. Import: the list, in one transaction of the copy. Sent: until PostgreSQL has it.
All: until every other copy has it, too.
"""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.reception.numbers.lists import Line
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.store import NumbersFile
from kazashi.site.database import Database
from kazashi.site.numbers import Numbers
from kazashi.site.settings import DatabaseSettings
from postgres import Server

COMPUTERS = (2, 8, 40)
LONGEST_S = 600.0


def until(is_so):
    """Seconds until then."""
    begun = monotonic()
    while not is_so() and monotonic() < begun + LONGEST_S:
        sleep(0.05)
    return monotonic() - begun


def measure(computers, lines, folder, server):
    """Seconds: (import, sent, all); whether all copies are the same at last."""
    server.empty()
    maps = [NumbersFile(folder / f"{number}.db", Marks(bytes(32))) for number in range(computers)]
    begun = monotonic()
    maps[0].take(lines)
    imported = monotonic() - begun
    newest = len(lines)
    copies = [NumbersCopy(each) for each in maps]
    with ExitStack() as stack:
        for number, copy in enumerate(copies):
            settings = DatabaseSettings(server.url, f"{number}")
            stack.enter_context(Database(settings, [Numbers(copy, settings.desk)]))
        sent = until(lambda: copies[0].state().waiting == 0)
        rest = until(lambda: all(copy.place()[1] == newest for copy in copies))
    return imported, sent, sent + rest, len({tuple(each.lines()) for each in maps}) == 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=50_000)
    options = parser.parse_args()
    lines = [Line(0, f"{n}", f"A-{n}") for n in range(options.lines)]
    table = Table("computers", "import", "sent", "all", "the same")
    is_right = True
    server = Server()
    try:
        server.start()
        for computers in COMPUTERS:
            with TemporaryDirectory() as folder:
                *times, is_same = measure(computers, lines, Path(folder), server)
            table.add_row(str(computers), *(f"{each:.1f} s" for each in times), str(is_same))
            is_right &= is_same
    finally:
        server.close()
    Console().print(table)
    sys.exit(not is_right)


if __name__ == "__main__":
    main()
