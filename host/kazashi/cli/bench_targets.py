"""The table of targets at the end of `kazashi bench`."""

from collections.abc import Sequence

from rich.table import Table

from kazashi.bench.targets import Target
from kazashi.cli.console import Console

_VERDICTS = {True: "[green]met[/green]", False: "[red]not met[/red]"}


def show_targets(console: Console, targets: Sequence[Target]) -> None:
    """Show each target with its value, its limit, and whether it is met."""
    table = Table("target", box=None, padding=(0, 1, 0, 0))
    for name in ("reached", "limit"):
        table.add_column(name, justify="right")
    table.add_column("")
    for target in targets:
        value = "" if target.value is None else f"{target.value:.3f} {target.unit}".strip()
        limit = "" if target.limit is None else f"{target.limit:.2f} {target.unit}".strip()
        table.add_row(target.what, value, limit, _verdict(target))
    console.print(table)


def _verdict(target: Target) -> str:
    if target.value is None:
        return "[dim]not measured[/dim]"
    if target.limit is None:
        return ""
    if target.is_met is None:
        return "[yellow]not judged: the runs differ by a tenth or more[/yellow]"
    return _VERDICTS[target.is_met] + ("" if target.is_gated else ", not gated")
