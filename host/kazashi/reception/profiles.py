"""Places where the same engine stands: which ways they offer, what they ask, what may follow.

Source: facts §7; 居宅同意取得型: myna-kango.com/guides/ons_smartphone, wic-net 19438/13 (at a desk
where the face reader fails, and where a patient cannot use it).
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

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
        """By the token's label, EF 0006. What is no known phone is a card (soltia48/myna-card)."""
        return _BY_LABEL.get(label, cls.CARD)

    @property
    def is_phone(self) -> bool:
        return self is not Token.CARD

    @property
    def ways(self) -> tuple[Way, ...]:
        """What it can be used for."""
        return _WAYS[self]


_BY_LABEL = {"JPKIAPGPSETOKEN": Token.ANDROID, "JPKIAPIOSTOKEN": Token.IPHONE}
_WAYS = {
    Token.CARD: (Way.FACE, Way.PIN, Way.VISUAL),
    Token.ANDROID: (Way.ANDROID,),
    Token.IPHONE: (Way.IPHONE,),
}


@dataclass(frozen=True)
class Profile:
    """`ways`: the most sensible first. `items`: what consent is asked for."""

    name: str
    label: Text
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
        Profile("desk", Text("顔認証付きカードリーダー", "Face reader at a desk"), _CARD, (*Item,)),
        Profile(
            "phone", Text("汎用カードリーダー", "Reader beside it, for phones"), _PHONES, (*Item,)
        ),
        Profile(
            "home",
            Text("居宅同意取得型", "Consent at home"),
            (Way.PIN, Way.VISUAL),
            (*Item,),
        ),
        Profile(
            "eligibility",
            Text("資格確認限定型", "Eligibility alone"),
            (Way.PIN, Way.VISUAL),
            (),
            asks_prescription=False,
        ),
        Profile(
            "emergency",
            Text("救急", "Emergency"),
            (Way.FACE, Way.VISUAL),
            (*Item,),
            asks_prescription=False,
            is_emergency=True,
        ),
        Profile(
            "away",
            Text("窓口以外(隔離室・駐車場)", "Away from the desk: isolation, parked car"),
            (Way.PIN, Way.VISUAL, *_PHONES),
            (*Item,),
        ),
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
