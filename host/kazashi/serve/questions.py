"""The engine's questions as JSON, and answers from JSON.

What an answer looks like, by the question's name:

    token                 one of `tokens`, or "neither"
    way                   one of `ways`
    pin                   4 digits
    items pin             4 digits
    code b                14 digits
    passcode              as typed
    last try              true: use it
    registration          true: register
    consents              those of `groups` that are agreed to
    subsidies             true: share
    prescription          "electronic" or "paper"
    staff                 {"staff", "reason", "is_same"}; reason: one of `reasons`, or typed
    fallback              one of `answers`
    four items            {"name", "address", "birth", "sex"}, as typed
    certificate           what stands on a 資格確認書: see `certificate_paper`
    front, frame, turn    a picture: it comes by itself, see api.py

null is no answer to any of them: the patient does not know, and goes on in another way. "back" is
an answer to those with `can_go_back`: to the choice before, which offers this way again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any, cast

from kazashi.reception.fallback import Answer
from kazashi.reception.papers.certificate import Form, certificate_paper
from kazashi.reception.papers.fields import typed_items
from kazashi.reception.people import (
    BACK,
    NEITHER,
    AskCertificate,
    AskCodeB,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskFront,
    AskItemsPin,
    AskLastTry,
    AskPasscode,
    AskPin,
    AskPrescription,
    AskRegistration,
    AskStaff,
    AskSubsidies,
    AskToken,
    AskTurn,
    AskWay,
    Question,
    SightReason,
    StaffCheck,
    leads_back,
)
from kazashi.reception.rules import Group, Prescription, Token, Way

_LONGEST = 200  # characters of a text that somebody types
_TOLD = "reason"  # why it is asked again: a notice
_HALF = re.compile("[\ud800-\udfff]")

PICTURES = (AskFront, AskFrame, AskTurn)


class NotAnAnswer(ValueError):
    """It is no answer to this question. Says nothing of what was sent: it may be a PIN."""


def question_to_json(question: Question[Any]) -> dict[str, object]:
    """Its name, and its fields; pictures are fetched by those who may see them."""
    shown: dict[str, object] = {"name": question.name, "can_go_back": leads_back(question)}
    for each in fields(question):
        if each.name == _TOLD:
            continue
        value: object = getattr(question, each.name)
        match value:
            case bytes():
                shown[f"has_{each.name}"] = bool(value)
            case tuple():
                shown[each.name] = list(cast("tuple[object, ...]", value))
            case str() | int() | float() | bool() | None:
                shown[each.name] = value
            case _:
                pass
    match question:
        case AskToken():
            shown["tokens"] = [*question.tokens, NEITHER]
        case AskFallback():
            shown["answers"] = list(question.step.answers)
        case AskStaff():
            shown["reasons"] = [reason.value for reason in SightReason]
        case AskPrescription():
            shown["kinds"] = [kind.name.lower() for kind in Prescription]
        case _:
            pass
    return shown


def answer_of(question: Question[Any], value: object, today: date) -> object:
    """The answer that `value`, from JSON, is to `question`.

    Raises:
        NotAnAnswer: it is none.
        Mistyped: a field that the staff typed is not what it should be; it says which.
    """
    if value is None or (value == BACK and leads_back(question)):
        return value
    match question:
        case AskToken():
            chosen = _text(value)
            return NEITHER if chosen == NEITHER else _one_of(Token, question.tokens)(chosen)
        case AskWay():
            return _one_of(Way, question.ways)(value)
        case AskPin() | AskItemsPin() | AskCodeB() | AskPasscode():
            return _text(value)
        case AskLastTry() | AskRegistration() | AskSubsidies():
            return _flag(value)
        case AskConsents():
            chosen = cast("list[object]", value) if isinstance(value, list) else _no_answer()
            return [_one_of(Group, question.groups)(each) for each in chosen]
        case AskPrescription():
            return _one_of(_prescription, tuple(Prescription))(value)
        case AskFallback():
            return _one_of(Answer, question.step.answers)(value)
        case AskStaff():
            typed = _table(value)
            reason = _text(typed.get("reason"))
            return StaffCheck(_text(typed.get("staff")), reason, _flag(typed.get("is_same")))
        case AskFourItems():
            return typed_items(**_texts(value, "name", "address", "birth", "sex"), today=today)
        case AskCertificate():
            return _certificate(value, today)
        case _:
            return _no_answer()


def _certificate(value: object, today: date) -> object:
    typed = _table(value)
    names = ("insurer", "symbol", "number", "branch", "name", "birth", "expires", "share")
    return certificate_paper(
        **_texts(typed, *names),
        form=_one_of(Form, tuple(Form))(typed.get("form")),
        clock_seen=_flag(typed.get("clock_seen", False)),
        cost_limit=_flag(typed.get("cost_limit", False)),
        today=today,
    )


def _one_of(kind: Callable[[str], Any], allowed: tuple[object, ...]) -> Callable[[object], Any]:
    def chosen(value: object) -> Any:
        try:
            found = kind(_text(value))
        except (ValueError, KeyError):
            return _no_answer()
        return found if found in allowed else _no_answer()

    return chosen


def _prescription(name: str) -> Prescription:
    return Prescription[name.upper()]


def _table(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else _no_answer()


def _texts(value: object, *names: str) -> dict[str, str]:
    table = _table(value)
    return {name: _text(table.get(name, "")) for name in names}


def _text(value: object) -> str:
    """Half of a surrogate pair, which JSON may hold, is no text."""
    if not isinstance(value, str) or len(value) > _LONGEST or _HALF.search(value):
        return _no_answer()
    return value


def _flag(value: object) -> bool:
    return value if isinstance(value, bool) else _no_answer()


def _no_answer() -> Any:
    raise NotAnAnswer
