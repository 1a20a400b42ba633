"""Persons, known by a keyed hash alone: HMAC-SHA256 with the site's key.

Ref: RFC 2104. Who does not have the key cannot try all the numbers that there are. A person whose
numbers are not known is known by the certificate: another one, after a renewal, is another person.
A site's desks need one key: else who comes to two of them is two.
"""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto, unique
from hashlib import sha256
from pathlib import Path

from kazashi.cards.birth import birth_of
from kazashi.reception.ages import age_group, legal_age
from kazashi.reception.centre import Eligibility
from kazashi.reception.errors import ReceptionError
from kazashi.reception.insurers import InsurerKind, insurer_kind, insurer_number
from kazashi.reception.journal.facts import Fact
from kazashi.reception.secret_file import OpenToOthers, new_key, read_key
from kazashi.reception.typed import narrow

_FOLDER_MODE, _MODE = 0o700, 0o600


@unique
class PersonsKeyFlaw(Enum):
    """Why a file is no key."""

    SYSTEM = auto()  # the system does not let us: see `reason`
    OPEN_TO_OTHERS = auto()  # other users may read it
    NO_KEY = auto()  # what is in it is none


@dataclass(eq=False)
class PersonsKeyUnusable(ReceptionError):
    """The key at `path`, by which persons are counted. `reason`: in the system's words."""

    path: Path
    flaw: PersonsKeyFlaw
    reason: str = ""


def key_in(path: Path) -> bytes:
    """The site's key, hexadecimal in a file that only its owner can read; made if there is none.

    Raises:
        PersonsKeyUnusable: it cannot be read or made, others may read it, or it is no key.
    """
    try:
        _make(path)
        return read_key(path)
    except OpenToOthers as error:
        raise PersonsKeyUnusable(path, PersonsKeyFlaw.OPEN_TO_OTHERS) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PersonsKeyUnusable(path, PersonsKeyFlaw.SYSTEM, reason) from error
    except ValueError as error:
        raise PersonsKeyUnusable(path, PersonsKeyFlaw.NO_KEY) from error


def _make(path: Path) -> None:
    path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _MODE)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(new_key() + "\n")


@dataclass(frozen=True)
class Persons:
    """Hashes of persons, by `key`. They are for comparing, and not for showing."""

    key: bytes = field(repr=False)

    def by_insurance(
        self, *, insurer: str, symbol: str, number: str, branch: str, birth: str
    ) -> str:
        """`birth`: YYYYMMDD. Width of characters, blanks and padding make no difference."""
        return self._hash("insurance", insurer_number(insurer), symbol, number, branch, birth)

    def by_certificate(self, sha256_of_it: str) -> str:
        return self._hash("certificate", sha256_of_it)

    def facts_of(self, answer: Eligibility, on: date) -> dict[str, Fact]:
        """What the journal keeps of the person of `answer`: hash, and groups of age and insurer.

        Nothing if the answer does not say who it is. Of several insurances, the first that is no
        医療扶助 tells the person.
        """
        each = [_narrowed(one) for one in answer.insurance]
        each.sort(key=lambda one: insurer_kind(one["insurer"]) is InsurerKind.WELFARE)
        if not each or not (each[0]["insurer"] and each[0]["number"] and each[0]["birth"]):
            return {}
        facts: dict[str, Fact] = {"person": self.by_insurance(**each[0])}
        if kind := insurer_kind(each[0]["insurer"]):
            facts["insurer"] = kind.value
        if age := _age_group(each[0]["birth"], on):
            facts["age"] = age
        return facts

    def _hash(self, *parts: str) -> str:
        """Each part has its length before it, so that no two lists of parts are alike."""
        each = ("".join(narrow(part).split()).encode("utf-8", "replace") for part in parts)
        message = b"".join(len(part).to_bytes(4) + part for part in each)
        return hmac.new(self.key, message, sha256).hexdigest()


# Of ResultOfQualificationConfirmation.
_ELEMENTS = {
    "insurer": "InsurerNumber",
    "symbol": "InsuredCardSymbol",
    "number": "InsuredIdentificationNumber",
    "branch": "InsuredBranchNumber",
    "birth": "Birthdate",
}


def _narrowed(insurance: Mapping[str, str]) -> dict[str, str]:
    return {name: narrow(insurance.get(each, "")).strip() for name, each in _ELEMENTS.items()}


def _age_group(birth: str, on: date) -> str | None:
    try:
        born = birth_of(birth)
        return age_group(legal_age(born, on)) if isinstance(born, date) else None
    except ValueError:
        return None
