"""Age as Japanese law counts it: a year is complete at the end of the day before the birthday.

Ref: 年齢計算ニ関スル法律, 民法 143条. Born on 29 February: on 28 February of every year.
"""

from datetime import date, timedelta

_OLDEST_GROUP = 85  # from this age on they are one group, as the ministry has it


def legal_age(birth: date, on: date) -> int:
    """Years completed on the day `on`, which is over: 75 on the eve of the 75th birthday.

    [unconfirmed] that the ministry counts so where it says "85 or older": it matters for people
    who have their birthday on the next day. 後期高齢者医療 itself begins on the 75th birthday.

    Raises:
        ValueError: not born yet.
    """
    if birth > on:
        raise ValueError("not born yet")
    eve = on + timedelta(days=1)
    return eve.year - birth.year - ((eve.month, eve.day) < (birth.month, birth.day))


def age_group(age: int) -> str:
    """Five years: 75-79; from 85 on: 85+."""
    if age >= _OLDEST_GROUP:
        return f"{_OLDEST_GROUP}+"
    return f"{age // 5 * 5}-{age // 5 * 5 + 4}"
