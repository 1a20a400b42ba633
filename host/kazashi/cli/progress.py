"""Progress of a long copy: a bar on a terminal, else a line now and then."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from kazashi.cli.console import Console

_LINE_EVERY_S = 2.0
Show = Callable[[str, int, int], None]  # what is done, bytes done, total bytes


@contextmanager
def shown(console: Console) -> Generator[Show]:
    """Show what the yielded function is called with."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("looking at the board", total=None)
        yield lambda what, done, total: progress.update(
            task, description=what, completed=done, total=total
        )


class _Lines:
    """A line at the first and the last byte of `what`, and once in 2 s between."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._what = ""
        self._due_s = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = monotonic()
        if what != self._what or now >= self._due_s or done == total:
            line = f"{what}: {done / 1000:.1f} of {total / 1000:.1f} kB"
            self._console.print(line, soft_wrap=True, markup=False, highlight=False)
            self._what, self._due_s = what, now + _LINE_EVERY_S
