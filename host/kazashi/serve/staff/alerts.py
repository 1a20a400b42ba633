"""What else the staff should know: readers that do not work, the journal, face matching."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

from kazashi.reception.japan import JAPAN, utc_now
from kazashi.reception.journal import JournalError
from kazashi.serve.desk import Desk
from kazashi.serve.staff.overview import Colour, DeskView
from kazashi.serve.texts import Texts
from kazashi.words import Language, words_of

_LEAST_FREE = 500_000_000  # bytes


@dataclass(frozen=True)
class Alert:
    """`kind`: for programs that look at the page. `href`: where there is more; "" nowhere."""

    kind: str
    colour: Colour
    seen: str
    advice: str
    href: str = ""


def of_readers(views: Iterable[DeskView], t: Texts) -> Iterator[Alert]:
    """Of desks whose reader is out of order, in the doctor's words."""
    for view in views:
        if fault := view.screen.fault:
            words = words_of(fault, Language(t.lang))
            seen = t.plain("staff.news.reader", desk=view.screen.name, seen=words.seen)
            yield Alert("reader", Colour.ATTN, seen, words.advice, "/staff/devices")


def of_disk(journal: Path, t: Texts) -> Iterator[Alert]:
    """If the journal's disk is nearly full."""
    try:
        free = disk_usage(journal.parent).free
    except OSError:
        return  # there is no journal yet
    if free < _LEAST_FREE:
        seen = t.plain("staff.news.disk", megabytes=free // 1_000_000)
        yield Alert("disk", Colour.WARN, seen, t.plain("staff.news.disk-advice"))


def of_journal(trouble: JournalError | None, t: Texts) -> Iterator[Alert]:
    """If the journal cannot be read."""
    if trouble:
        words = words_of(trouble, Language(t.lang))
        yield Alert("journal", Colour.ATTN, words.seen, words.advice)


def of_faces(desks: Iterable[Desk], t: Texts) -> Iterator[Alert]:
    """Where face matching pauses."""
    for desk in desks:
        until = desk.face_paused_until
        if until and until > utc_now():
            at = f"{until.astimezone(JAPAN):%H:%M}"
            seen = t.plain("staff.news.face-pause", desk=desk.display.screen.name, time=at)
            yield Alert("face", Colour.INFO, seen, t.plain("staff.news.face-pause-advice"))


def of_visits(desks: Iterable[Desk], t: Texts) -> Iterator[Alert]:
    """Where the last visit is not in the journal, or not all of it."""
    for desk in desks:
        if desk.last and not desk.last.is_kept:
            seen = t.plain("staff.news.not-kept", desk=desk.display.screen.name)
            yield Alert("visit", Colour.ATTN, seen, t.plain("staff.news.not-kept-advice"))
