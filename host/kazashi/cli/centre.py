"""Choose the centre: in a test a simulated one, whose answers are options; else none."""

from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazashi.cli.oqs import centre_by_files
from kazashi.reception.centre import Centre, CentreUnreachable, CertificateState, Standing

if TYPE_CHECKING:
    from kazashi.testing import SimulatedCentre

_DOWN, _UNREGISTERED, _SUBSIDIES = "down", "unregistered", "subsidies"
_STANDINGS = {standing.name.lower(): standing for standing in Standing}
_CERTIFICATES = {f"certificate-{state}": state for state in CertificateState}
ANSWERS = (*_STANDINGS, _UNREGISTERED, _SUBSIDIES, *_CERTIFICATES, _DOWN)
_FOUND = ("子ども医療費受給者証(試験)",)


@dataclass(frozen=True)
class Says:
    """What the simulated centre answers."""

    words: tuple[str, ...]


def _says(answers: str) -> Says:
    words = tuple(word.strip() for word in answers.split(","))
    if wrong := [word for word in words if word not in ANSWERS]:
        raise typer.BadParameter(f"no {wrong[0]}: choose of {', '.join(ANSWERS)}")
    return Says(words)


SaysCentre = Annotated[
    Says | None,
    typer.Option(
        "--centre",
        metavar="ANSWERS",
        parser=_says,
        help=f"With --test, of the simulated centre: {', '.join(ANSWERS)}; with commas between.",
        show_default=False,
    ),
]


def centre_of(says: Says | None, *, is_test: bool, config: Path | None = None) -> Centre | None:
    """The centre to ask. A wrong pair of options is a usage error."""
    if not is_test:
        if says:
            raise typer.BadParameter(
                "only a simulated centre answers what it is told to: give --test with it",
                param_hint="--centre",
            )
        return centre_by_files(config)
    return _simulated(says.words if says else ())


def _simulated(says: tuple[str, ...]) -> "SimulatedCentre":
    from kazashi.testing import SOMEBODY, SimulatedCentre

    fails = repeat(CentreUnreachable()) if _DOWN in says else ()
    centre = SimulatedCentre(fails=fails, insurance=(SOMEBODY,))
    for word in says:
        centre.standing = _STANDINGS.get(word, centre.standing)
        centre.certificate = _CERTIFICATES.get(word, centre.certificate)
    if _UNREGISTERED in says:
        centre.registered, centre.standing = centre.standing, Standing.NONE
    if _SUBSIDIES in says:
        centre.subsidies = _FOUND
    return centre
