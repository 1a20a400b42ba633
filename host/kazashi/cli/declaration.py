"""`kazashi declaration`: the declaration of eligibility (被保険者資格申立書) as a PDF."""

import json
import os
import sys
from inspect import signature
from pathlib import Path
from typing import Annotated, cast

import typer

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import JournalPath, need
from kazashi.cli.writing import new_file
from kazashi.reception.fallback import Basis
from kazashi.reception.japan import japan_today, utc_now
from kazashi.reception.journal import KeptVisit, View, default_path
from kazashi.reception.papers.declaration import basis_of, declaration, known_of, remarks
from kazashi.reception.texts import Message
from kazashi.reception.typed import Mistyped
from kazashi.words import Language

_MOST = 100_000  # bytes of JSON
_OURS = ("today", "card_shown")
_FIELDS = tuple(each for each in signature(declaration).parameters if each not in _OURS)

_NewFile = Annotated[Path, typer.Argument(metavar="FILE", help="A new file: .pdf.")]
_Based = Annotated[
    Basis | None,
    typer.Option(
        "--basis",
        metavar="BASIS",
        help=f"Of {', '.join(each for each in Basis if each.needs_declaration)}; default: that of "
        f"the visit, else {Basis.DECLARED_UNKNOWN}.",
        show_default=False,
    ),
]
_Number = Annotated[
    int | None,
    typer.Option(
        "--visit", metavar="VISIT", help="Its number in the journal, which fills what it knows."
    ),
]
_AsTest = Annotated[bool, typer.Option("--test", help="Mark it as a test.")]


def declared(
    file: _NewFile,
    basis: _Based = None,
    *,
    visit: _Number = None,
    journal: JournalPath = None,
    as_test: _AsTest = False,
) -> None:
    """Make the declaration of eligibility (被保険者資格申立書) as a PDF, from JSON on stdin.

    Then say the text of 摘要欄.
    """
    need("paper")
    from kazashi.reception.papers.declaration_form import declaration_pdf

    kept = _kept(journal or default_path(), visit) if visit is not None else None
    basis = basis or (basis_of(kept) if kept else Basis.DECLARED_UNKNOWN)
    if basis is None:
        raise typer.BadParameter(f"visit {visit} led to no declaration", param_hint="--visit")
    if not basis.needs_declaration:
        raise typer.BadParameter(f"{basis} has no declaration")
    known = known_of(kept, basis) if kept else {}
    fields, card_shown = _typed(is_shown=bool(kept and basis_of(kept)))
    try:
        found = declaration(today=japan_today(utc_now()), card_shown=card_shown, **known | fields)
    except Mistyped as error:
        why = (Message.of(error).text(each) for each in (Language.JAPANESE, Language.ENGLISH))
        show.show_line(f"kazashi: {error.field}: {' / '.join(why)}")
        raise typer.Exit(1) from error
    text = remarks(basis, found)
    pdf = declaration_pdf(found, text, is_test=as_test or bool(kept and kept.is_test))
    with new_file(file) as descriptor, os.fdopen(descriptor, "wb") as out:
        out.write(pdf)
    Console(soft_wrap=True).print(text, markup=False, highlight=False)


def _kept(path: Path, number: int) -> KeptVisit:
    with View(path) as journal:
        if (visit := journal.visit(number)) is None:
            raise typer.BadParameter(f"there is no visit {number}", param_hint="--visit")
        return visit


def _typed(*, is_shown: bool) -> tuple[dict[str, str], bool]:
    """What stands on stdin: an object of strings, and whether the card was shown."""
    whole = sys.stdin.buffer.read(_MOST + 1)
    try:
        found: object = json.loads(whole) if len(whole) <= _MOST else None
    except ValueError as error:  # also bytes that are no UTF-8
        raise typer.BadParameter("stdin has no JSON") from error
    fields = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    shown = fields.pop("card_shown", is_shown)
    typed = {name: each for name, each in fields.items() if isinstance(each, str)}
    if not typed or typed != fields or not isinstance(shown, bool) or not {*typed} <= {*_FIELDS}:
        raise typer.BadParameter(
            f"give an object of strings on stdin, and card_shown: true; of {', '.join(_FIELDS)}"
        )
    return typed, shown
