"""Who may do what: a token for programs, and paired screens.

A screen is paired once: the service prints an address whose fragment holds a code that works once,
for ten minutes; the page sends it, and gets a cookie. A fragment reaches no server and no log. What
the service keeps of a cookie is its SHA-256.

Files: `token`, for programs on this computer, and `screens.json`, both of mode 0600, in a folder of
mode 0700. Without `screens.json` all screens are to be paired anew.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import cast

from kazashi.reception.whole_file import write_private

_CODE_S = 600.0
_MOST_CODES = 100
_MOST_SCREENS = 200  # paired; the oldest is forgotten


class Role(StrEnum):
    """What a caller may do."""

    PATIENT = "patient"  # the screen of one desk
    STAFF = "staff"  # all desks, and what staff are asked
    PROGRAM = "program"  # all of it


@dataclass(frozen=True)
class Caller:
    """`desk`: of a patient's screen; else empty."""

    role: Role
    desk: str = ""

    def may_use(self, desk: str) -> bool:
        return self.role is not Role.PATIENT or self.desk == desk

    @property
    def is_staff(self) -> bool:
        return self.role is not Role.PATIENT


class WrongCode(Exception):
    """A code for pairing that is not, or no longer, known."""


class Access:
    """Callers that are known. `folder`: of the files, made if it is not there."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError: the files cannot be read or made."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._lock = Lock()
        self._codes: dict[str, tuple[Caller, float]] = {}
        self._path = folder / "screens.json"
        self._screens = _read(self._path)
        self.token_path = folder / "token"
        self._token = _token(self.token_path)

    def code_for(self, caller: Caller) -> str:
        """A code that pairs one screen, once."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._forget_old_codes()
            if len(self._codes) >= _MOST_CODES:
                self._codes.pop(next(iter(self._codes)))
            self._codes[code] = caller, monotonic() + _CODE_S
        return code

    def pair(self, code: str) -> tuple[str, Caller]:
        """The cookie of the screen that sent `code`, and who it is.

        Raises:
            WrongCode: it is not known, was used, or is too old.
            OSError: it cannot be kept.
        """
        with self._lock:
            self._forget_old_codes()
            if code not in self._codes:
                raise WrongCode
            caller, _ = self._codes.pop(code)
            cookie = secrets.token_urlsafe(32)
            self._screens[_digest(cookie)] = caller
            while len(self._screens) > _MOST_SCREENS:
                self._screens.pop(next(iter(self._screens)))
            write_private(
                self._path, json.dumps({key: asdict(each) for key, each in self._screens.items()})
            )
        return cookie, caller

    def screen(self, cookie: str) -> Caller | None:
        """The paired screen that has this cookie."""
        return self._screens.get(_digest(cookie))

    def program(self, token: str) -> Caller | None:
        is_right = secrets.compare_digest(token.encode(), self._token.encode())
        return Caller(Role.PROGRAM) if is_right else None

    def _forget_old_codes(self) -> None:
        now = monotonic()
        self._codes = {code: kept for code, kept in self._codes.items() if kept[1] > now}


def _token(path: Path) -> str:
    try:
        token = path.read_text("ascii").strip()
    except FileNotFoundError:
        token = ""
    if not token:
        token = secrets.token_urlsafe(32)
        write_private(path, token + "\n")
    path.chmod(0o600)
    return token


def _read(path: Path) -> dict[str, Caller]:
    """What was kept. A file that is damaged is as none: screens are paired anew."""
    try:
        kept: object = json.loads(path.read_text("utf-8"))
        table = cast("Mapping[str, Mapping[str, str]]", kept)
        return {key: Caller(Role(each["role"]), each["desk"]) for key, each in table.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
