"""`kazashi numbers register`: 照会番号 to the centre, and once it knows them, into the map."""

from collections.abc import Sequence

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kazashi.cli.console import Console
from kazashi.errors import KazashiError
from kazashi.oqs.exchange import Exchange
from kazashi.oqs.register import Registration, ToRegister, register_each
from kazashi.oqs.register_list import list_to_register
from kazashi.oqs.registered import Registered, Site
from kazashi.reception.journal import default_path
from kazashi.reception.numbers.errors import BadLine, LineFlaw, ListRefused
from kazashi.reception.numbers.lists import Encoding, Line
from kazashi.reception.numbers.store import NumbersFile
from kazashi.words import words_of


def entries_of(
    data: bytes, encoding: Encoding | None, numbers: NumbersFile, *, moves: bool
) -> list[ToRegister]:
    """What a list has registered. `moves`: see `NumbersFile.take`.

    Raises:
        BadList, ListRefused: it is wrong, or contradicts the map.
    """
    lines = [each for each in numbers.lines() if each.reference]
    known = {each.number: each.reference for each in reversed(lines)}
    owners = {each.reference: each.number for each in lines}
    entries = list_to_register(data, lambda number: known.get(number, number), encoding)
    taken = [
        BadLine(each.line, LineFlaw.REFERENCE_TAKEN, owner)
        for each in entries
        if (owner := owners.get(each.info.reference_number, each.number)) != each.number
    ]
    if taken and not moves:
        raise ListRefused(tuple(taken))
    return entries


def register(
    entries: Sequence[ToRegister],
    numbers: NumbersFile,
    exchange: Exchange,
    site: Site | None,
    *,
    moves: bool,
    again: bool,
) -> bool:
    """Register them, and tell what came of each. Whether the centre knows all of them.

    `again`: see `register_each`.
    """
    console = Console()
    registered = Registered(default_path().parent / "oqs-registered", numbers.marks, site)
    columns = (TextColumn("registering"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    good = told = 0
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=len(entries))
        for entry, came in register_each(exchange, registered, entries, again=again):
            is_good = came in (Registration.DONE, Registration.BEFORE)
            if is_good:
                line = Line(entry.line, entry.number, entry.info.reference_number)
                numbers.take([line], moves=moves)
            said = words_of(came).line if isinstance(came, KazashiError) else came
            told_of = f"line {entry.line}, {entry.number}: {said}"
            progress.console.print(told_of, soft_wrap=True, markup=False, highlight=False)
            good, told = good + is_good, told + 1
            progress.advance(task)
    left = f"; {len(entries) - told} not asked yet" if told < len(entries) else ""
    console.print(f"{good} of {len(entries)} registered{left}")
    return good == len(entries)
