"""Japan's days and hours, wherever the machine stands."""

from datetime import UTC, date, datetime, timedelta, timezone

HOURS_AHEAD = 9  # of UTC; no summer time since 1951
JAPAN = timezone(timedelta(hours=HOURS_AHEAD), "JST")


def utc_now() -> datetime:
    return datetime.now(UTC)


def aware(moment: datetime) -> datetime:
    """`moment`. ValueError: it does not say its time zone."""
    if moment.utcoffset() is None:
        raise ValueError("a time without its zone: use datetime.now(UTC)")
    return moment


def japan_today(now: datetime) -> date:
    """The day it is in Japan.

    Raises:
        ValueError: `now` does not say its time zone.
    """
    try:
        return aware(now).astimezone(JAPAN).date()
    except OverflowError:  # a certificate may say the year 9999, for "never", RFC 5280 §4.1.2.5
        return date.max if now.year > 1 else date.min


def japan_time(moment: datetime) -> str:
    """ISO 8601 with Japan's zone: 2026-11-21T12:00:00+09:00.

    Raises:
        ValueError: `moment` does not say its time zone.
    """
    try:
        return aware(moment).astimezone(JAPAN).isoformat()
    except OverflowError:  # the last day of the year 9999
        return moment.isoformat()
