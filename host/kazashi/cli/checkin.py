"""`kazashi checkin`: one patient, from the card to the answer about eligibility."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

import kazashi
from kazashi.cli import show
from kazashi.cli.centre import SaysCentre, centre_of
from kazashi.cli.console import Console
from kazashi.cli.desk import Given, Language, TerminalDesk
from kazashi.cli.options import AsJson, AsTest, CardReaderUrl, ConfigFile, JournalPath, TimeoutS
from kazashi.cli.trust import anchors_of
from kazashi.errors import ReaderError
from kazashi.reception.checkin import Reception
from kazashi.reception.configuration import Configuration
from kazashi.reception.consents import Item, Prescription, State
from kazashi.reception.journal import Journal, JournalError, default_path
from kazashi.reception.profiles import PROFILES, Profile, Way
from kazashi.reception.settings import BadSettings, Flaw
from kazashi.reception.timeline import Span, Who
from kazashi.reception.visit import SUCCESSES, Visit

_LEAST_SEEN_MS = 1.0


def _profile(name: str) -> Profile:
    if name not in PROFILES:
        raise typer.BadParameter(f"choose one of {', '.join(PROFILES)}")
    return PROFILES[name]


def _items(text: str) -> frozenset[Item]:
    if text in ("all", "none"):
        return frozenset(Item if text == "all" else ())
    try:
        return frozenset(Item(word.strip()) for word in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"{error}: all, none or of {', '.join(Item)}") from error


def _prescription(name: str) -> Prescription:
    try:
        return Prescription[name.upper()]
    except KeyError as error:
        raise typer.BadParameter("choose electronic or paper") from error


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise typer.BadParameter("give it in hexadecimal") from error


_AsWay = Annotated[
    Way | None,
    typer.Option("--way", help="How the patient shows who they are.", show_default=False),
]
_NoCard = Annotated[
    bool, typer.Option("--no-card", help="The patient has none: the official fall-backs.")
]
_Place = Annotated[
    Profile | None,
    typer.Option(
        "--profile",
        metavar="P",
        parser=_profile,
        help=f"{', '.join(PROFILES)}; default: the first that offers the way.",
        show_default=False,
    ),
]
_Consent = Annotated[
    frozenset[Item] | None,
    typer.Option(
        metavar="ITEMS",
        parser=_items,
        help=f"What the patient agrees to: all, none, or of {', '.join(Item)}; default: asked.",
        show_default=False,
    ),
]
_Prescribed = Annotated[
    Prescription | None,
    typer.Option(metavar="KIND", parser=_prescription, help="electronic or paper; default: asked."),
]
_Frame = Annotated[
    Path | None,
    typer.Option(
        exists=True, dir_okay=False, help="A picture of the patient, for the first comparison."
    ),
]
_Staff = Annotated[str | None, typer.Option(help="Who checks by eye; default: asked.")]
_Reason = Annotated[str | None, typer.Option(help="Why by eye; default: asked.")]
_Challenge = Annotated[
    bytes | None,
    typer.Option(
        metavar="HEX", parser=_bytes, help="What the card's key is to sign; default: fresh bytes."
    ),
]


def checkin(
    way: _AsWay = None,
    *,
    no_card: _NoCard = False,
    profile: _Place = None,
    reader: CardReaderUrl = None,
    as_test: AsTest = False,
    as_json: AsJson = False,
    language: Annotated[Language, typer.Option(help="What people read.")] = "ja",
    timeout: TimeoutS = 30.0,
    config: ConfigFile = None,
    journal: JournalPath = None,
    consent: _Consent = None,
    prescription: _Prescribed = None,
    frame: _Frame = None,
    staff: _Staff = None,
    reason: _Reason = None,
    challenge: _Challenge = None,
    centre: SaysCentre = None,
) -> None:
    """Check a patient in. What no option answers is asked; without a terminal, line by line."""
    if (way is None) != no_card:
        raise typer.BadParameter("choose one: --way, or --no-card")
    place = _offering(way, profile)
    configured = Configuration.read(config)
    anchors = anchors_of(configured.anchors, is_test=as_test)
    asked = centre_of(centre, is_test=as_test)
    given = Given(consent, prescription, frame, staff, reason)
    desk = TerminalDesk(Console(stderr=True), language, given)
    ended: list[Visit] = []
    with ExitStack() as stack:
        connected = _reader(stack, reader) if way else None
        if connected and not anchors.authorities:
            show.show_error(BadSettings("anchors.authorities", Flaw.NO_AUTHORITIES))
        reception = Reception(
            connected,
            place,
            anchors,
            asked,
            _journal(stack, journal or default_path(), configured.keep_days),
            faces=configured.faces,
            consents_last=configured.consents_last,
            timeout_s=timeout,
        )
        try:
            if way:
                reception.check_in(way, desk, challenge or b"", ended.append)
            else:
                reception.check_in_without_card(desk, ended.append)
        finally:  # also after a signal; and before closing the line, which may be dead
            for visit in ended:
                _print(visit, as_json=as_json)
    if ended[0].outcome not in SUCCESSES:
        raise typer.Exit(1)


def _offering(way: Way | None, profile: Profile | None) -> Profile:
    """The chosen profile, or the first one that offers `way`."""
    if profile is None:
        return next(each for each in PROFILES.values() if way is None or way in each.ways)
    if way is not None and way not in profile.ways:
        offered = ", ".join(profile.ways)
        raise typer.BadParameter(f"profile {profile.name} has no way {way}, but {offered}")
    return profile


def _reader(stack: ExitStack, url: str | None) -> kazashi.Reader | None:
    """The reader. None if it is unusable: staff see why, and use a fall-back."""
    try:
        return stack.enter_context(kazashi.open(url))
    except ReaderError as error:
        show.show_error(error)
        return None


def _journal(stack: ExitStack, path: Path, keep_days: int | None) -> Journal | None:
    """The journal. None if it is unusable: staff see why, and visits go on without it."""
    try:
        journal = stack.enter_context(Journal(path))
    except JournalError as error:
        show.show_error(error)
        return None
    if keep_days:
        try:
            journal.prune(keep_days)
        except JournalError as error:
            show.show_error(error)
    return journal


def _print(visit: Visit, *, as_json: bool) -> None:
    if as_json:
        show.print_json(visit.to_json())
        return
    agreed = [each.item for each in visit.consents.items if each.state is State.GIVEN]
    answer = visit.eligibility
    facts = {
        "outcome": visit.outcome,
        "refused": visit.refused,
        "way": visit.way,
        "token": visit.token,
        "certificate_sha256": visit.certificate_sha256,
        "validity": visit.validity,
        "proof": visit.proof,
        "agreed to": ", ".join(agreed),
        "prescription": visit.prescription and visit.prescription.name.lower(),
        "eligibility": answer and answer.standing.name.lower(),
        "fallback": visit.fallback,
        "only simulated": ", ".join(_simulated_parts(visit)),
    }
    console = Console()
    show.show_facts(console, {name: value for name, value in facts.items() if value})
    show.show_timeline(console, [_step(span) for span in visit.spans if _is_seen(span)])


def _simulated_parts(visit: Visit) -> list[str]:
    """The simulated parts of a visit. They have no value, and are marked on every display."""
    found = ["test anchors"] if visit.is_test else []
    if visit.eligibility and visit.eligibility.is_simulated:
        found.append("simulated centre")
    return found


def _is_seen(span: Span) -> bool:
    return span.end_ms - span.begin_ms >= _LEAST_SEEN_MS


def _step(span: Span) -> show.Step:
    took_ms = span.end_ms - span.begin_ms
    spent_ms = {who.value: took_ms if span.who is who else 0.0 for who in Who}
    return show.Step(span.step, span.begin_ms, span.end_ms, spent_ms)
