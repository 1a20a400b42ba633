"""What is done at one desk: the page follows the question that is asked there."""

from collections.abc import Mapping
from typing import Any, cast

from kazashi.reception.papers.certificate import Form
from kazashi.reception.people import (
    NEITHER,
    AskCertificate,
    AskCodeB,
    AskFallback,
    AskFourItems,
    AskLastTry,
    AskPasscode,
    AskStaff,
    AskToken,
    AskWay,
    Question,
    SightReason,
)
from kazashi.reception.rules import Token
from kazashi.reception.typed import required
from kazashi.serve.questions import NotAnAnswer
from kazashi.serve.screen import Step
from kazashi.serve.staff.ends import end_of
from kazashi.serve.staff.overview import DeskView
from kazashi.serve.staff.path import most_left, path_to
from kazashi.serve.texts import Texts

Choices = list[tuple[str, str]]  # value, label


def work_of(view: DeskView, t: Texts) -> Mapping[str, object]:
    """Which part of templates/staff/work, and what it shows."""
    screen = view.screen
    match screen.question:
        case AskPasscode():
            return {"work": "passcode"}
        case AskStaff():
            reasons = [(each.value, t.message(each.message)) for each in SightReason]
            return {"work": "visual", "reasons": reasons}
        case AskFallback(step=step):
            answers = [(each.value, t.message(each.message)) for each in step.answers]
            path = path_to(step)
            return {"work": "fallback", "choices": answers, "path": path, "left": most_left(step)}
        case AskCertificate():
            return {"work": "certificate", "forms": [(f.value, t.message(f.message)) for f in Form]}
        case AskFourItems():
            return {"work": "four-items"}
        case AskCodeB():
            return {"work": "code-b"}
        case AskToken() | AskWay() | AskLastTry():
            return {"work": "help", "choices": _choices(screen.question, t)}
        case _ if view.basis:
            return {"work": "end", "number": view.number, **end_of(view.basis, t)}
        case _:
            return {"work": "ended" if screen.step is Step.ENDED else "nothing"}


def checked(question: Question[Any] | None, value: object) -> object:
    """An answer as the interface takes it; what the page's forms have more is worked in.

    Raises:
        Mistyped: a field of it is not what it should be.
        NotAnAnswer: it has not the form's fields.
    """
    if not isinstance(question, AskStaff) or not isinstance(value, dict):
        return value
    typed = cast("dict[str, object]", value)
    reason, other = typed.get("reason", ""), typed.pop("other", "")
    staff = typed.get("staff", "")
    if not (isinstance(staff, str) and isinstance(reason, str) and isinstance(other, str)):
        raise NotAnAnswer
    required("staff", staff)
    required("reason", reason)
    if reason == SightReason.OTHER:
        typed["reason"] = required("other", other)
    return typed


def _choices(question: AskToken | AskWay | AskLastTry, t: Texts) -> Choices:
    match question:
        case AskToken():
            tokens: tuple[Token | str, ...] = (*question.tokens, NEITHER)
            return [(str(each), t(f"token.{each}")) for each in tokens]
        case AskWay():
            return [(each.value, t(f"way.{each}")) for each in question.ways]
        case AskLastTry():
            return [("false", t("staff.help.last-try.no")), ("true", t("staff.help.last-try.yes"))]
