"""What the journal may keep of a step: nothing that is not named here.

PIN, 照合番号, My Number, PUPI, photo, and what stands on the card have no name here: none of them
gets in by mistake. Bytes never do.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from kazashi.reception.japan import japan_time

Fact = str | int | float | bool

_WORD_MAX = 200  # characters; a reader's URL is the longest
_TEXT_MAX = 1000  # characters that a person typed; a photo as text has more
_COUNT_MAX = 999
_NUMBER_MAX = 1e9  # a My Number has twelve digits


def is_text(value: object) -> bool:
    """What a person typed: any characters that UTF-8 has, 1,000 at most."""
    return isinstance(value, str) and len(value) <= _TEXT_MAX and _is_utf8(value)


def is_word(value: object) -> bool:
    """A name that a program chose: printable, 200 characters at most."""
    return isinstance(value, str) and 0 < len(value) <= _WORD_MAX and value.isprintable()


def is_digest(value: object) -> bool:
    """SHA-256, hexadecimal."""
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def is_time(value: object) -> bool:
    """ISO 8601 with its zone."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def is_count(value: object) -> bool:
    return isinstance(value, int) and not is_flag(value) and 0 <= value <= _COUNT_MAX


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not is_flag(value) and abs(value) <= _NUMBER_MAX


def is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_utf8(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return True


FACTS: Mapping[str, Callable[[object], bool]] = {
    # who, and how we know
    "way": is_word,  # face, pin, visual, android, iphone …
    "token": is_word,  # card, android, iphone
    "certificate_sha256": is_digest,
    "validity": is_word,
    "proof": is_word,  # what shows that the chip is no copy
    "is_genuine": is_flag,  # the chip proved its key
    "is_read": is_flag,  # 照合番号B, by a camera
    "is_match": is_flag,  # the face, or the person before the staff
    "compared_with": is_word,  # by the staff: photo, card
    "is_test": is_flag,  # by anchors of a test, or from a simulated centre
    "tries_left": is_count,
    "score": is_number,  # of the face, in the unit of `threshold`
    "threshold": is_number,
    "staff": is_text,  # who checked by eye
    "reason": is_text,
    "why": is_word,  # not checked in by the card
    "question": is_word,  # that staff answered in the patient's place
    "helper": is_text,  # who of them
    # what they agreed to
    "item": is_word,
    "state": is_word,
    "given_at": is_time,
    "ends_at": is_time,
    "prescription": is_word,  # electronic, paper
    "registers": is_flag,  # the card as 健康保険証
    "shares": is_flag,  # the subsidies that were found
    # what the centre said
    "eligibility": is_word,
    "reference": is_word,  # a number of the inquiry, never of the person
    "person": is_digest,  # by a key that stays here: see persons.py
    "age": is_word,  # a group: 75-79
    "insurer": is_word,  # a kind
    "fallback": is_word,  # which of the official ones
    "file": is_word,  # of the result, its name
    "error": is_text,
}


def as_text(moment: datetime) -> str:
    """`moment` as it is kept: UTC, milliseconds, always as wide, so that its order is time's."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


_TIMES = frozenset(name for name, kind in FACTS.items() if kind is is_time)


def as_json(facts: Mapping[str, object]) -> str:
    """`facts` as they are kept.

    Raises:
        ValueError: a name that is not in FACTS, or a value that is not what it should be. The
            value itself is not told: it may be what must not be kept.
    """
    for name, value in facts.items():
        if name not in FACTS:
            raise ValueError(f"the journal keeps no {name}: it is not one of FACTS")
        if not FACTS[name](value):
            kind = FACTS[name].__name__.removeprefix("is_")
            raise ValueError(f"the journal keeps {name} as a {kind} only")
    return json.dumps(facts, ensure_ascii=False)


def from_json(kept: str) -> dict[str, Fact]:
    """The facts in `kept`; names that another release kept, too.

    Raises:
        ValueError: it is not what `as_json` writes.
    """
    try:
        facts: Any = json.loads(kept)
    except RecursionError:
        raise ValueError("facts in too many brackets") from None
    if not isinstance(facts, dict):
        raise ValueError("facts without names")
    found = cast(dict[str, Fact], facts)
    if not all(is_fact(value) for value in found.values()):
        raise ValueError("facts of another kind")
    return found


def is_fact(value: object) -> bool:
    """Of whatever name; of another release, too."""
    return _is_utf8(value) if isinstance(value, str) else is_flag(value) or is_number(value)


def in_japan(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """`facts` with their times in Japan's zone. What another release kept otherwise stays."""
    times = {name: fact for name, fact in facts.items() if name in _TIMES and is_time(fact)}
    shown = {name: japan_time(datetime.fromisoformat(str(fact))) for name, fact in times.items()}
    return {**facts, **shown}


def require_word(**values: str) -> None:
    """ValueError where one of the `values` is not a word; the value itself is not told."""
    for name, value in values.items():
        if not is_word(value):
            raise ValueError(f"the journal keeps {name} as a word only")
