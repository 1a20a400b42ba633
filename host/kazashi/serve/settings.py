"""The tables of the configuration that are the service's own.

[serve]
address = "127.0.0.1"     # where it listens; beyond this computer only with certificate and key
port = 8470
certificate = "tls.pem"   # of this service, with its chain, for https
key = "tls.key"           # of the certificate
names = ["desk.local"]    # by which other computers call it
language = "ja"           # that each visit begins with
languages = ["ja", "ja-Hira", "en"]  # that a patient may choose, in this order
keypad = "phone"          # ten-key beside the screen: phone (1 at the top), pc (7 at the top), none
same_key_s = 0            # within which two equal keys count once, at most 2; 0: none does
size = "1"                # of the letters that a visit begins with: 1, 1.4 (10-inch screens), 2
high_contrast = false     # whether it begins white on black
speech = false            # whether it begins with spoken guidance

[desks.1]
title = "受付1"
reader = "usb:E6605838834C5A2C"  # default: the only one attached, or chosen by staff
profile = "desk"
card_camera = "C920"      # sees the card on the reader, and reads 照合番号B: a part of its label
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from kazashi.errors import NotInstalled
from kazashi.reception.front.reading import require_installed
from kazashi.reception.journal.facts import is_word
from kazashi.reception.profiles import Profile
from kazashi.reception.settings import BadSettings, Flaw, Table, load
from kazashi.serve.languages import LANGUAGES

_PORT = 8470
_MOST_SAME_KEY_S = 2.0
_PORT_OF = {"http": 80, "https": 443}


class Keypad(StrEnum):
    """The ten-key beside the screen."""

    PHONE = "phone"
    PC = "pc"
    NONE = "none"


class Size(StrEnum):
    """Of the letters, times that of the design."""

    NORMAL = "1"
    LARGE = "1.4"
    LARGEST = "2"


@dataclass(frozen=True)
class DeskSettings:
    """`name`: in addresses. `reader`: its URL, None: the only one attached. `card_camera`: a part
    of its label as browsers tell it; empty: there is none.
    """

    name: str
    title: str
    reader: str | None
    profile: str
    card_camera: str = ""


@dataclass(frozen=True)
class ServeSettings:
    """`certificate`, `key`: both or none. `names`: host names by which it is called."""

    address: str = "127.0.0.1"
    port: int = _PORT
    certificate: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()
    language: str = "ja"
    languages: tuple[str, ...] = ("ja", "ja-Hira", "en")
    keypad: Keypad = Keypad.PHONE
    same_key_s: float = 0.0
    size: Size = Size.NORMAL
    high_contrast: bool = False
    speech: bool = False
    desks: tuple[DeskSettings, ...] = ()

    @classmethod
    def read(cls, path: Path | None, profiles: Mapping[str, Profile]) -> Self:
        """What stands in the file at `path`; None: nothing is configured.

        Raises:
            BadSettings: it cannot be read, a field is wrong, or it would listen beyond this
                computer without TLS.
        """
        settings, folder = (load(path), path.parent) if path else ({}, Path())
        table = Table("serve", settings.get("serve", {}), folder)
        languages = _languages(table)
        read = cls(
            table.text("address") if table.has("address") else cls.address,
            int(table.number("port", 0, 65535, default=_PORT)),
            table.path("certificate") if table.has("certificate") else None,
            table.path("key") if table.has("key") else None,
            tuple(str(each) for each in table.listed("names")),
            _language(table, languages),
            languages,
            table.choice("keypad", cls.keypad),
            table.number("same_key_s", 0, _MOST_SAME_KEY_S, default=cls.same_key_s),
            table.choice("size", cls.size),
            table.flag("high_contrast"),
            table.flag("speech"),
            tuple(_desks(Table("desks", settings.get("desks", {}), folder), profiles)),
        )
        table.close()
        if (read.certificate is None) != (read.key is None):
            raise table.wrong("key" if read.certificate else "certificate", Flaw.MISSING)
        if not (is_loopback(read.address) or read.certificate):
            raise table.wrong("certificate", Flaw.MISSING)
        return read

    @property
    def scheme(self) -> str:
        return "https" if self.certificate else "http"

    @property
    def name(self) -> str:
        """By which its screens are opened."""
        is_everywhere = self.address in ("0.0.0.0", "::")
        if is_loopback(self.address) or (is_everywhere and not self.names):
            return "localhost"
        return self.names[0] if self.names else _in_address(self.address)

    def card_camera(self, desk: str) -> str:
        """See `DeskSettings`."""
        return next((each.card_camera for each in self.desks if each.name == desk), "")

    def hosts(self, port: int) -> frozenset[str]:
        """`name:port` by which it may be called; at the port of its scheme the name alone, too."""
        names = {"localhost", "127.0.0.1", "[::1]", *self.names}
        if not is_loopback(self.address):
            names.add(_in_address(self.address))
        found = {f"{name.lower()}:{port}" for name in names}
        if port == _PORT_OF[self.scheme]:
            found |= {name.lower() for name in names}
        return frozenset(found)


def _in_address(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def is_loopback(address: str) -> bool:
    """Whether only programs on this computer reach it."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def desks_of(readers: Sequence[str], profile: str) -> tuple[DeskSettings, ...]:
    """Desks 1, 2, 3 … with these readers; without one, desk 1 has the only reader attached."""
    return tuple(
        DeskSettings(str(number), f"受付{number}", reader, profile)
        for number, reader in enumerate(readers or [None], 1)
    )


def _desks(table: Table, profiles: Mapping[str, Profile]) -> list[DeskSettings]:
    desks: list[DeskSettings] = []
    for name, each in table.tables().items():
        if not (is_word(name) and name.isascii() and name.replace("-", "").isalnum()):
            raise BadSettings(f'desks."{name}"', Flaw.NOT_A_NAME)  # it stands in addresses
        title = each.text("title") if each.has("title") else f"受付{name}"
        reader = each.text("reader") if each.has("reader") else None
        profile = each.text("profile") if each.has("profile") else next(iter(profiles))
        camera = each.text("card_camera") if each.has("card_camera") else ""
        each.close()
        if camera:
            _require_front_reader(each)
        if profile not in profiles:
            raise each.wrong("profile", Flaw.NOT_ONE_OF, ", ".join(profiles))
        desks.append(DeskSettings(name, title, reader, profile, camera))
    return desks


def _require_front_reader(desk: Table) -> None:
    try:
        require_installed()
    except NotInstalled as error:
        raise desk.wrong("card_camera", Flaw.NOT_INSTALLED, error.how) from error


def _languages(table: Table) -> tuple[str, ...]:
    """Of the patients."""
    tags = [str(each) for each in table.listed("languages")]
    if not all(tag in LANGUAGES for tag in tags):
        raise table.wrong("languages", Flaw.NOT_ONE_OF, ", ".join(LANGUAGES))
    return tuple(dict.fromkeys(tags)) or ServeSettings.languages


def _language(table: Table, languages: tuple[str, ...]) -> str:
    """That a visit begins with."""
    chosen = table.text("language") if table.has("language") else languages[0]
    if chosen not in languages:
        raise table.wrong("language", Flaw.NOT_ONE_OF, ", ".join(languages))
    return chosen
