"""The site's passcode for a visual check (目視確認用パスコード): hashed, wrong ones slowed.

Source: 厚生労働省 "マイナ保険証の円滑な利用について": staff enter it on the reader, for this one
patient. Its length is not published: 4 to 16 digits are taken.

[visual]
passcode = "scrypt$…"    # the line that `kazashi passcode` prints

Four digits have 10,000 values: a person who can read the file can try them all. Protect the file.
The passcode itself reaches no log, error, journal or repr.
"""

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto, unique
from hashlib import scrypt
from threading import Lock
from time import monotonic

from kazashi.reception.errors import ReceptionError
from kazashi.reception.japan import utc_now
from kazashi.reception.journal import View
from kazashi.reception.settings import Flaw, Table
from kazashi.reception.typed import digits

_DIGITS = re.compile(r"[0-9]{4,16}")
_HASHED = re.compile(
    r"scrypt\$([0-9]{1,9})\$([0-9]{1,3})\$([0-9]{1,3})\$([0-9a-f]{32,128})\$([0-9a-f]{64})"
)
_N, _R, _P = 2**15, 8, 1  # of scrypt: 32 MiB
_LEAST_N = 2**14
_MOST_MEMORY = 256 * 1024 * 1024  # bytes: more would stop a Raspberry Pi
_SALT_SIZE = 16
_LONGEST_WAIT_S = 60


@unique
class PasscodeFlaw(Enum):
    """What is wrong with a new passcode."""

    NOT_DIGITS = auto()  # 4 to 16 of them
    DIFFERENT = auto()  # the second time


@dataclass(eq=False)
class BadPasscode(ReceptionError):
    """It cannot be the site's passcode. What was typed is not repeated."""

    flaw: PasscodeFlaw


@dataclass(eq=False)
class PasscodePaused(ReceptionError):
    """Too soon after a wrong one: nothing was compared. `wait_s`: whole seconds left."""

    wait_s: int


def hashed(typed: str) -> str:
    """What the configuration keeps of a new passcode, with a new salt.

    Raises:
        BadPasscode: it has not 4 to 16 digits.
    """
    if (passcode := _passcode(typed)) is None:
        raise BadPasscode(PasscodeFlaw.NOT_DIGITS)
    salt = secrets.token_bytes(_SALT_SIZE)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_hash(passcode, _N, _R, _P, salt).hex()}"


def configured_passcode(visual: Table) -> "Passcode | None":
    """That of the table [visual], if it has one.

    Raises:
        BadSettings: it was not made by `hashed`, or needs more than 256 MiB.
    """
    if not visual.has("passcode"):
        return None
    try:
        return Passcode(visual.text("passcode"))
    except ValueError:
        raise visual.wrong("passcode", Flaw.NOT_A_PASSCODE) from None


class Passcode:
    """Compares what staff type. After each wrong one the wait doubles: 1 s, 2 s, … 60 s.

    One for the whole site, for all its readers and patients: another reader or a new card is no
    help. A right one ends the wait.
    """

    def __init__(self, kept: str, clock: Callable[[], float] = monotonic) -> None:
        """`kept`: from `hashed`, else ValueError. `clock`: seconds that never go back."""
        found = _HASHED.fullmatch(kept)
        if not found:
            raise ValueError("not what `hashed` makes")
        n, r, p = (int(found[each]) for each in (1, 2, 3))
        if n < _LEAST_N or n & (n - 1) or not (r and p) or 128 * n * r * p > _MOST_MEMORY:
            raise ValueError("scrypt of too few rounds, or of more than 256 MiB")
        self._parameters = n, r, p, bytes.fromhex(found[4])
        self._hash = bytes.fromhex(found[5])
        self._clock = clock
        self._lock = Lock()  # readers in other threads wait for their turn
        self._wrong = 0
        self._until = clock()

    @property
    def wait_s(self) -> float:
        """Seconds until the next comparison; 0: now."""
        return max(0.0, self._until - self._clock())

    def check(self, typed: str) -> bool:
        """Whether it is the passcode, in digits of any width. Takes as long for any digits.

        Keep the answer in the journal as a step "passcode", with error="wrong" if it is wrong.

        Raises:
            PasscodePaused: it came too soon; it was not compared, and does not count.
        """
        with self._lock:
            if left := self.wait_s:
                raise PasscodePaused(-int(-left // 1))
            passcode = _passcode(typed)
            is_right = passcode is not None and hmac.compare_digest(
                _hash(passcode, *self._parameters), self._hash
            )
            self._wrong = 0 if is_right else self._wrong + 1
            self._wait(0.0)
            return is_right

    def recall(self, journal: View, now: Callable[[], datetime] = utc_now) -> None:
        """Go on with the wrong ones of other programs, once, before the first patient.

        A clock that was put back only makes the wait start again.

        Raises:
            JournalError: they are unknown.
        """
        wrong, at = journal.wrong_passcodes()
        if at and wrong > self._wrong:
            self._wrong = wrong
            self._wait(max(0.0, (now() - at).total_seconds()))

    def _wait(self, ago_s: float) -> None:
        """From the last wrong one on, which was `ago_s` ago."""
        seconds = min(2 ** (self._wrong - 1), _LONGEST_WAIT_S) if self._wrong else 0
        self._until = self._clock() + max(0.0, seconds - ago_s)


def _passcode(typed: str) -> str | None:
    """As ASCII digits; None: it is no passcode."""
    found = digits(typed)
    return found if _DIGITS.fullmatch(found) else None


def _hash(passcode: str, n: int, r: int, p: int, salt: bytes) -> bytes:
    memory = 128 * r * (n + p + 2)  # RFC 7914 §2, as OpenSSL counts it
    return scrypt(passcode.encode(), salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=32)
