"""The only centre there is: a simulated one, that answers what an option says."""

from itertools import repeat
from typing import Annotated

import typer

from kazashi.reception.eligibility import CentreUnreachable, Standing
from kazashi.reception.simulated_centre import SimulatedCentre

_DOWN = "down"
_STANDINGS = {standing.name.lower(): standing for standing in Standing}
_ANSWERS = ", ".join([*_STANDINGS, _DOWN])


def _centre(answer: str) -> SimulatedCentre:
    if answer == _DOWN:
        return SimulatedCentre(fails=repeat(CentreUnreachable()))
    if answer not in _STANDINGS:
        raise typer.BadParameter(f"choose one of {_ANSWERS}")
    return SimulatedCentre(_STANDINGS[answer])


SaysCentre = Annotated[
    SimulatedCentre | None,
    typer.Option(
        "--centre",
        metavar="ANSWER",
        parser=_centre,
        help=f"Of the simulated centre: {_ANSWERS}.",
        show_default=False,
    ),
]
