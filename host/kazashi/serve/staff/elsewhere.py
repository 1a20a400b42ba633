"""Desks of other computers on the staff screen: how they stand, nothing to press."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from kazashi.serve.elsewhere import ShownElsewhere
from kazashi.serve.staff.overview import Colour, DeskView
from kazashi.serve.texts import Texts

_LONGEST = 200  # characters of a name


@dataclass(frozen=True)
class DeskElsewhere:
    """`tag`, `sees`: in the language of the page. `is_away`: its computer does not answer."""

    computer: str
    name: str
    colour: Colour
    tag: Markup
    sees: Markup
    is_due: bool
    since: datetime
    is_test: bool
    is_away: bool


def shown_of(view: DeskView) -> dict[str, object]:
    """What the staff at other computers see of a desk: nothing of its patient."""
    colour, tag = view.tag
    return {
        "name": view.screen.name,
        "colour": colour,
        "tag": tag,
        "sees": view.sees,
        "is_due": view.due is not None,
        "since": view.since.isoformat(),
        "is_test": view.screen.is_test,
    }


def desks_elsewhere(others: Iterable[ShownElsewhere], t: Texts) -> Iterator[DeskElsewhere]:
    """In their order. What another release wrote, and this one does not understand, is left out."""
    for each in others:
        try:
            yield _of(each, t)
        except (KeyError, LookupError, TypeError, ValueError):
            pass


def _of(each: ShownElsewhere, t: Texts) -> DeskElsewhere:
    shown = each.shown
    since = datetime.fromisoformat(str(shown["since"]))
    names = each.computer, str(shown["name"])
    if since.tzinfo is None or not all(0 < len(n) <= _LONGEST and n.isprintable() for n in names):
        raise ValueError
    return DeskElsewhere(
        *names,
        Colour(str(shown["colour"])),
        t(f"staff.tag.{shown['tag']}"),
        t(f"staff.sees.{shown['sees']}"),
        shown["is_due"] is True,
        since,
        shown["is_test"] is True,
        each.is_away,
    )
