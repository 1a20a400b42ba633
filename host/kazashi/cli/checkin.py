"""`kazashi checkin`: one patient, from the card to the answer about eligibility."""

from collections.abc import Mapping
from itertools import repeat
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console

import kazashi
from kazashi.cards.cv_certificate import CvAnchor
from kazashi.cli import show
from kazashi.cli.desk import Given, Language, TerminalDesk
from kazashi.cli.options import AsJson, ReaderUrl, TimeoutS
from kazashi.reception.anchor_settings import configured_anchors
from kazashi.reception.anchors import Anchors
from kazashi.reception.checkin import Reception
from kazashi.reception.consents import Item, Prescription
from kazashi.reception.eligibility import CentreUnreachable, Standing
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.face.engine import open_matcher
from kazashi.reception.face.matching import FaceNotAvailable
from kazashi.reception.face.settings import FaceSettings
from kazashi.reception.journal import Journal, default_path
from kazashi.reception.profiles import PROFILES, Profile, Way
from kazashi.reception.settings import BadSettings, load
from kazashi.reception.simulated_centre import SimulatedCentre
from kazashi.reception.visit import SUCCESSES, Visit
from kazashi.reception.ways import Faces
from kazashi.sim.authority import test_authority

_DOWN = "down"
_SHOWN = (
    "outcome",
    "way",
    "token",
    "certificate_sha256",
    "validity",
    "proof",
    "fallback",
    "is_test",
)
_STANDINGS = {standing.name.lower(): standing for standing in Standing}

_AsWay = Annotated[
    Way | None,
    typer.Option("--way", help="How the patient shows who they are.", show_default=False),
]
_NoCard = Annotated[
    bool, typer.Option("--no-card", help="The patient has none: the official fall-backs.")
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
    typer.Option("--config", metavar="FILE", help="TOML: [anchors], [face].", show_default=False),
]
_JournalFile = Annotated[
    Path | None,
    typer.Option("--journal", metavar="FILE", help="Where visits are kept.", show_default=False),
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
    profile: _ProfileName = None,
    reader: ReaderUrl = None,
    as_json: AsJson = False,
    language: Annotated[Language, typer.Option(help="What people read.")] = "ja",
    timeout: TimeoutS = 30.0,
    config: _Config = None,
    journal: _JournalFile = None,
    consent: _Consent = None,
    prescription: _PrescriptionName = None,
    frame: _Frame = None,
    staff: _Staff = None,
    reason: _Reason = None,
    challenge: _Challenge = "",
    centre: _CentreSays = "valid",
) -> None:
    """Check a patient in. What no option answers is asked; without a terminal, line by line."""
    if (way is None) != no_card:
        raise typer.BadParameter("choose one: --way, or --no-card")
    place = _profile(profile, way)
    given = Given(_items(consent), _prescription(prescription), frame, staff, reason)
    signed, asked = _hex(challenge), _centre(centre)
    console = Console(stderr=True)
    desk = TerminalDesk(console, language, given)
    settings, folder = (load(config), config.parent) if config else ({}, Path())
    path = journal or default_path()
    with kazashi.open(reader) as connected, Journal(path) as kept:
        reception = Reception(
            connected,
            place,
            _anchors(reader, settings, folder),
            asked,
            kept,
            faces=_faces(settings, folder),
            timeout_s=timeout,
        )
        if way is None:
            visit = reception.check_in_without_card(desk)
        else:
            visit = reception.check_in(way, desk, signed)
    _show(visit, as_json=as_json)
    if visit.outcome not in SUCCESSES:
        raise typer.Exit(1)


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


def _anchors(reader: str | None, settings: Mapping[str, object], folder: Path) -> Anchors:
    """Those configured; simulated cards have their own, which are marked as a test."""
    if "anchors" not in settings and reader and reader.startswith(("sim:", "pico:")):
        authority = test_authority()
        cv_keys = [CvAnchor(*key) for key in authority.cv_anchors]
        return Anchors.of([authority.certificate], cv_keys, is_test=True)
    anchors = configured_anchors(settings, folder)
    if not anchors.authorities:
        raise BadSettings("anchors.authorities", "name J-LIS's certificates in --config FILE")
    return anchors


def _centre(answer: str) -> SimulatedCentre:
    if answer == _DOWN:
        return SimulatedCentre(fails=repeat(CentreUnreachable()))
    if answer not in _STANDINGS:
        raise typer.BadParameter(f"--centre is one of {', '.join(_STANDINGS)}, down")
    return SimulatedCentre(_STANDINGS[answer])


def _faces(settings: Mapping[str, object], folder: Path) -> Faces | FaceNotAvailable:
    try:
        face = FaceSettings.of(settings, folder)
        return Faces(open_matcher(face), Attempts(face.pause_s if face else 0.0, monotonic))
    except FaceNotAvailable as error:
        return error


def _show(visit: Visit, *, as_json: bool) -> None:
    if as_json:
        show.print_json(visit.to_json())
        return
    facts = {name: value for name, value in visit.to_json().items() if name in _SHOWN and value}
    show.show_facts(Console(), facts)
