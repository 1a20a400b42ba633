"""`kazashi care`: a patient at home, without the card, while care goes on."""

from contextlib import ExitStack
from typing import Annotated

import typer

from kazashi.cli import show
from kazashi.cli.centre import SaysCentre, centre_of
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson, AsTest, ConfigFile, JournalPath
from kazashi.cli.oqs import results_of
from kazashi.reception.care import ask_again, end_care
from kazashi.reception.centre import NoCentre
from kazashi.reception.journal import Journal, default_path
from kazashi.reception.json_of import json_of

app = typer.Typer(help="Patients at home, while care goes on.", no_args_is_help=True)

_Visit = Annotated[int, typer.Argument(metavar="VISIT", help="Its number, from `journal list`.")]


@app.command("ask")
def ask(
    visit: _Visit,
    centre: SaysCentre = None,
    *,
    as_test: AsTest = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
    journal: JournalPath = None,
) -> None:
    """Ask about eligibility again, without the card, under the consent of that visit."""
    asked = centre_of(centre, is_test=as_test)
    if asked is None:
        raise NoCentre
    with ExitStack() as stack, Journal(journal or default_path()) as kept:
        results = results_of(stack, config, journal or default_path())
        answer = ask_again(kept, asked, visit, is_test=as_test, results=results)
    if as_json:
        show.print_json({"is_test": as_test, "visit": visit, "eligibility": json_of(answer)})
    else:
        mark = {"mark": "test"} if as_test else {}
        facts = {"visit": visit, "eligibility": answer.standing.name.lower()}
        show.show_facts(Console(), facts | mark)
    if not answer.standing.is_covered:
        raise typer.Exit(1)


@app.command("end")
def end(visit: _Visit, *, journal: JournalPath = None) -> None:
    """Care is over, and with it the consent of that visit."""
    with Journal(journal or default_path()) as kept:
        end_care(kept, visit)
