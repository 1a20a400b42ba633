"""Places where the same engine stands: which ways they offer, what they ask, what may follow.

Source: 居宅同意取得型: myna-kango.com/guides/ons_smartphone, wic-net 19438/13 (at a desk
where the face reader fails, or a patient cannot use it); 資格確認限定型: compassnet.jp/online.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from kazashi.cards.jpki import TokenLabel
from kazashi.reception.consents import Item
from kazashi.reception.texts import Text
from kazashi.reception.validity import Validity


class Way(StrEnum):
    """How a person shows who they are."""

    FACE = "face"
    PIN = "pin"
    VISUAL = "visual"  # 目視: staff look
    ANDROID = "android"
    IPHONE = "iphone"

    @property
    def label(self) -> Text:
        return _LABELS[self]


_LABELS = {
    Way.FACE: Text("顔認証", "Face"),
    Way.PIN: Text("暗証番号(四けた)", "4-digit PIN"),
    Way.VISUAL: Text("職員による目視確認", "Visual check by staff"),
    Way.ANDROID: Text("Androidスマートフォン", "Android phone"),
    Way.IPHONE: Text("iPhone", "iPhone"),
}


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


_BY_LABEL: dict[str, Token] = {
    TokenLabel.ANDROID: Token.ANDROID,
    TokenLabel.IPHONE: Token.IPHONE,
}
_WAYS = {
    Token.CARD: (Way.FACE, Way.PIN, Way.VISUAL),
    Token.ANDROID: (Way.ANDROID,),
    Token.IPHONE: (Way.IPHONE,),
}


@dataclass(frozen=True)
class Profile:
    """`ways`: the most sensible first. `items`: what consent is asked for."""

    name: str
    ways: tuple[Way, ...]
    items: tuple[Item, ...]
    asks_prescription: bool = True
    is_emergency: bool = False  # consent is hard to obtain: nobody is asked

    @property
    def asks_medical_information(self) -> bool:
        return any(item.is_medical for item in self.items)

    def items_for(self, validity: Validity) -> tuple[Item, ...]:
        """What consent is asked for with such a certificate."""
        if not validity.allows_check_in:
            return ()
        allows_medical = validity.allows_medical_information
        return tuple(item for item in self.items if allows_medical or not item.is_medical)


_CARD = (Way.FACE, Way.PIN, Way.VISUAL)
_PHONES = (Way.ANDROID, Way.IPHONE)

PROFILES = {
    profile.name: profile
    for profile in (
        # 顔認証付きカードリーダー
        Profile("desk", _CARD, (*Item,)),
        # 汎用カードリーダー, beside it
        Profile("phone", _PHONES, (*Item,)),
        # 居宅同意取得型
        Profile("home", (Way.PIN, Way.VISUAL), (*Item,)),
        # 資格確認限定型
        Profile("eligibility", (Way.PIN, Way.VISUAL), (), asks_prescription=False),
        # 救急
        Profile(
            "emergency",
            (Way.FACE, Way.VISUAL),
            (*Item,),
            asks_prescription=False,
            is_emergency=True,
        ),
        # away from the desk: isolation, a parked car
        Profile("away", (Way.PIN, Way.VISUAL, *_PHONES), (*Item,)),
    )
}


def next_ways(
    profile: Profile,
    failed: Collection[Way] = (),
    *,
    token: Token | None = None,
    can_use_pin: bool = True,
    can_use_face: bool = True,
) -> tuple[Way, ...]:
    """The ways left, the most sensible first. None left: another token, or the fall-backs.

    `token`: None while nothing lies there. `can_use_pin`: False where it has none, or it is locked.
    `can_use_face`: False for an infant's card, and where the chip has none.
    """
    without = set(failed)
    if not can_use_pin:
        without |= {Way.PIN, Way.ANDROID}
    if not can_use_face:
        without.add(Way.FACE)
    possible = profile.ways if token is None else token.ways
    return tuple(way for way in profile.ways if way in possible and way not in without)
