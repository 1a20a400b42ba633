"""Choose the centre: in a test a simulated one, whose answer is an option; else none."""

from dataclasses import dataclass
from itertools import repeat
from typing import Annotated

import typer

from kazashi.reception.eligibility import Centre, CentreUnreachable, MissingCentre, Standing

_DOWN = "down"
_STANDINGS = {standing.name.lower(): standing for standing in Standing}
_ANSWERS = ", ".join([*_STANDINGS, _DOWN])


@dataclass(frozen=True)
class Says:
    """The simulated answer. `standing`: None if the centre is down."""

    standing: Standing | None


def _says(answer: str) -> Says:
    if answer != _DOWN and answer not in _STANDINGS:
        raise typer.BadParameter(f"choose one of {_ANSWERS}")
    return Says(_STANDINGS.get(answer))


SaysCentre = Annotated[
    Says | None,
    typer.Option(
        "--centre",
        metavar="ANSWER",
        parser=_says,
        help=f"With --test, of the simulated centre: {_ANSWERS}.",
        show_default=False,
    ),
]


def centre_of(says: Says | None, *, is_test: bool) -> Centre:
    """The centre to ask. A wrong pair of options is a usage error."""
    if not is_test:
        if says:
            raise typer.BadParameter(
                "only a simulated centre answers what it is told to: give --test with it",
                param_hint="--centre",
            )
        return MissingCentre()
    from kazashi.testing import SimulatedCentre

    standing = says.standing if says else Standing.VALID
    if standing is None:
        return SimulatedCentre(fails=repeat(CentreUnreachable()))
    return SimulatedCentre(standing)
