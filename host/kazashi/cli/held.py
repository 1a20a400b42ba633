"""`kazashi held`: ask the centre about people held while it was down."""

from kazashi.cli import show
from kazashi.cli.centre import SaysCentre, centre_of
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson, AsTest, JournalPath
from kazashi.reception.eligibility import CentreError, Eligibility, NoCentre
from kazashi.reception.journal import Held, Journal, default_path
from kazashi.reception.outage import ask_held
from kazashi.words import words_of


def held(
    centre: SaysCentre = None,
    *,
    as_test: AsTest = False,
    as_json: AsJson = False,
    journal: JournalPath = None,
) -> None:
    """Ask the centre about the people held, and let go of those it answers about."""
    asked = centre_of(centre, is_test=as_test)
    if not as_test:
        raise NoCentre
    answers: list[dict[str, object]] = []
    left: int | None = None  # unknown until the centre was asked about all
    try:
        with Journal(journal or default_path()) as kept:
            for person, answer in ask_held(kept, asked, is_test=True):
                answers.append(facts := _facts(person, answer))
                if not as_json:
                    show.show_facts(Console(), facts, title=person.name)
            left = len(kept.held())
    finally:  # also after a signal or an error: those answered about may no longer be held
        if as_json and (answers or left is not None):
            show.print_json({"is_test": as_test, "answers": answers, "held": left})
    if not as_json:
        later = ": ask again later" if left else ""
        Console().print(f"{len(answers)} asked about, {left} still held{later}")


def _facts(person: Held, answer: Eligibility | CentreError) -> dict[str, object]:
    facts: dict[str, object] = {"visit": person.visit, "held_at": person.held_at.isoformat()}
    if isinstance(answer, CentreError):
        return facts | {"error": words_of(answer).line}
    return facts | {"eligibility": answer.to_json()}
