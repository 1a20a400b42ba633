"""`kazashi checkin`: one patient, from the card to the answer about eligibility."""

from itertools import repeat
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import kazashi
from kazashi.cards.cv_certificate import CvAnchor
from kazashi.cli import show
from kazashi.cli.desk import Given, Language, TerminalDesk
from kazashi.cli.options import AsJson, JournalPath, ReaderUrl, TimeoutS
from kazashi.reception.anchors import Anchors
from kazashi.reception.checkin import Reception
from kazashi.reception.configuration import Configuration
from kazashi.reception.consents import Item, Prescription, State
from kazashi.reception.eligibility import Centre, CentreError, CentreUnreachable, Standing
from kazashi.reception.journal import Journal, default_path
from kazashi.reception.outage import ask_held
from kazashi.reception.profiles import PROFILES, Profile, Way
from kazashi.reception.settings import BadSettings
from kazashi.reception.simulated_centre import SimulatedCentre
from kazashi.reception.timeline import Span, Who
from kazashi.reception.visit import SUCCESSES, Visit
from kazashi.sim.authority import test_authority

_DOWN = "down"
_LEAST_SEEN_MS = 1.0
_STANDINGS = {standing.name.lower(): standing for standing in Standing}

_AsWay = Annotated[
    Way | None,
    typer.Option("--way", help="How the patient shows who they are.", show_default=False),
]
_NoCard = Annotated[
    bool, typer.Option("--no-card", help="The patient has none: the official fall-backs.")
]
_HeldOnes = Annotated[
    bool, typer.Option("--held", help="Nobody new: ask about those held while the centre was down.")
]
_ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="P",
        help=f"{', '.join(PROFILES)}; default: the first that offers the way.",
        show_default=False,
    ),
]
_Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="TOML: anchors, face models, journal, consents: see the README.",
        show_default=False,
    ),
]
_Consent = Annotated[
    str | None,
    typer.Option(
        metavar="ITEMS",
        help=f"What the patient agrees to: all, none, or of {', '.join(Item)}; default: asked.",
        show_default=False,
    ),
]
_PrescriptionName = Annotated[
    str | None, typer.Option(metavar="KIND", help="electronic or paper; default: asked.")
]
_Frame = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="A picture of the patient; default: asked."),
]
_Staff = Annotated[str | None, typer.Option(help="Who checks by eye; default: asked.")]
_Reason = Annotated[str | None, typer.Option(help="Why by eye; default: asked.")]
_Challenge = Annotated[
    str, typer.Option(metavar="HEX", help="What the card's key is to sign; default: fresh bytes.")
]
_CentreSays = Annotated[
    str,
    typer.Option(
        "--centre",
        metavar="ANSWER",
        help=f"Of the simulated centre: {', '.join(_STANDINGS)}, down.",
    ),
]


def checkin(
    way: _AsWay = None,
    *,
    no_card: _NoCard = False,
    held: _HeldOnes = False,
    profile: _ProfileName = None,
    reader: ReaderUrl = None,
    as_json: AsJson = False,
    language: Annotated[Language, typer.Option(help="What people read.")] = "ja",
    timeout: TimeoutS = 30.0,
    config: _Config = None,
    journal: JournalPath = None,
    consent: _Consent = None,
    prescription: _PrescriptionName = None,
    frame: _Frame = None,
    staff: _Staff = None,
    reason: _Reason = None,
    challenge: _Challenge = "",
    centre: _CentreSays = "valid",
) -> None:
    """Check a patient in. What no option answers is asked; without a terminal, line by line."""
    if (way is not None) + no_card + held != 1:
        raise typer.BadParameter("choose one of --way, --no-card and --held")
    if held:
        _ask_held(journal or default_path(), _centre(centre), as_json=as_json)
        return
    place = _profile(profile, way)
    given = Given(_items(consent), _prescription(prescription), frame, staff, reason)
    signed, asked = _hex(challenge), _centre(centre)
    console = Console(stderr=True)
    desk = TerminalDesk(console, language, given)
    configured = Configuration.read(config)
    anchors = _anchors(reader, configured.anchors)
    with kazashi.open(reader) as connected, Journal(journal or default_path()) as kept:
        if configured.keep_days:
            kept.prune(configured.keep_days)
        reception = Reception(
            connected,
            place,
            anchors,
            asked,
            kept,
            faces=configured.faces,
            consents_last=configured.consents_last,
            timeout_s=timeout,
        )
        if way is None:
            visit = reception.check_in_without_card(desk)
        else:
            visit = reception.check_in(way, desk, signed)
    if as_json:
        show.print_json(visit.to_json())
    else:
        _show(visit)
    if visit.outcome not in SUCCESSES:
        raise typer.Exit(1)


def _ask_held(path: Path, centre: Centre, *, as_json: bool) -> None:
    answers: list[dict[str, object]] = []
    with Journal(path) as journal:
        for held, answer in ask_held(journal, centre):
            facts: dict[str, object] = {"visit": held.visit, "held_at": held.held_at.isoformat()}
            if isinstance(answer, CentreError):
                facts["error"] = str(answer)
            else:
                facts["eligibility"] = answer.to_json()
            answers.append(facts)
            if not as_json:
                show.show_facts(Console(), facts, title=held.name)
        left = len(journal.held())
    if as_json:
        show.print_json({"answers": answers, "held": left})
    else:
        Console().print(f"{len(answers)} asked about, {left} still held")


def _profile(name: str | None, way: Way | None) -> Profile:
    """The one that is named, or the first that offers `way`."""
    if name is None:
        return next(each for each in PROFILES.values() if way is None or way in each.ways)
    if name not in PROFILES:
        raise typer.BadParameter(f"--profile is one of {', '.join(PROFILES)}")
    if way is not None and way not in PROFILES[name].ways:
        offered = ", ".join(PROFILES[name].ways)
        raise typer.BadParameter(f"profile {name} has no way {way}, but {offered}")
    return PROFILES[name]


def _items(text: str | None) -> list[Item] | None:
    if text is None:
        return None
    if text in ("all", "none"):
        return [*Item] if text == "all" else []
    try:
        return [Item(word.strip()) for word in text.split(",")]
    except ValueError as error:
        raise typer.BadParameter(f"--consent: {error}; all, none or {', '.join(Item)}") from error


def _prescription(name: str | None) -> Prescription | None:
    if name is None:
        return None
    try:
        return Prescription[name.upper()]
    except KeyError as error:
        raise typer.BadParameter("--prescription is electronic or paper") from error


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise typer.BadParameter("--challenge is hexadecimal") from error


def _anchors(reader: str | None, configured: Anchors) -> Anchors:
    """Those configured; simulated cards bring their own, which are marked as a test."""
    if configured.authorities:
        return configured
    if reader and reader.startswith(("sim:", "pico:")):
        authority = test_authority()
        cv_keys = [CvAnchor(*key) for key in authority.cv_anchors]
        return Anchors.of([authority.certificate], cv_keys, is_test=True)
    raise BadSettings("anchors.authorities", "name J-LIS's certificates, in --config FILE")


def _centre(answer: str) -> SimulatedCentre:
    if answer == _DOWN:
        return SimulatedCentre(fails=repeat(CentreUnreachable()))
    if answer not in _STANDINGS:
        raise typer.BadParameter(f"--centre is one of {', '.join(_STANDINGS)}, down")
    return SimulatedCentre(_STANDINGS[answer])


def _show(visit: Visit) -> None:
    agreed = [each.item for each in visit.consents.items if each.state is State.GIVEN]
    answer = visit.eligibility
    facts = {
        "outcome": visit.outcome,
        "way": visit.way,
        "token": visit.token,
        "certificate_sha256": visit.certificate_sha256,
        "validity": visit.validity,
        "proof": visit.proof,
        "agreed to": ", ".join(agreed),
        "prescription": visit.prescription and visit.prescription.name.lower(),
        "eligibility": answer and answer.standing.name.lower(),
        "fallback": visit.fallback,
        "of no value": ", ".join(_worthless(visit)),
    }
    console = Console()
    show.show_facts(console, {name: value for name, value in facts.items() if value})
    show.show_timeline(console, [_step(span) for span in visit.spans if _is_seen(span)])


def _worthless(visit: Visit) -> list[str]:
    """What of it is only simulated: it is told wherever it shows."""
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
