"""A card that cannot be read, or whose eligibility is not found: the official way to one outcome.

Source: 保発0710第1号 of 10 July 2023 (wic-net 10145), and for claims: current numbers, former ones,
or digits of 7 (media.shaho.co.jp/n/n42fbe7fcbc00; 77777779 where the software refuses 77777777:
media.shaho.co.jp/n/ncb8a6be744a7).

A screen follows it: ask `question` of the step, offer its `answers`, go where `after` leads.
"""

from dataclasses import dataclass
from enum import StrEnum

from kazashi.reception.texts import Text


class Answer(StrEnum):
    """What may be answered."""

    YES = "yes"
    NO = "no"
    CURRENT = "current"
    FORMER = "former"
    NEITHER = "neither"

    @property
    def label(self) -> Text:
        return _LABELS[self]


_LABELS = {
    Answer.YES: Text("はい", "Yes"),
    Answer.NO: Text("いいえ", "No"),
    Answer.CURRENT: Text("現在の番号がわかる", "The current ones"),
    Answer.FORMER: Text("以前の番号だけわかる", "Former ones alone"),
    Answer.NEITHER: Text("どちらもわからない", "Neither"),
}


class Outcome(StrEnum):
    """How it ended."""

    PORTAL = "portal"
    NOTICE = "notice"
    CERTIFICATE = "certificate"
    PAST_VISIT = "past_visit"
    DECLARED_CURRENT = "declared_current"
    DECLARED_FORMER = "declared_former"
    DECLARED_UNKNOWN = "declared_unknown"
    DECLARED_UNKNOWN_ELDERLY = "declared_unknown_elderly"
    FULL_PAYMENT = "full_payment"

    @property
    def label(self) -> Text:
        """What the staff do now."""
        return _OUTCOMES[self]

    def numbers(self, *, software_takes_sevens: bool = True) -> "ClaimNumbers | None":
        """What a claim says of an unknown insured person; None: this one is known, or pays."""
        insurer = "77777777" if software_takes_sevens else "77777779"
        match self:
            case Outcome.DECLARED_UNKNOWN:
                return ClaimNumbers(insurer, "777777777")
            case Outcome.DECLARED_UNKNOWN_ELDERLY:
                return ClaimNumbers(insurer, "77777777")
            case _:
                return None


_OUTCOMES = {
    Outcome.PORTAL: Text(
        "マイナポータルの画面の資格情報で受け付けます。", "Take the insurance from the screen."
    ),
    Outcome.NOTICE: Text(
        "資格情報のお知らせとカードで受け付けます。", "Take the insurance from the notice."
    ),
    Outcome.CERTIFICATE: Text(
        "資格確認書で受け付けます。", "Go on with the certificate of eligibility."
    ),
    Outcome.PAST_VISIT: Text(
        "前回の資格情報で受け付けます。", "Take the insurance from the last visit."
    ),
    Outcome.DECLARED_CURRENT: Text(
        "申立書を預かり、現在の番号で請求します。", "Keep the declaration; claim by these numbers."
    ),
    Outcome.DECLARED_FORMER: Text(
        "申立書を預かり、以前の番号で請求し、摘要欄に「旧資格情報」と記録します。",
        "Keep the declaration; claim by the former numbers and say so.",
    ),
    Outcome.DECLARED_UNKNOWN: Text(
        "申立書を預かり、番号は「7」で請求します。摘要欄の先頭に「不詳」、"
        "続けて住所・事業所名・連絡先を記録します。",
        "Keep the declaration; claim by digits of 7, with 不詳, address, employer and telephone.",
    ),
    Outcome.DECLARED_UNKNOWN_ELDERLY: Text(
        "申立書を預かり、番号は「7」で請求します(後期高齢者)。摘要欄の先頭に「不詳」、"
        "続けて住所・連絡先を記録します。",
        "Keep the declaration; claim by digits of 7 (elderly), with 不詳, address and telephone.",
    ),
    Outcome.FULL_PAYMENT: Text(
        "いったん全額をお支払いいただき、資格を確認できた後に精算します。",
        "The patient pays in full now, and is refunded once eligibility is confirmed.",
    ),
}


@dataclass(frozen=True)
class ClaimNumbers:
    """保険者等番号 and 番号; 記号 is left out, and 摘要欄 begins with `note`."""

    insurer: str
    number: str
    note: str = "不詳"


class Step(StrEnum):
    """Where it stands."""

    PORTAL = "portal"
    NOTICE = "notice"
    CERTIFICATE = "certificate"
    PAST_VISIT = "past_visit"
    DECLARATION = "declaration"
    NUMBERS = "numbers"
    ELDERLY = "elderly"

    @property
    def question(self) -> Text:
        return _QUESTIONS[self]

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(_NEXT[self])


FIRST = Step.PORTAL

_QUESTIONS = {
    Step.PORTAL: Text(
        "患者さんは、マイナポータルの資格情報の画面を見せられますか。",
        "Can the patient show the insurance on the screen of Mynaportal?",
    ),
    Step.NOTICE: Text(
        "「資格情報のお知らせ」とマイナンバーカードを、両方お持ちですか。",
        "Does the patient have the notice of eligibility, and the My Number Card with it?",
    ),
    Step.CERTIFICATE: Text(
        "「資格確認書」をお持ちですか。", "Does the patient have a certificate of eligibility?"
    ),
    Step.PAST_VISIT: Text(
        "以前に受診されていて、そのときから保険が変わっていないと、ご本人に確認できましたか。",
        "Was the patient here before, and says that the insurance is the same?",
    ),
    Step.DECLARATION: Text(
        "「被保険者資格申立書」に記入していただけますか。",
        "Does the patient fill in the declaration of eligibility?",
    ),
    Step.NUMBERS: Text(
        "保険者番号と、記号・番号はわかりますか。", "Are the numbers of the insurance known?"
    ),
    Step.ELDERLY: Text(
        "後期高齢者医療の方ですか。", "Is this the insurance of those of 75 and over?"
    ),
}
_NEXT: dict[Step, dict[Answer, Step | Outcome]] = {
    Step.PORTAL: {Answer.YES: Outcome.PORTAL, Answer.NO: Step.NOTICE},
    Step.NOTICE: {Answer.YES: Outcome.NOTICE, Answer.NO: Step.CERTIFICATE},
    Step.CERTIFICATE: {Answer.YES: Outcome.CERTIFICATE, Answer.NO: Step.PAST_VISIT},
    Step.PAST_VISIT: {Answer.YES: Outcome.PAST_VISIT, Answer.NO: Step.DECLARATION},
    Step.DECLARATION: {Answer.YES: Step.NUMBERS, Answer.NO: Outcome.FULL_PAYMENT},
    Step.NUMBERS: {
        Answer.CURRENT: Outcome.DECLARED_CURRENT,
        Answer.FORMER: Outcome.DECLARED_FORMER,
        Answer.NEITHER: Step.ELDERLY,
    },
    Step.ELDERLY: {
        Answer.YES: Outcome.DECLARED_UNKNOWN_ELDERLY,
        Answer.NO: Outcome.DECLARED_UNKNOWN,
    },
}


def after(step: Step, answer: Answer) -> Step | Outcome:
    """Where `answer` leads.

    Raises:
        ValueError: it is no answer to the question of `step`.
    """
    try:
        return _NEXT[step][answer]
    except KeyError:
        raise ValueError(f"{answer} is no answer at {step}: {', '.join(step.answers)}") from None


def to_json() -> dict[str, object]:
    """All of it, for a screen that follows it by itself."""
    return {
        "first": FIRST.value,
        "steps": {step.value: _step_json(step) for step in Step},
        "outcomes": {outcome.value: _text_json(outcome.label) for outcome in Outcome},
    }


def _step_json(step: Step) -> dict[str, object]:
    return {
        "question": _text_json(step.question),
        "answers": {
            answer.value: {"label": _text_json(answer.label), _kind(then): then.value}
            for answer, then in _NEXT[step].items()
        },
    }


def _kind(then: Step | Outcome) -> str:
    return "step" if isinstance(then, Step) else "outcome"


def _text_json(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}
