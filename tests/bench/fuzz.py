"""Anything at all from host, chip and card: the reader answers on.

    uv run python tests/bench/fuzz.py --inputs 1000000 --seed 1
    uv run python tests/bench/fuzz.py --target card --seed 1 --batch 17    # that one batch again

After each input the same reader must answer Hello, after each batch a whole tap must work. A batch
is made by seed and number alone.
"""

import argparse
import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.targets import TARGETS

BATCH = 50  # inputs


class Broken(Exception):
    """An input did what none may do. args: how to see it again, and what it was."""


def run_batch(name, seed, batch):
    """Some inputs for a new target of that name.

    Raises:
        Broken: the reader did not survive one.
    """
    target = TARGETS[name](Random(f"{name} {seed} {batch}"))
    try:
        for _ in range(BATCH):
            target.feed()
        target.tap()
    except Exception as error:
        raise Broken(f"--target {name} --seed {seed} --batch {batch}: {error!r}") from error


def run_all(names, seed, inputs):
    """All batches, on all processors."""
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn())
    with Pool() as pool, Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn()) as progress:
        for name in names:
            task = progress.add_task(name, total=inputs)
            batches = range(-(-inputs // BATCH))
            for _ in pool.imap_unordered(partial(run_batch, name, seed), batches, chunksize=4):
                progress.advance(task, BATCH)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=10_000, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=TARGETS, help="this one alone")
    parser.add_argument("--batch", type=int, help="this one alone, of --target")
    options = parser.parse_args()
    names = [options.target] if options.target else list(TARGETS)
    Console().print(f"seed {options.seed}")
    if options.batch is None:
        run_all(names, options.seed, options.inputs)
    else:
        run_batch(names[0], options.seed, options.batch)


if __name__ == "__main__":
    main()
