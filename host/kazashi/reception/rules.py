"""What a patient may show, do and agree to: tokens, ways, proofs, consents.

Source: groups of consent and their flags: screen E-02-A of the ministry (S0), OQSCD016, OQSCD036;
24 hours at a desk: iryohokenjyoho-portalsite.jp/faq/post-14.html; while care goes on at home:
ijnethp.com, CLINICS help 9360084; 限度額 is not asked with a card since 2024-10-07.

Silence is no consent, and "agree to all" is recorded as each item that was asked.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Self

from kazashi.cards.jpki import TokenLabel
from kazashi.reception.japan import aware
from kazashi.reception.json_of import json_of
from kazashi.reception.texts import Message


class Way(StrEnum):
    """What a person does with a token to show who they are."""

    FACE = "face"
    PIN = "pin"
    VISUAL = "visual"  # 目視: staff look
    ON_PHONE = "on_phone"  # its holder has confirmed on the phone, by face or finger

    @property
    def message(self) -> Message:
        return Message(f"way.{self}")


class Token(StrEnum):
    """What lies on the reader."""

    CARD = "card"
    ANDROID = "android"
    IPHONE = "iphone"

    @classmethod
    def of_label(cls, label: str) -> "Token":
        """By the token's label. What is no known phone is a card."""
        return _BY_LABEL.get(label, cls.CARD)

    @property
    def is_phone(self) -> bool:
        return self is not Token.CARD

    @property
    def ways(self) -> tuple[Way, ...]:
        """What it can be used for."""
        return _WAYS[self]

    @property
    def message(self) -> Message:
        return Message(f"token.{self}")


_BY_LABEL: dict[str, Token] = {
    TokenLabel.ANDROID: Token.ANDROID,
    TokenLabel.IPHONE: Token.IPHONE,
}
_WAYS = {
    Token.CARD: (Way.FACE, Way.PIN, Way.VISUAL),
    Token.ANDROID: (Way.PIN,),
    Token.IPHONE: (Way.ON_PHONE,),
}


class CodeB(StrEnum):
    """When 照合番号B is asked for, which opens the photo in a card's chip.

    At the reader the face is offered before the code is known. So it is at a face reader: card,
    then the choice of a way (S0). Asked first, each patient who enters the PIN would type fourteen
    digits for nothing; and who cannot find the code goes back to all ways.
    """

    TYPED_BEFORE = "before"  # before the tap; without it the face is not offered
    AT_READER = "at_reader"  # once the card lies there: typed, or read by a second camera
    NONE = "none"  # never: the face is not offered


class Proof(StrEnum):
    """What shows that the chip is no copy: which key signed what."""

    SIGNATURE = "signature"  # the certificate's key, the caller's challenge
    COMPONENT = "component"  # the same, as the approved component says, which keeps its signature
    INTERNAL_AUTHENTICATION = "internal_authentication"  # the key of the card's face, our number
    NONE = "none"

    @property
    def is_of_certificate(self) -> bool:
        """Whether it was the certificate's own key. Only then do card and person go together."""
        return self in (Proof.SIGNATURE, Proof.COMPONENT)

    def to_json(self) -> dict[str, str] | None:
        key, signed = _PROOFS[self]
        return {"kind": self, "key": key, "signed": signed} if key else None


_PROOFS = {
    Proof.SIGNATURE: ("user authentication certificate", "challenge"),
    Proof.COMPONENT: ("user authentication certificate", "challenge of the approved component"),
    Proof.INTERNAL_AUTHENTICATION: ("card surface record", "random number of this reader"),
    Proof.NONE: ("", ""),
}


HOUR = timedelta(hours=1)
DAY = 24 * HOUR


class Item(StrEnum):
    """One flag of the result file: what the institution may see."""

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

    @property
    def is_medical(self) -> bool:
        """Whether it is medical information; 特定疾病 belongs to eligibility."""
        return self is not Item.SPECIFIED_DISEASE

    @property
    def message(self) -> Message:
        return Message(f"item.{self}")


class Group(StrEnum):
    """What the patient is asked at once: the four questions of screen E-02-A."""

    SURGERY = "surgery"
    TREATMENT = "treatment"
    CHECKUPS = "checkups"
    SPECIFIED_DISEASE = "specified_disease"

    @property
    def codes(self) -> tuple[str, ...]:
        """OQSCD036."""
        return tuple(_CODES[self])

    @property
    def items(self) -> tuple[Item, ...]:
        """The flags that it sets, in the order of `Item`. That each copies its answer is [U]."""
        items = {item for members in _CODES[self].values() for item in members}
        return tuple(item for item in Item if item in items)

    @property
    def is_medical(self) -> bool:
        """Whether it opens medical information."""
        return any(item.is_medical for item in self.items)

    @property
    def message(self) -> Message:
        return Message(f"group.{self}")


_CODES: dict[Group, dict[str, tuple[Item, ...]]] = {
    Group.SURGERY: {"SHJ": (Item.SURGERY, Item.DIAGNOSES, Item.INFECTIONS)},
    Group.TREATMENT: {
        "SRJ": (Item.TREATMENT, Item.ALLERGIES, Item.CONTRAINDICATIONS, Item.TESTS),
        "YZK": (Item.MEDICATION, Item.PRESCRIPTIONS),
    },
    Group.CHECKUPS: {"TKK": (Item.CHECKUPS,)},
    Group.SPECIFIED_DISEASE: {"TSR": (Item.SPECIFIED_DISEASE,)},
}


class State(IntEnum):
    """ConsFlg, OQSCD016."""

    NONE = 0
    GIVEN = 1
    EXPIRED = 2
    HARD_TO_OBTAIN = 3  # 取得困難: an emergency


class Prescription(IntEnum):
    """PrescriptionIssueSelect."""

    ELECTRONIC = 1
    PAPER = 2

    @property
    def message(self) -> Message:
        return Message(f"prescription.{self.name.lower()}")


@dataclass(frozen=True)
class Consent:
    """`given_at`: None if nothing was agreed to. `ends_at`: None too while care goes on."""

    item: Item
    state: State
    given_at: datetime | None = None
    ends_at: datetime | None = None

    def at(self, now: datetime) -> "Consent":
        """The same as it stands at `now`: expired, once its end has come."""
        is_over = self.state is State.GIVEN and self.ends_at is not None and self.ends_at <= now
        return replace(self, state=State.EXPIRED) if is_over else self

    @classmethod
    def of_facts(cls, facts: Mapping[str, object]) -> Self:
        """From what `to_facts` wrote."""
        given_at, ends_at = (
            datetime.fromisoformat(str(facts[name])) if name in facts else None
            for name in ("given_at", "ends_at")
        )
        return cls(Item(facts["item"]), State[str(facts["state"]).upper()], given_at, ends_at)

    def to_facts(self) -> dict[str, str]:
        """What is known of it, as text."""
        times = {"given_at": self.given_at, "ends_at": self.ends_at}
        known = {name: time.isoformat() for name, time in times.items() if time}
        return {"item": self.item.value, "state": self.state.name.lower()} | known


@dataclass(frozen=True)
class Consents:
    """One `Consent` for each item of each group that was asked, in the order of `Item`."""

    items: tuple[Consent, ...] = ()

    @classmethod
    def record(
        cls,
        asked: Collection[Group],
        agreed: Collection[Group] | None,
        now: datetime,
        *,
        lasts: timedelta | None = DAY,
    ) -> Self:
        """Write down an answer; `agreed` None: there was none. `lasts` None: while care goes on.

        Raises:
            ValueError: a group was agreed to and not asked; `now` does not say its time zone;
                consents that last no time.
        """
        agreed = agreed or ()
        if unasked := sorted(set(agreed) - set(asked)):
            raise ValueError(f"agreed to, and not asked: {', '.join(unasked)}")
        aware(now)
        if lasts is not None and lasts <= timedelta(0):
            raise ValueError("a consent lasts some time")
        given = _items_of(agreed)
        ends_at = None if lasts is None else now + lasts
        return cls(
            tuple(
                Consent(item, State.GIVEN, now, ends_at)
                if item in given
                else Consent(item, State.NONE)
                for item in _items_of(asked)
            )
        )

    @classmethod
    def of_facts(cls, kept: Iterable[Mapping[str, object]]) -> Self:
        """From the journal's steps of a visit: each item as it was kept last."""
        latest = {consent.item: consent for consent in map(Consent.of_facts, kept)}
        return cls(tuple(latest[item] for item in Item if item in latest))

    @classmethod
    def hard_to_obtain(cls, groups: Collection[Group]) -> Self:
        """An emergency: the patient could not be asked."""
        return cls(tuple(Consent(item, State.HARD_TO_OBTAIN) for item in _items_of(groups)))

    def at(self, now: datetime) -> "Consents":
        """The same as they stand at `now`.

        Raises:
            ValueError: `now` does not say its time zone.
        """
        aware(now)
        return Consents(tuple(consent.at(now) for consent in self.items))

    def within(self, groups: Collection[Group]) -> "Consents":
        """The same for `groups`; of the others nothing is given."""
        allowed = _items_of(groups)
        return Consents(
            tuple(
                each if each.item in allowed else Consent(each.item, State.NONE)
                for each in self.items
            )
        )

    @property
    def open_medical_information(self) -> bool:
        """Whether the institution may see any: it was agreed to, or was hard to obtain."""
        opens = (State.GIVEN, State.HARD_TO_OBTAIN)
        return any(each.state in opens and each.item.is_medical for each in self.items)

    def state(self, item: Item) -> State:
        """Of `item`; what was not asked was not given."""
        return next((each.state for each in self.items if each.item is item), State.NONE)

    def to_json(self) -> list[dict[str, str | None]]:
        return json_of(self.items)


def _items_of(groups: Collection[Group]) -> tuple[Item, ...]:
    """In the order of `Item`."""
    return tuple(item for item in Item if any(item in group.items for group in groups))
