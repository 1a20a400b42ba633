"""Desks whose journals are followed into one PostgreSQL: visits a second, an entry's time, lag.

    uv run python tests/bench/site.py [--visits N]

Each desk keeps one visit after the other, without a pause, in a journal of its own; all desks and
their followers are threads of this process. Entry: one step, until it is on the disk. Lag: from the
end of the last visit until PostgreSQL has all. PostgreSQL runs on the same cores, without fsync.
"""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic, perf_counter, sleep

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from kazashi.reception.journal import Journal
from kazashi.site.database import Database
from kazashi.site.follower import Follower
from kazashi.site.settings import DatabaseSettings
from postgres import Server

DESKS = (1, 8, 40)
STEPS = 6  # of a visit, with its end
LONGEST_S = 600.0


def desk(path, visits, times):
    """`times`: seconds of each entry are put into it."""
    with Journal(path) as journal:
        for _ in range(visits):
            visit = journal.begin("desk", "none")
            for number in range(STEPS - 1):
                begun = perf_counter()
                visit.step(f"step {number}", way="pin", tries_left=3)
                times.append(perf_counter() - begun)
            visit.end("checked_in", way="pin", is_test=True)


def measure(desks, visits, folder, server):
    """(visits a second, times of entries, lag, entries that PostgreSQL has at last)."""
    server.empty()
    paths = [folder / f"{desks}-{number}.db" for number in range(desks)]
    times, all_entries = [], desks * visits * STEPS
    threads = [Thread(target=desk, args=(path, visits, times)) for path in paths]
    with ExitStack() as stack:
        for path in paths:
            settings = DatabaseSettings(server.url, path.stem)
            stack.enter_context(Database(settings, [Follower(path, settings.desk)]))
        begun = monotonic()
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        ended = monotonic()
        while count(server) < all_entries and monotonic() < ended + LONGEST_S:
            sleep(0.05)
        lag = monotonic() - ended
    return desks * visits / (ended - begun), times, lag, count(server) - all_entries


def count(server):
    (exists,) = server.rows("SELECT to_regclass('kazashi.entry') IS NOT NULL")[0]
    return server.rows("SELECT count(*) FROM kazashi.entry")[0][0] if exists else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=50, help="of each desk")
    options = parser.parse_args()
    table = Table("desks", "visits a second", "entry p50", "p99", "lag", "lost or twice")
    wrong = 0
    server = Server()
    try:
        server.start()
        for desks in DESKS:
            with TemporaryDirectory() as folder:
                rate, times, lag, off = measure(desks, options.visits, Path(folder), server)
            hundredths = quantiles([each * 1000 for each in times], n=100)
            p50, p99 = f"{hundredths[49]:.1f} ms", f"{hundredths[98]:.1f} ms"
            table.add_row(str(desks), f"{rate:.0f}", p50, p99, f"{lag:.1f} s", str(off))
            wrong += off != 0
    finally:
        server.close()
    Console().print(table)
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
