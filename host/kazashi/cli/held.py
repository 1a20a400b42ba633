"""`kazashi held`: ask the centre about people held while it was down."""

from contextlib import ExitStack, suppress
from pathlib import Path

from kazashi.cli import show
from kazashi.cli.centre import SaysCentre, centre_of
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson, AsTest, ConfigFile, JournalPath
from kazashi.cli.oqs import results_of
from kazashi.cli.site import people_of
from kazashi.reception.centre import CentreBusy, CentreUnreachable, Eligibility, NoCentre
from kazashi.reception.japan import JAPAN, japan_time
from kazashi.reception.journal import Held, Journal, default_path
from kazashi.reception.json_of import json_of
from kazashi.reception.outage import Said, ask_held
from kazashi.reception.persons import Persons
from kazashi.words import words_of


def held(
    centre: SaysCentre = None,
    *,
    as_test: AsTest = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
    journal: JournalPath = None,
) -> None:
    """Ask the centre about the people held, and let go of those it answers about."""
    asked = centre_of(centre, is_test=as_test, config=config)
    if asked is None:
        raise NoCentre
    answers: list[dict[str, object]] = []
    left: int | None = None  # unknown until the centre was asked about all
    try:
        with ExitStack() as stack:
            people = stack.enter_context(people_of(config, journal or default_path()))
            asking = ask_held(
                people,
                asked,
                is_test=as_test,
                persons=_persons(config),
                results=results_of(stack, config, journal or default_path()),
            )
            with suppress(CentreUnreachable, CentreBusy):
                for person, answer in asking:
                    answers.append(_facts(person, answer, is_test=as_test))
                    if not as_json:
                        _show(Console(), person, answer, is_test=as_test)
            left = len(people.held())
            if not isinstance(people, Journal) and people.is_away:
                text = "the site's database is not reached: people held elsewhere are left out"
                Console(stderr=True).print(text)
    finally:  # also after a signal or an error: those answered about may no longer be held
        if as_json and (answers or left is not None):
            show.print_json({"is_test": as_test, "answers": answers, "held": left})
    if not as_json:
        later = ": ask again later" if left else ""
        Console().print(f"{len(answers)} asked about, {left} still held{later}")


def _persons(config: Path | None) -> Persons | None:
    """By which the answers tell persons apart; None: by nothing. Raises BadSettings."""
    if config is None:
        return None
    from kazashi.reception.configuration import Configuration  # it imports cryptography

    return Configuration.read(config).persons


def _facts(person: Held, answer: Said, *, is_test: bool) -> dict[str, object]:
    facts: dict[str, object] = {
        "visit": person.visit,
        "computer": person.computer or None,
        "held_at": japan_time(person.held_at),
        "is_test": is_test,
    }
    if isinstance(answer, Eligibility):
        return facts | {"eligibility": json_of(answer)}
    return facts | {"error": words_of(answer).line}


def _show(console: Console, person: Held, answer: Said, *, is_test: bool) -> None:
    """The same for people; what the insurers said is in the JSON alone."""
    facts: dict[str, object] = {"visit": person.visit}
    if person.computer:
        facts["computer"] = person.computer
    facts["held, in Japan"] = f"{person.held_at.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}"
    if isinstance(answer, Eligibility):
        facts["eligibility"] = answer.standing.name.lower()
        facts["reference"] = answer.reference
    else:
        facts["error"] = words_of(answer).line
    if is_test:
        facts["mark"] = "test"
    show.show_facts(console, facts, title=person.name)
