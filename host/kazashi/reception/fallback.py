"""No result from the card or the centre: the official way on, as data.

Source: 保発0710第1号 of 10 July 2023 (wic-net 10145); 厚生労働省, マイナ保険証の円滑な利用について,
January 2026 (S0 in the tests), and its page on eligibility at the desk from 2 December 2024 (S1).
For claims: current numbers, former ones, or digits of 7 (media.shaho.co.jp/n/n42fbe7fcbc00;
77777779 if the software refuses 77777777: media.shaho.co.jp/n/ncb8a6be744a7).

A screen follows it: ask `message` of the step, offer its `answers`, go where `after` leads. Each
path ends in a `Basis`; none of them asks for full payment (10割).

The declaration (被保険者資格申立書) is for people who present the card, and digits of 7 (不詳) are
for first visits: so a step exists once for each of these cases.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum

from kazashi.reception.texts import Message


class Answer(StrEnum):
    """What may be answered."""

    YES = "yes"
    NO = "no"
    CERTIFICATE = "certificate"
    DEFENCE = "defence"
    DAY_LABOURER = "day_labourer"
    WELFARE = "welfare"
    NOTHING = "nothing"
    CURRENT = "current"
    FORMER = "former"
    NEITHER = "neither"

    @property
    def message(self) -> Message:
        return Message(f"fallback-answer.{_key(self)}")


@dataclass(frozen=True)
class ClaimNumbers:
    """What a claim says of an unknown insured person: 保険者等番号 and 番号, without 記号.

    摘要欄 begins with `note`. `insurer_instead`: if the software refuses `insurer`.
    """

    number: str
    insurer: str = "77777777"
    insurer_instead: str = "77777779"
    note: str = "不詳"


class Basis(StrEnum):
    """What the visit is then based on."""

    PORTAL = "portal"
    NOTICE = "notice"
    CERTIFICATE = "certificate"
    DEFENCE = "defence"  # 自衛官診療証
    DAY_LABOURER = "day_labourer"  # 日雇特例: no online check
    MEDICAL_TICKET = "medical_ticket"  # 医療券 of the welfare office
    PAST_VISIT = "past_visit"
    DECLARED_CURRENT = "declared_current"
    DECLARED_FORMER = "declared_former"
    DECLARED_UNKNOWN = "declared_unknown"
    DECLARED_UNKNOWN_ELDERLY = "declared_unknown_elderly"
    CONFIRMED_LATER = "confirmed_later"  # no paper and no declaration

    @property
    def message(self) -> Message:
        """What the staff do now."""
        return Message(f"fallback-basis.{_key(self)}", asdict(self.numbers) if self.numbers else {})

    @property
    def numbers(self) -> ClaimNumbers | None:
        """None: this person is known, or there is no claim yet."""
        return _NUMBERS.get(self)

    @property
    def is_asked_online(self) -> bool:
        """Whether the centre is asked with what stands on the paper."""
        return self in (Basis.CERTIFICATE, Basis.DEFENCE)

    @property
    def needs_declaration(self) -> bool:
        return self in _DECLARED


_DECLARED = (
    *(Basis.DECLARED_CURRENT, Basis.DECLARED_FORMER),
    *(Basis.DECLARED_UNKNOWN, Basis.DECLARED_UNKNOWN_ELDERLY),
)
_NUMBERS = {
    Basis.DECLARED_UNKNOWN: ClaimNumbers("777777777"),
    Basis.DECLARED_UNKNOWN_ELDERLY: ClaimNumbers("77777777"),
}


class Step(StrEnum):
    """Where it stands."""

    WELFARE = "welfare"
    CARD = "card"
    PORTAL = "portal"
    NOTICE = "notice"
    CERTIFICATE = "certificate"
    CERTIFICATE_NO_CARD = "certificate_no_card"
    PAST_VISIT = "past_visit"
    PAST_VISIT_NO_CARD = "past_visit_no_card"
    SAME_INSURANCE = "same_insurance"
    SAME_INSURANCE_NO_CARD = "same_insurance_no_card"
    DECLARATION = "declaration"
    DECLARATION_RETURNING = "declaration_returning"
    NUMBERS = "numbers"
    NUMBERS_RETURNING = "numbers_returning"
    ELDERLY = "elderly"

    @property
    def message(self) -> Message:
        """The question, to staff."""
        name = self.value.removesuffix("_no_card").removesuffix("_returning")
        return Message(f"fallback-step.{_key(name)}")

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(_NEXT[self])


FIRST = Step.CARD
FIRST_OF_WELFARE = Step.WELFARE  # the centre says: 医療扶助, not registered (未委託・未登録)
HINT = Message("fallback-hint")  # beside each question

_PAPERS = {
    Answer.CERTIFICATE: Basis.CERTIFICATE,
    Answer.DEFENCE: Basis.DEFENCE,
    Answer.DAY_LABOURER: Basis.DAY_LABOURER,
    Answer.WELFARE: Basis.MEDICAL_TICKET,
}
_NEXT: dict[Step, dict[Answer, Step | Basis]] = {
    Step.WELFARE: {Answer.YES: Basis.MEDICAL_TICKET, Answer.NO: Step.CARD},
    Step.CARD: {Answer.YES: Step.PORTAL, Answer.NO: Step.CERTIFICATE_NO_CARD},
    Step.PORTAL: {Answer.YES: Basis.PORTAL, Answer.NO: Step.NOTICE},
    Step.NOTICE: {Answer.YES: Basis.NOTICE, Answer.NO: Step.CERTIFICATE},
    Step.CERTIFICATE: {**_PAPERS, Answer.NOTHING: Step.PAST_VISIT},
    Step.CERTIFICATE_NO_CARD: {**_PAPERS, Answer.NOTHING: Step.PAST_VISIT_NO_CARD},
    Step.PAST_VISIT: {Answer.YES: Step.SAME_INSURANCE, Answer.NO: Step.DECLARATION},
    Step.PAST_VISIT_NO_CARD: {
        Answer.YES: Step.SAME_INSURANCE_NO_CARD,
        Answer.NO: Basis.CONFIRMED_LATER,
    },
    Step.SAME_INSURANCE: {Answer.YES: Basis.PAST_VISIT, Answer.NO: Step.DECLARATION_RETURNING},
    Step.SAME_INSURANCE_NO_CARD: {
        Answer.YES: Basis.PAST_VISIT,
        Answer.NO: Basis.CONFIRMED_LATER,
    },
    Step.DECLARATION: {Answer.YES: Step.NUMBERS, Answer.NO: Basis.CONFIRMED_LATER},
    Step.DECLARATION_RETURNING: {
        Answer.YES: Step.NUMBERS_RETURNING,
        Answer.NO: Basis.CONFIRMED_LATER,
    },
    Step.NUMBERS: {
        Answer.CURRENT: Basis.DECLARED_CURRENT,
        Answer.FORMER: Basis.DECLARED_FORMER,
        Answer.NEITHER: Step.ELDERLY,
    },
    Step.NUMBERS_RETURNING: {
        Answer.CURRENT: Basis.DECLARED_CURRENT,
        Answer.FORMER: Basis.DECLARED_FORMER,  # those of the last visit, at least
    },
    Step.ELDERLY: {
        Answer.YES: Basis.DECLARED_UNKNOWN_ELDERLY,
        Answer.NO: Basis.DECLARED_UNKNOWN,
    },
}


def after(step: Step, answer: Answer) -> Step | Basis:
    """Where `answer` leads.

    Raises:
        ValueError: it is no answer to the question of `step`.
    """
    try:
        return _NEXT[step][answer]
    except KeyError:
        raise ValueError(f"{answer} is no answer at {step}: {', '.join(step.answers)}") from None


def to_json() -> dict[str, object]:
    """All of it, for a screen that follows it by itself; texts by their keys in the catalogues."""
    return {
        "first": FIRST.value,
        "first_of_welfare": FIRST_OF_WELFARE.value,
        "hint": HINT.key,
        "steps": {step.value: _step_json(step) for step in Step},
        "bases": {basis.value: _basis_json(basis) for basis in Basis},
    }


def _step_json(step: Step) -> dict[str, object]:
    return {
        "question": step.message.key,
        "answers": {
            answer.value: {"label": answer.message.key, _kind(then): then.value}
            for answer, then in _NEXT[step].items()
        },
    }


def _basis_json(basis: Basis) -> dict[str, object]:
    numbers = basis.numbers
    return {
        "label": basis.message.key,
        "numbers": asdict(numbers) if numbers else None,
        "is_asked_online": basis.is_asked_online,
        "needs_declaration": basis.needs_declaration,
    }


def _kind(then: Step | Basis) -> str:
    return "step" if isinstance(then, Step) else "basis"


def _key(name: str) -> str:
    return name.replace("_", "-")
