"""What a patient agreed that the institution may see, item by item, since when and until when.

Source: items and flags as in the result of 顔認証付きカードリーダー (hangilc/myclinic-ts,
onshi-face.test.ts; ORCA patientgetv2, 2025-01; OQSCD016);
24 hours: iryohokenjyoho-portalsite.jp/faq/post-14.html.

Silence is no consent, and "agree to all" is written down as each item that was asked.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Self

from kazashi.reception.texts import Text

DAY = timedelta(hours=24)


class Item(StrEnum):
    """What can be agreed to."""

    SURGERY = "surgery"
    DIAGNOSES = "diagnoses"
    INFECTIONS = "infections"
    TREATMENT = "treatment"
    MEDICATION = "medication"
    CHECKUPS = "checkups"
    ALLERGIES = "allergies"
    CONTRAINDICATIONS = "contraindications"
    TESTS = "tests"
    PRESCRIPTIONS = "prescriptions"
    SPECIFIED_DISEASE = "specified_disease"
    COST_LIMIT = "cost_limit"

    @property
    def label(self) -> Text:
        return _LABELS[self]

    @property
    def is_medical(self) -> bool:
        """Whether it is medical information; the others belong to eligibility."""
        return self not in (Item.SPECIFIED_DISEASE, Item.COST_LIMIT)


_LABELS = {
    Item.SURGERY: Text("手術の情報", "Surgery"),
    Item.DIAGNOSES: Text("傷病名", "Diagnoses"),
    Item.INFECTIONS: Text("感染症の情報", "Infections"),
    Item.TREATMENT: Text("診療の情報", "Treatment"),
    Item.MEDICATION: Text("お薬の情報", "Medication"),
    Item.CHECKUPS: Text("特定健診の結果", "Health check-ups"),
    Item.ALLERGIES: Text("アレルギーの情報", "Allergies"),
    Item.CONTRAINDICATIONS: Text("使えないお薬の情報", "Medicines not to be given"),
    Item.TESTS: Text("検査の結果", "Test results"),
    Item.PRESCRIPTIONS: Text("処方の情報", "Prescriptions"),
    Item.SPECIFIED_DISEASE: Text("特定疾病療養受療証の情報", "Specified-disease certificate"),
    Item.COST_LIMIT: Text("高額療養費の限度額の情報", "High-cost care limit"),
}


class State(IntEnum):
    """ConsFlg."""

    NONE = 0
    GIVEN = 1
    EXPIRED = 2
    HARD_TO_OBTAIN = 3  # 取得困難: an emergency


class Prescription(IntEnum):
    """PrescriptionIssueSelect."""

    ELECTRONIC = 1
    PAPER = 2

    @property
    def label(self) -> Text:
        return _PRESCRIPTIONS[self]


_PRESCRIPTIONS = {
    Prescription.ELECTRONIC: Text("電子処方箋", "Electronic prescription"),
    Prescription.PAPER: Text("紙の処方箋", "Paper prescription"),
}


@dataclass(frozen=True)
class Consent:
    """`given_at`, `ends_at`: None where nothing was agreed to."""

    item: Item
    state: State
    given_at: datetime | None = None
    ends_at: datetime | None = None

    def at(self, now: datetime) -> "Consent":
        """The same as it stands at `now`: over, once its end has come."""
        is_over = self.state is State.GIVEN and self.ends_at is not None and self.ends_at <= now
        return replace(self, state=State.EXPIRED) if is_over else self

    def to_facts(self) -> dict[str, str]:
        """What is known of it, as text."""
        facts = {"item": self.item.value, "state": self.state.name.lower()}
        if self.given_at and self.ends_at:
            facts |= {"given_at": self.given_at.isoformat(), "ends_at": self.ends_at.isoformat()}
        return facts

    def to_json(self) -> dict[str, str | None]:
        return {"given_at": None, "ends_at": None} | self.to_facts()


@dataclass(frozen=True)
class Consents:
    """One `Consent` for each item that was asked, in the order of `Item`."""

    items: tuple[Consent, ...] = ()

    @classmethod
    def record(
        cls,
        asked: Collection[Item],
        agreed: Collection[Item] | None,
        now: datetime,
        *,
        lasts: timedelta = DAY,
    ) -> Self:
        """Write down an answer; `agreed` None: there was none.

        Raises:
            ValueError: an item was agreed to and not asked; `now` does not say its time zone;
                consents that last no time.
        """
        agreed = agreed or ()
        if unasked := sorted(set(agreed) - set(asked)):
            raise ValueError(f"agreed to, and not asked: {', '.join(unasked)}")
        if now.utcoffset() is None:
            raise ValueError("a time without its zone: use datetime.now(UTC)")
        if lasts <= timedelta(0):
            raise ValueError("a consent lasts some time")
        return cls(
            tuple(
                Consent(item, State.GIVEN, now, now + lasts)
                if item in agreed
                else Consent(item, State.NONE)
                for item in Item
                if item in asked
            )
        )

    @classmethod
    def hard_to_obtain(cls, items: Collection[Item]) -> Self:
        """An emergency: nobody could be asked."""
        return cls(tuple(Consent(item, State.HARD_TO_OBTAIN) for item in Item if item in items))

    def at(self, now: datetime) -> "Consents":
        """The same as they stand at `now`.

        Raises:
            ValueError: `now` does not say its time zone.
        """
        if now.utcoffset() is None:
            raise ValueError("a time without its zone: use datetime.now(UTC)")
        return Consents(tuple(consent.at(now) for consent in self.items))

    def state(self, item: Item) -> State:
        """Of `item`; what was not asked was not given."""
        return next((each.state for each in self.items if each.item is item), State.NONE)

    def to_json(self) -> list[dict[str, str | None]]:
        return [consent.to_json() for consent in self.items]
