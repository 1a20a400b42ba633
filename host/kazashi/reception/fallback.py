"""A card that cannot be read, or whose eligibility is not found: the official way on.

Source: 保発0710第1号 of 10 July 2023 (wic-net 10145), and for claims: current numbers, former ones,
or digits of 7 (media.shaho.co.jp/n/n42fbe7fcbc00; 77777779 where the software refuses 77777777:
media.shaho.co.jp/n/ncb8a6be744a7).

A screen follows it: ask `question` of the step, offer its `answers`, go where `after` leads.
"""

from dataclasses import asdict, dataclass
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


@dataclass(frozen=True)
class ClaimNumbers:
    """What a claim says of an unknown insured person: 保険者等番号 and 番号, without 記号.

    摘要欄 begins with `note`. `insurer_instead`: where the software refuses `insurer`.
    """

    number: str
    insurer: str = "77777777"
    insurer_instead: str = "77777779"
    note: str = "不詳"


_UNKNOWN, _UNKNOWN_ELDERLY = ClaimNumbers("777777777"), ClaimNumbers("77777777")


class Basis(StrEnum):
    """What the visit is then based on."""

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
        return _BASES[self]

    @property
    def numbers(self) -> ClaimNumbers | None:
        """None: this person is known, or pays."""
        return _NUMBERS.get(self)


_NUMBERS = {Basis.DECLARED_UNKNOWN: _UNKNOWN, Basis.DECLARED_UNKNOWN_ELDERLY: _UNKNOWN_ELDERLY}


def _declared(numbers: ClaimNumbers, ja: str, en: str) -> Text:
    """`ja`, `en`: what stands behind the note."""
    return Text(
        f"申立書を預かり、保険者番号{numbers.insurer}(使えないときは{numbers.insurer_instead})、"
        f"番号{numbers.number}で請求します。摘要欄の先頭に「{numbers.note}」、続けて{ja}を記録します。",
        f"Keep the declaration; claim by insurer {numbers.insurer}, where that is refused "
        f"{numbers.insurer_instead}, and number {numbers.number}, with {numbers.note}, {en}.",
    )


_BASES = {
    Basis.PORTAL: Text(
        "マイナポータルの画面の資格情報で受け付けます。", "Take the insurance from the screen."
    ),
    Basis.NOTICE: Text(
        "資格情報のお知らせとカードで受け付けます。", "Take the insurance from the notice."
    ),
    Basis.CERTIFICATE: Text(
        "資格確認書で受け付けます。", "Go on with the certificate of eligibility."
    ),
    Basis.PAST_VISIT: Text(
        "前回の資格情報で受け付けます。", "Take the insurance from the last visit."
    ),
    Basis.DECLARED_CURRENT: Text(
        "申立書を預かり、現在の番号で請求します。", "Keep the declaration; claim by these numbers."
    ),
    Basis.DECLARED_FORMER: Text(
        "申立書を預かり、以前の番号で請求し、摘要欄に「旧資格情報」と記録します。",
        "Keep the declaration; claim by the former numbers and say so.",
    ),
    Basis.DECLARED_UNKNOWN: _declared(
        _UNKNOWN, "住所・事業所名・連絡先", "address, employer and telephone"
    ),
    Basis.DECLARED_UNKNOWN_ELDERLY: _declared(
        _UNKNOWN_ELDERLY, "住所・連絡先", "address and telephone"
    ),
    Basis.FULL_PAYMENT: Text(
        "いったん全額をお支払いいただき、資格を確認できた後に精算します。",
        "The patient pays in full now, and is refunded once eligibility is confirmed.",
    ),
}


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
_NEXT: dict[Step, dict[Answer, Step | Basis]] = {
    Step.PORTAL: {Answer.YES: Basis.PORTAL, Answer.NO: Step.NOTICE},
    Step.NOTICE: {Answer.YES: Basis.NOTICE, Answer.NO: Step.CERTIFICATE},
    Step.CERTIFICATE: {Answer.YES: Basis.CERTIFICATE, Answer.NO: Step.PAST_VISIT},
    Step.PAST_VISIT: {Answer.YES: Basis.PAST_VISIT, Answer.NO: Step.DECLARATION},
    Step.DECLARATION: {Answer.YES: Step.NUMBERS, Answer.NO: Basis.FULL_PAYMENT},
    Step.NUMBERS: {
        Answer.CURRENT: Basis.DECLARED_CURRENT,
        Answer.FORMER: Basis.DECLARED_FORMER,
        Answer.NEITHER: Step.ELDERLY,
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
    """All of it, for a screen that follows it by itself."""
    return {
        "first": FIRST.value,
        "steps": {step.value: _step_json(step) for step in Step},
        "bases": {basis.value: _basis_json(basis) for basis in Basis},
    }


def _step_json(step: Step) -> dict[str, object]:
    return {
        "question": _text_json(step.question),
        "answers": {
            answer.value: {"label": _text_json(answer.label), _kind(then): then.value}
            for answer, then in _NEXT[step].items()
        },
    }


def _basis_json(basis: Basis) -> dict[str, object]:
    numbers = basis.numbers
    return {"label": _text_json(basis.label), "numbers": asdict(numbers) if numbers else None}


def _kind(then: Step | Basis) -> str:
    return "step" if isinstance(then, Step) else "basis"


def _text_json(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}
