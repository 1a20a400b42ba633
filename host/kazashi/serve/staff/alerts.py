"""What else the staff should know: of readers, the terminal, the journal, face matching."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kazashi.finding import Finding, Level
from kazashi.reception.japan import JAPAN, utc_now
from kazashi.reception.journal import JournalError
from kazashi.reception.numbers.errors import NumbersError
from kazashi.serve.desk import Desk
from kazashi.serve.staff.overview import Colour, DeskView
from kazashi.serve.texts import Texts
from kazashi.serve.under_way import Begun
from kazashi.words import Language, words_of

_COLOURS = {Level.WARNING: Colour.WARN, Level.FAILURE: Colour.ATTN}


@dataclass(frozen=True)
class Alert:
    """`kind`: for programs that look at the page. `href`: where there is more; "" nowhere.

    `forget`: the call that takes it away once the staff have seen it; "" none does.
    """

    kind: str
    colour: Colour
    seen: str
    advice: str
    href: str = ""
    forget: str = ""


def of_readers(views: Iterable[DeskView], t: Texts) -> Iterator[Alert]:
    """Of desks whose reader is out of order, in the doctor's words."""
    for view in views:
        if fault := view.screen.fault:
            words = words_of(fault, Language(t.lang))
            seen = t.plain("staff.news.reader", desk=view.screen.name, seen=words.seen)
            yield Alert("reader", Colour.ATTN, seen, words.advice, "/staff/devices")


def of_terminal(findings: Iterable[Finding], t: Texts) -> Iterator[Alert]:
    """Certificates, disk, clock, readers that keep recovering: in the doctor's words."""
    language = Language(t.lang)
    for each in findings:
        if colour := _COLOURS.get(each.level):
            kind = each.check.replace(" ", "-")
            yield Alert(kind, colour, each.seen(language), each.remedy(language))


def of_journal(trouble: JournalError | None, t: Texts) -> Iterator[Alert]:
    """If the journal cannot be read."""
    if trouble:
        words = words_of(trouble, Language(t.lang))
        yield Alert("journal", Colour.ATTN, words.seen, words.advice)


def of_numbers(trouble: NumbersError | None, t: Texts) -> Iterator[Alert]:
    """If the clinic's own numbers cannot be read."""
    if trouble:
        words = words_of(trouble, Language(t.lang))
        yield Alert("numbers", Colour.WARN, words.seen, words.advice)


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


def of_broken_off(
    visits: Mapping[str, Begun], titles: Mapping[str, str], t: Texts
) -> Iterator[Alert]:
    """Visits that the service before this one did not end. `titles`: of desks, by name."""
    for desk, visit in visits.items():
        at = f"{visit.since.astimezone(JAPAN):%m-%d %H:%M}"
        seen = t.plain("staff.news.broken-off", desk=titles.get(desk, desk), time=at)
        advice = t.plain("staff.news.broken-off-advice")
        where = f"/staff/visits/{visit.entry}" if visit.entry else "/staff/journal"
        call = f"/api/v1/desks/{desk}/broken-off"
        yield Alert("broken-off", Colour.ATTN, seen, advice, where, call)
