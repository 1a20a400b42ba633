"""`kazashi face`: check the models, and measure the error rates of face matching."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson, Picture, need
from kazashi.cli.writing import writing
from kazashi.reception.face import plot as picture
from kazashi.reception.face.engine import open_matcher
from kazashi.reception.face.evaluation import Engine, Evaluation, Person, evaluate, people_in
from kazashi.reception.face.rates import CONFIDENCE, Rate
from kazashi.reception.face.settings import FaceSettings
from kazashi.reception.settings import load

if TYPE_CHECKING:
    from kazashi.reception.face.dlib_engine import DlibMatcher
    from kazashi.reception.face.opencv import OpenCvMatcher

    Matcher = DlibMatcher | OpenCvMatcher

app = typer.Typer(no_args_is_help=True, help="Face matching: its models, its error rates.")

_Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="TOML, with a table named face."),
]
_Folder = Annotated[
    Path,
    typer.Argument(
        metavar="DIR",
        help="A subfolder for each person, whatever its name: in it the photo, photo.jp2 as on a "
        "card or photo.png|jpg, and camera frames, all other .png and .jpg.",
    ),
]

_STEP = 0.05  # between two shown thresholds
_LIMITS = (
    "These are the rates on these pictures, with these models; no accuracy is claimed beyond them. "
    "The bounds take the pairs as independent, and pairs that share a person are not: the fewer "
    "the people, the less they hold."
)


@app.command("check")
def check(config: _Config = None, *, as_json: AsJson = False) -> None:
    """Load the models, and tell what is configured or what is missing."""
    settings, _ = _open(config)
    facts = _settings_facts(settings)
    if as_json:
        show.print_json(facts)
    else:
        show.show_facts(Console(), facts)


@app.command("evaluate")
def evaluate_pictures(
    folder: _Folder,
    config: _Config = None,
    *,
    plot: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Compare each photo with each frame, and tell how often that errs.

    The pictures are read, never written, and nothing of them is kept.
    """
    try:
        people = people_in(folder)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="DIR") from error
    settings, matcher = _open(config)
    evaluation = _evaluated(matcher, people)
    if plot:
        _draw(evaluation, settings, plot)
    if as_json:
        show.print_json(_facts(evaluation, settings))
    else:
        _show(Console(), evaluation, settings)


def _open(config: Path | None) -> "tuple[FaceSettings, Matcher]":
    need("face")
    settings = FaceSettings.of(*((load(config), config.parent) if config else ({}, Path())))
    return settings, open_matcher(settings)


def _evaluated(matcher: "Matcher", people: Sequence[Person]) -> Evaluation:
    columns = (
        TextColumn("  pictures"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=sum(1 + len(person.frames) for person in people))
        try:
            engine = cast("Engine[object]", matcher)  # each with features of its own
            return evaluate(engine, people, lambda: progress.advance(task))
        except OSError as error:
            message = f"cannot read {error.filename}: {error.strerror}"
            raise typer.BadParameter(message, param_hint="DIR") from error


def _draw(evaluation: Evaluation, settings: FaceSettings, path: Path) -> None:
    with writing(path):
        picture.plot(evaluation, settings.threshold, path)


def _settings_facts(settings: FaceSettings) -> dict[str, object]:
    return {
        "engine": settings.engine,
        "detector": settings.detector.path.name,
        "detector_sha256": settings.detector.sha256,
        "recognizer": settings.recognizer.path.name,
        "recognizer_sha256": settings.recognizer.sha256,
        "threshold": settings.threshold,
        "threshold_source": settings.threshold_source,
        "threshold_meaning": settings.threshold_meaning,
    }


def _facts(evaluation: Evaluation, settings: FaceSettings) -> dict[str, object]:
    return {
        "settings": _settings_facts(settings),
        "people": evaluation.people,
        "pictures": evaluation.pictures,
        "unusable": evaluation.unusable,
        "failure_to_acquire": _rate_facts(evaluation.failure_to_acquire),
        "confidence_of_each_bound": CONFIDENCE,
        "at": [
            {
                "threshold": threshold,
                "false_match": _rate_facts(evaluation.false_match(threshold)),
                "false_non_match": _rate_facts(evaluation.false_non_match(threshold)),
            }
            for threshold in _thresholds(evaluation, settings)
        ],
        "limits": _LIMITS,
    }


def _rate_facts(rate: Rate) -> Mapping[str, float | None]:
    return {
        "errors": rate.errors,
        "trials": rate.trials,
        "rate": rate.value,
        "lower": rate.lower,
        "upper": rate.upper,
    }


def _thresholds(evaluation: Evaluation, settings: FaceSettings) -> list[float]:
    """The configured threshold, and steps that cover all scores."""
    scores = [settings.threshold, *evaluation.genuine, *evaluation.impostor]
    first, last = int(min(scores) // _STEP), int(max(scores) // _STEP) + 1
    steps = {round(i * _STEP, 2) for i in range(first, last + 1)}
    return sorted(steps | {settings.threshold})


def _show(console: Console, evaluation: Evaluation, settings: FaceSettings) -> None:
    count, rate, bounds = _rate_cells(evaluation.failure_to_acquire)
    facts: dict[str, object] = {
        "people": evaluation.people,
        "pictures": evaluation.pictures,
        "unusable": f"{count}, {rate} ({bounds})",
        "pairs of one person": len(evaluation.genuine),
        "pairs of different people": len(evaluation.impostor),
        "threshold": f"{settings.threshold:g} ({settings.threshold_source})",
    }
    show.show_facts(console, facts)
    for reason, count in evaluation.unusable.items():
        console.print(f"  {count} × {reason}", highlight=False)
    console.print()
    console.print(_rates_table(evaluation, settings))
    console.print(f"\n[dim]Bounds: each at {CONFIDENCE:.0%} confidence. {_LIMITS}[/dim]")


def _rates_table(evaluation: Evaluation, settings: FaceSettings) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("threshold", justify="right")
    for name in ("false\nmatches", "false non-\nmatches"):
        table.add_column(name, justify="right", no_wrap=True)
        table.add_column("rate", justify="right")
        table.add_column("bounds", justify="right", no_wrap=True)
    for threshold in _thresholds(evaluation, settings):
        table.add_row(
            f"{threshold:g}",
            *_rate_cells(evaluation.false_match(threshold)),
            *_rate_cells(evaluation.false_non_match(threshold)),
            style="bold" if threshold == settings.threshold else "",
        )
    return table


def _rate_cells(rate: Rate) -> tuple[str, str, str]:
    if rate.value is None:
        return "no pairs", "", ""
    return (
        f"{rate.errors} of {rate.trials}",
        f"{rate.value:.2%}",
        f"{rate.lower:.2%}–{rate.upper:.2%}",
    )
