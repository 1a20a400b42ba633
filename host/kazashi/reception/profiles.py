"""Places where the same engine stands: which tokens and ways they offer, what they ask.

They are configuration: profiles.toml has the defaults, and says where each is from.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from kazashi.reception.journal.facts import is_word
from kazashi.reception.rules import Group, Token, Way
from kazashi.reception.settings import BadSettings, Flaw, Table
from kazashi.reception.validity import Validity

_LONGEST_HOURS = 24 * 366
_NOT_MEDICAL = tuple(group for group in Group if not group.is_medical)


@dataclass(frozen=True)
class Profile:
    """`ways`: with a card, the most sensible first. `consents_last`: None while care goes on."""

    name: str
    tokens: tuple[Token, ...] = (Token.CARD,)
    ways: tuple[Way, ...] = Token.CARD.ways
    groups: tuple[Group, ...] = tuple(Group)
    grace_groups: tuple[Group, ...] = _NOT_MEDICAL
    consents_first: bool = False
    consents_last: timedelta | None = timedelta(hours=24)
    asks_prescription: bool = True
    is_emergency: bool = False  # consent is hard to obtain, so it is not asked for
    is_pharmacy: bool = False  # consents are for dispensing: another wording

    def ways_of(self, token: Token) -> tuple[Way, ...]:
        """With `token`, the most sensible first; none: it is not taken here."""
        if token not in self.tokens:
            return ()
        return token.ways if token.is_phone else self.ways

    def groups_for(self, validity: Validity | None) -> tuple[Group, ...]:
        """What consent may be asked for with such a certificate; None: not read yet."""
        if validity is None or validity.allows_medical_information:
            return self.groups
        allowed = self.grace_groups if validity.allows_check_in else ()
        return tuple(group for group in self.groups if group in allowed)


def profiles_of(settings: Mapping[str, object]) -> dict[str, Profile]:
    """The profiles of a site: the defaults, as [profiles.NAME] and [site] change them.

    Raises:
        BadSettings: a field is wrong, or there is none of that name; a place of another name than
            the defaults lacks tokens or ways.
    """
    tables = Table("profiles", settings.get("profiles", {}), Path()).tables()
    changed = dict(PROFILES)
    for name, table in tables.items():
        if not is_word(name):  # the journal keeps it with each visit
            raise BadSettings(f'profiles."{name}"', Flaw.NOT_A_NAME)
        if name not in PROFILES and not (table.has("tokens") and table.has("ways")):
            raise BadSettings(f"profiles.{name}", Flaw.NO_SUCH_PLACE, ", ".join(PROFILES))
        changed[name] = _read(changed.get(name, Profile(name)), table)
    return _of_site(changed, Table("site", settings.get("site", {}), Path()))


def _of_site(profiles: dict[str, Profile], table: Table) -> dict[str, Profile]:
    kind = table.text("kind") if table.has("kind") else ""
    table.close()
    if kind and kind not in _SITES:
        raise BadSettings("site.kind", Flaw.NOT_ONE_OF, ", ".join(_SITES))
    site = Table(f"sites.{kind}", _SITES.get(kind, {}), Path())
    allowed = [str(each) for each in site.listed("profiles")] or [*profiles]
    asks = site.flag("prescription", default=True)
    dispenses = site.flag("dispensing")
    return {
        name: replace(
            profile,
            asks_prescription=profile.asks_prescription and asks,
            is_pharmacy=profile.is_pharmacy or dispenses,
        )
        for name, profile in profiles.items()
        if name in allowed
    }


def _read(profile: Profile, table: Table) -> Profile:
    hours = profile.consents_last.total_seconds() / 3600 if profile.consents_last else 0
    hours = table.number("consent_hours", 0, _LONGEST_HOURS, default=hours)
    read = replace(
        profile,
        tokens=table.choices("tokens", tuple(Token), profile.tokens),
        ways=table.choices("ways", Token.CARD.ways, profile.ways),
        groups=table.choices("groups", tuple(Group), profile.groups),
        grace_groups=table.choices("grace_groups", _NOT_MEDICAL, profile.grace_groups),
        consents_first=table.flag("consents_first", default=profile.consents_first),
        consents_last=timedelta(hours=hours) if hours else None,
        asks_prescription=table.flag("prescription", default=profile.asks_prescription),
        is_emergency=table.flag("emergency", default=profile.is_emergency),
        is_pharmacy=table.flag("dispensing", default=profile.is_pharmacy),
    )
    table.close()
    if not read.tokens or (Token.CARD in read.tokens and not read.ways):
        raise table.wrong("ways" if read.tokens else "tokens", Flaw.MISSING)
    return read


_DEFAULTS = tomllib.loads((files("kazashi.reception") / "profiles.toml").read_text("utf-8"))
_SITES: dict[str, object] = _DEFAULTS["sites"]
PROFILES = {
    name: _read(Profile(name), table)
    for name, table in Table("profiles", _DEFAULTS["profiles"], Path()).tables().items()
}
