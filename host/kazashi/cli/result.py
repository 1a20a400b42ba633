"""What came of a visit, on the terminal, for the staff; and where its time went."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.reception.numbers.patient import FoundPatient
from kazashi.reception.rules import Proof, State
from kazashi.reception.texts import Message
from kazashi.reception.visit import Outcome, Span, Visit, Who
from kazashi.words import Language

_LEAST_SEEN_MS = 1.0


def show_result(visit: Visit, language: Language, *, timeline: bool) -> None:
    """Names and values; then, if asked for, a bar for each step."""
    console = Console()
    facts = {
        Message(f"result.{name}").text(language): _joined(value, language)
        for name, value in _facts(visit).items()
    }
    show.show_facts(console, {name: value for name, value in facts.items() if value})
    if timeline:
        show.show_timeline(console, [_step(span) for span in visit.spans if _is_seen(span)])


def _facts(visit: Visit) -> Mapping[str, Sequence[Message | str]]:
    agreed = [each.item.message for each in visit.consents.items if each.state is State.GIVEN]
    answer, proof = visit.eligibility, visit.proof
    named: dict[str, Message | str | None] = {
        "outcome": _outcome(visit.outcome),
        "why": visit.why and visit.why.message,
        "refused": visit.refused and _outcome(visit.refused),
        "token": visit.token and visit.token.message,
        "way": visit.way and visit.way.message,
        "certificate": visit.certificate_sha256,
        "validity": visit.validity and visit.validity.notice(is_phone=_is_phone(visit)),
        "proof": None if proof is Proof.NONE else Message(f"result.proof.{_key(proof)}"),
        "subsidies": None if visit.shares_subsidies is None else _shared(visit.shares_subsidies),
        "prescription": visit.prescription.message if visit.prescription else None,
        "eligibility": answer and _standing(answer.standing.name),
        "fallback": visit.fallback and visit.fallback.message,
        "held": Message("result.is-held") if visit.is_held else None,
        "patient": visit.patient and visit.patient.number,
    }
    several = {"agreed": agreed, "expected": _expected(visit), "simulated": _simulated_parts(visit)}
    return {name: [value] for name, value in named.items() if value} | several


def _expected(visit: Visit) -> list[Message]:
    """What the staff expect of the patient, and whether the centre's answer has it."""
    patient = visit.patient or FoundPatient()
    return [
        Message(f"staff.number.missing.{each}")
        if each in patient.missing
        else Message(f"staff.number.expects.{each}")
        for each in patient.expects
    ]


def _simulated_parts(visit: Visit) -> list[Message]:
    """The simulated parts of a visit. They have no value, and are marked on every display."""
    found = [Message("result.test")] if visit.is_test else []
    if (visit.eligibility or visit.identity) and _is_simulated(visit):
        found.append(Message("result.test-centre"))
    return found


def _is_simulated(visit: Visit) -> bool:
    return any(each and each.is_simulated for each in (visit.identity, visit.eligibility))


def _joined(value: Sequence[Message | str], language: Language) -> str:
    between = "、" if language is Language.JAPANESE else ", "
    texts = (each if isinstance(each, str) else each.text(language) for each in value)
    return between.join(texts)


def _outcome(outcome: Outcome) -> Message:
    return Message(f"result.outcome.{_key(outcome)}")


def _standing(name: str) -> Message:
    return Message(f"standing.{name.lower().replace('_', '-')}")


def _shared(is_shared: bool) -> Message:
    return Message("share.yes" if is_shared else "share.no")


def _is_phone(visit: Visit) -> bool:
    return bool(visit.token and visit.token.is_phone)


def _key(value: StrEnum) -> str:
    return value.replace("_", "-")


def _is_seen(span: Span) -> bool:
    return span.end_ms - span.begin_ms >= _LEAST_SEEN_MS


def _step(span: Span) -> show.Step:
    took_ms = span.end_ms - span.begin_ms
    spent_ms = {who.value: took_ms if span.who is who else 0.0 for who in Who}
    return show.Step(span.step, span.begin_ms, span.end_ms, spent_ms)
