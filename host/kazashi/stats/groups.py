"""Of whom is counted: facility kinds, prefectures, sizes and ages, and their spellings.

Ref: sizes as 国診協 groups them.
"""

import re
from enum import StrEnum, unique

from kazashi.reception.typed import narrow

UNKNOWN = "unknown"


@unique
class FacilityKind(StrEnum):
    """Those of the ministry's tables, and those of profiles.toml."""

    HOSPITAL = "hospital"  # 病院
    CLINIC = "clinic"  # 医科診療所
    DENTIST = "dentist"  # 歯科診療所
    PHARMACY = "pharmacy"  # 薬局
    OCCUPATIONAL = "occupational"
    CHECKUP = "checkup"
    MIDWIFE = "midwife"
    PRACTITIONER = "practitioner"


KINDS_IN_JAPANESE = {
    "病院": FacilityKind.HOSPITAL,
    "診療所": FacilityKind.CLINIC,
    "医科診療所": FacilityKind.CLINIC,
    "歯科": FacilityKind.DENTIST,
    "歯科診療所": FacilityKind.DENTIST,
    "薬局": FacilityKind.PHARMACY,
}

_PREFECTURES = (
    "Hokkaido 北海道 Aomori 青森 Iwate 岩手 Miyagi 宮城 Akita 秋田 Yamagata 山形 Fukushima 福島 "
    "Ibaraki 茨城 Tochigi 栃木 Gunma 群馬 Saitama 埼玉 Chiba 千葉 Tokyo 東京 Kanagawa 神奈川 "
    "Niigata 新潟 Toyama 富山 Ishikawa 石川 Fukui 福井 Yamanashi 山梨 Nagano 長野 Gifu 岐阜 "
    "Shizuoka 静岡 Aichi 愛知 Mie 三重 Shiga 滋賀 Kyoto 京都 Osaka 大阪 Hyogo 兵庫 Nara 奈良 "
    "Wakayama 和歌山 Tottori 鳥取 Shimane 島根 Okayama 岡山 Hiroshima 広島 Yamaguchi 山口 "
    "Tokushima 徳島 Kagawa 香川 Ehime 愛媛 Kochi 高知 Fukuoka 福岡 Saga 佐賀 Nagasaki 長崎 "
    "Kumamoto 熊本 Oita 大分 Miyazaki 宮崎 Kagoshima 鹿児島 Okinawa 沖縄"
)
_NAMES = _PREFECTURES.split()
PREFECTURES = tuple(_NAMES[::2])  # in the order of their codes, JIS X 0401
_BY_SPELLING = {
    **{name.lower(): name for name in PREFECTURES},
    **{f"{code:02}": name for code, name in enumerate(PREFECTURES, 1)},
    **{
        spelling: name
        for short, name in zip(_NAMES[1::2], PREFECTURES, strict=True)
        for spelling in (short, f"{short}県", f"{short}府", f"{short}都")
    },
}


def prefecture(text: str) -> str | None:
    """By its name in Japanese or Latin letters, or its code; None: there is no such one."""
    return _BY_SPELLING.get(text.lower())


_SIZES = ((200, "200+"), (100, "100-199"), (20, "20-99"), (0, "0-19"))
SIZES = tuple(name for _, name in _SIZES)


def size_of(beds: int) -> str:
    """Its group; below 20 beds it is a clinic, 医療法 1条の5."""
    return next(name for least, name in _SIZES if beds >= least)


def order_of(value: str) -> tuple[int, str]:
    """For sorting values of one kind: as the ministry's tables have them; what is unknown, last."""
    if value in ("", UNKNOWN):
        return _LAST, value
    if ages_of(value) or value in SIZES:
        return int(re.split(r"[-+]", value)[0]), value
    return _ORDER.get(value, 0), value


_LAST = 1000  # more than any age, or number of beds of a group
_ORDER = {name: at for at, name in enumerate((*FacilityKind, *PREFECTURES))}


_OLDEST = 150  # years; more are a total, or a slip


def ages_of(group: str) -> range | None:
    """The years of a group, 75-79 or 85+; None: it is none."""
    found = re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3})|\+)", group)
    if not found:
        return None
    first, last = int(found[1]), int(found[2] or _OLDEST)
    return range(first, last + 1) if first <= last <= _OLDEST else None


_TOTALS = {"合計", "総計", "小計", "計", "total"}


def is_total(name: str) -> bool:
    """Whether a table has its totals in a line of this name."""
    return "".join(narrow(name).lower().split()) in _TOTALS
