"""How long a certificate is still valid: announced 90, 30 and 7 days before its end.

The client certificate of the terminal is renewed from the 90th day on, lasts 3 years and 3 months
from its renewal, and is renewed in the tray icon of the MPKI client; once it has ended, a new one
is applied for. Sources: contents.dentalsystems.jp (電子証明書の更新), ijnethp.com/?p=1346.
"""

from datetime import datetime, timedelta
from pathlib import Path

from kazashi.finding import Finding, Level
from kazashi.health.lifetime import Lifetime, NotKnown, lifetime_of
from kazashi.reception.japan import japan_today

ANNOUNCED = (7, 30, 90)  # days before the end
_DAY = timedelta(days=1)


def terminal_certificate(path: Path, password: Path | None, now: datetime) -> Finding:
    """Of the client certificate with which the terminal reaches the centre."""
    return _finding("terminal certificate", "terminal-certificate.", path, password, now)


def site_certificate(path: Path, now: datetime) -> Finding:
    """Of the certificate with which this service is reached by https."""
    return _finding("site certificate", "site-certificate.", path, None, now)


def _finding(check: str, keys: str, path: Path, password: Path | None, now: datetime) -> Finding:
    """`keys`: what those of the words begin with."""
    try:
        lifetime = lifetime_of(path, password)
    except NotKnown as error:
        return Finding(check, Level.FAILURE, keys + error.trouble, {"file": path.name})
    level, key = _by_dates(lifetime, now)
    fields = {
        "begin": japan_today(lifetime.begin),
        "end": japan_today(lifetime.end),
        "days": (lifetime.end - now) // _DAY,
    }
    return Finding(check, level, keys + key, fields)


def _by_dates(lifetime: Lifetime, now: datetime) -> tuple[Level, str]:
    if now > lifetime.end:
        return Level.FAILURE, "expired"
    if now < lifetime.begin:
        return Level.FAILURE, "not-yet"
    for stage in ANNOUNCED:
        if lifetime.end - now <= stage * _DAY:
            return Level.WARNING, f"in-{stage}-days"
    return Level.OK, "valid"
