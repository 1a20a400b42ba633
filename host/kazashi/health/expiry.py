"""How long a certificate is still valid: announced 90, 30 and 7 days before its end.

The client certificate of the terminal is renewed from the 90th day on, lasts 3 years and 3 months
from its renewal, and is renewed in the tray icon of the MPKI client; once it has ended, a new one
is applied for. Sources: contents.dentalsystems.jp (電子証明書の更新), ijnethp.com/?p=1346.
"""

from datetime import datetime, timedelta
from pathlib import Path

from kazashi.finding import Finding, Level
from kazashi.health.lifetime import Lifetime, NotKnown, lifetime_of, pem_lifetime_of
from kazashi.reception.japan import japan_today

ANNOUNCED = (7, 30, 90)  # days before the end
_DAY = timedelta(days=1)

# The name of the check, and what the keys of its words begin with.
_Check = tuple[str, str]
_TERMINAL: _Check = ("terminal certificate", "terminal-certificate.")
_SITE: _Check = ("site certificate", "site-certificate.")


def terminal_certificate(path: Path, password: Path | None, now: datetime) -> Finding:
    """Of the client certificate with which the terminal reaches the centre."""
    try:
        return _dated(_TERMINAL, lifetime_of(path, password), now)
    except NotKnown as error:
        return _undated(_TERMINAL, path, error)


def site_certificate(path: Path, now: datetime, served: Lifetime | None = None) -> Finding:
    """Of the certificate with which this service is reached by https.

    `served`: of the one that it has used since it began; None: not known.
    """
    try:
        lifetime = pem_lifetime_of(path)
    except NotKnown as error:
        return _undated(_SITE, path, error)
    finding = _dated(_SITE, lifetime, now)
    if served is None or served == lifetime or finding.level is Level.FAILURE:
        return finding
    level = Level.FAILURE if now > served.end else Level.WARNING
    fields = {"file": path.name, **_fields(served, now)}
    name, keys = _SITE
    return Finding(name, level, f"{keys}replaced", fields)


def served_now(path: Path | None) -> Lifetime | None:
    """Of the certificate at `path`, with which a service begins. None: there is none."""
    try:
        return path and pem_lifetime_of(path)
    except NotKnown:
        return None  # the service does not begin


def _dated(check: _Check, lifetime: Lifetime, now: datetime) -> Finding:
    name, keys = check
    level, key = _by_dates(lifetime, now)
    return Finding(name, level, keys + key, _fields(lifetime, now))


def _undated(check: _Check, path: Path, why: NotKnown) -> Finding:
    name, keys = check
    return Finding(name, Level.FAILURE, keys + why.trouble, {"file": path.name})


def _fields(lifetime: Lifetime, now: datetime) -> dict[str, object]:
    return {
        "begin": japan_today(lifetime.begin),
        "end": japan_today(lifetime.end),
        "days": (lifetime.end - now) // _DAY,
    }


def _by_dates(lifetime: Lifetime, now: datetime) -> tuple[Level, str]:
    if now > lifetime.end:
        return Level.FAILURE, "expired"
    if now < lifetime.begin:
        return Level.FAILURE, "not-yet"
    for stage in ANNOUNCED:
        if lifetime.end - now <= stage * _DAY:
            return Level.WARNING, f"in-{stage}-days"
    return Level.OK, "valid"
