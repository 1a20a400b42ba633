"""Ask by a pair of files: the request into one folder, its answer awaited in another.

A request is written once under a name that was never used, and never again. The answer, or a
failure of the terminal, which is a file `.err` under the request's name, is taken once two reads
300 ms apart are the same. What comes after the time-out is found by `look`. A file that the system
does not let us read may be open in the program that writes it: that is an error once it lasts.

Source: chart programs that ask so; what stands in `.err` is not published [U].
"""

import errno
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from typing import NamedTuple, TypeVar

from kazashi.errors import Cancelled
from kazashi.oqs.encoding import Encoding
from kazashi.oqs.errors import (
    Block,
    OqsBroken,
    OqsError,
    OqsUnkept,
    OqsUnopened,
    OqsUnpublished,
    OqsUnreadable,
    OqsUnwritable,
    Unopened,
    Unwritten,
)
from kazashi.oqs.ledger import Asked, Ledger
from kazashi.oqs.match import is_answer_to, is_final, shown
from kazashi.oqs.message import MOST, MessageBody, MessageHeader, XmlMsg, read, write
from kazashi.oqs.names import Kind, time_digits
from kazashi.oqs.outbox import Now
from kazashi.oqs.publish import Folder
from kazashi.reception.centre import AnswerMixedUp, CentreFailed, CentreUnreachable
from kazashi.reception.in_time import in_time
from kazashi.reception.japan import utc_now

T = TypeVar("T")

TIMEOUT_S = 180.0  # as chart programs have it

_LOOK_S = 0.3
_HALF_S = 5.0  # for a file that cannot be read: it may be written still
_SPARE_S = 2.0  # after a time-out, for folders that do not answer
_LATE_S = 10.0  # for a look at what may have come
# No right; open elsewhere, by Windows and by Linux' SMB.
_DENIED = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY)


@dataclass(frozen=True)
class Terminal:
    """The folders of the centre's terminal. `responses`: only read; nothing there is ours."""

    requests: Folder
    responses: Path
    encoding: Encoding = Encoding.UTF_8
    timeout_s: float = TIMEOUT_S


class _Said(NamedTuple):
    """What stands in the file of this name, or why it is not known; empty: it is not there."""

    name: str
    content: bytes | Unopened


_NOTHING = _Said("", b"")


@dataclass
class _Seen:
    """What was said at the last look. `since`: it has been that."""

    said: _Said = _NOTHING
    since: float = 0.0


@dataclass
class Exchange:
    """`institution`: 医療機関コード. Threads may ask at once."""

    terminal: Terminal
    institution: str
    ledger: Ledger
    now: Now = utc_now

    def ask(
        self, kind: Kind, identifier: str, body: MessageBody, cancel: Event
    ) -> tuple[Asked, XmlMsg]:
        """Request and answer; `take` it. `identifier`: letters, digits and hyphens, used once.

        Raises:
            CentreError: there is none: refused, mixed up, or not there within the time-out;
                OqsUnopened, OqsBroken: it may be there, and cannot be opened or stays half.
            OqsUnwritable: the request has something that no file can have.
            OqsUnkept: it would not be known that it was asked.
            Cancelled: `cancel` was set; the request stands, and is never repeated.
        """
        limit_s = self.terminal.timeout_s + _SPARE_S
        return _in_time(lambda end: self._ask(kind, identifier, body, end), limit_s, cancel)

    def look(self, asked: Asked, cancel: Event) -> XmlMsg | None:
        """The answer, if it has come since; `take` it.

        Raises:
            CentreFailed, AnswerMixedUp: it is none; nothing more is to come.
            OqsUnopened, OqsBroken: it may be there, and cannot be opened now, or is not whole.
            CentreUnreachable: the folder does not answer, or is away.
            Cancelled: `cancel` was set.
        """
        return _in_time(lambda _end: self._late(asked), _LATE_S, cancel)

    def take(self, asked: Asked) -> bool:
        """Close the request: its answer was used. False: another program has closed it."""
        return self.ledger.close(asked.kind, asked.suffix)

    def give_up(self, asked: Asked, cancel: Event) -> None:
        """Close the request without an answer, and take its file back if it is there still.

        Raises:
            OqsUnkept: it stays open.
            CentreUnreachable: so it does; its file cannot be taken back, or the folder is away.
            Cancelled: `cancel` was set.
        """
        _in_time(lambda _end: self._give_up(asked), _LATE_S, cancel)

    def _late(self, asked: Asked) -> XmlMsg | None:
        _require_folder(self.terminal.responses)
        return self._answer_in(asked, self._said(asked))

    def _give_up(self, asked: Asked) -> None:
        file = self.terminal.requests.path / asked.name
        try:
            if file in file.parent.iterdir():
                file.unlink(missing_ok=True)
        except OSError as error:
            raise CentreUnreachable from error
        self.take(asked)

    def _ask(
        self, kind: Kind, identifier: str, body: MessageBody, end: Event
    ) -> tuple[Asked, XmlMsg]:
        """`end`: the answer is not waited for any more; what is not sent yet is not sent."""
        asked = self._send(kind, identifier, body, end)
        until = monotonic() + self.terminal.timeout_s
        seen = _Seen()
        while True:
            if (found := self._look(asked, seen)) is not None:
                return asked, found
            if end.wait(_LOOK_S):
                raise Cancelled
            if monotonic() > until:
                raise CentreUnreachable

    def _send(self, kind: Kind, identifier: str, body: MessageBody, end: Event) -> Asked:
        today = time_digits(self.now())[:8]
        header = MessageHeader(
            qualification_confirmation_date=today if kind is Kind.ELIGIBILITY else "",
            medical_institution_code=self.institution,
            arbitrary_file_identifier=identifier,
        )
        request = XmlMsg(message_header=header, message_body=body)
        for element in request.misfits():
            raise OqsUnwritable(element, Unwritten.FORM)
        data = write(request, self.terminal.encoding).data
        self._forget_unsent()
        suffix = self.ledger.reserve(kind, today, lambda each: self._is_taken(kind, each))
        name = kind.request(suffix)
        try:
            self.terminal.requests.stage(name, data)
            self.ledger.keep(kind, suffix, data)
            if end.is_set():
                raise CentreUnreachable
            self.terminal.requests.publish(name, name)
        except (OqsError, CentreUnreachable) as error:  # it is not there, and never will be
            self.terminal.requests.discard(name)
            self.ledger.close(kind, suffix)
            if isinstance(error, OqsUnkept):
                raise
            raise CentreUnreachable from error
        return Asked(kind, suffix, request)

    def _forget_unsent(self) -> None:
        """What a program that is gone has staged was never asked, and never will be."""
        for name in self.terminal.requests.discard_old(also_ready=True):
            if request := Kind.of_request(name):
                self.ledger.close(*request)

    def _is_taken(self, kind: Kind, suffix: str) -> bool:
        """Raises OqsUnopened: its answer could not be read; CentreUnreachable: nor looked for."""
        _require_folder(self.terminal.responses)
        names = (kind.request(suffix), kind.response(suffix), kind.failure(suffix))
        for folder in (self.terminal.requests.path, self.terminal.responses):
            try:
                if any((folder / name).exists() for name in names):
                    return True
            except OSError as error:
                if isinstance(error, PermissionError) and folder == self.terminal.responses:
                    raise OqsUnopened(folder / names[1], Unopened.DENIED) from error
                raise CentreUnreachable from _unlooked(folder, error)
        return False

    def _look(self, asked: Asked, seen: _Seen) -> XmlMsg | None:
        """The answer, once it is there and whole."""
        said = self._said(asked)
        if said != seen.said:
            seen.said, seen.since = said, monotonic()
            return None
        try:
            return self._answer_in(asked, said)
        except (OqsBroken, OqsUnopened):
            if monotonic() - seen.since < _HALF_S:
                return None
            raise

    def _said(self, asked: Asked) -> _Said:
        """Of the answer's file and that of a failure, the first that says something."""
        names = (asked.kind.response(asked.suffix), asked.kind.failure(asked.suffix))
        files = [_Said(name, _content(self.terminal.responses / name)) for name in names]
        there = [each for each in files if each.content]
        return min(there, key=lambda each: isinstance(each.content, Unopened), default=_NOTHING)

    def _answer_in(self, asked: Asked, said: _Said) -> XmlMsg | None:
        """As `answer_in`; one that is none ends the wait for it."""
        file = self.terminal.responses / said.name
        if isinstance(said.content, Unopened):
            raise OqsUnopened(file, said.content)
        try:
            if said.name == asked.kind.failure(asked.suffix):
                raise CentreFailed(failure_text(said.content))
            return answer_in(asked, said.content) if said.content else None
        except OqsUnreadable as error:
            raise OqsBroken(file, asked.kind, error) from error
        except (CentreFailed, AnswerMixedUp):
            self.take(asked)
            raise


def _in_time(work: Callable[[Event], T], limit_s: float, cancel: Event) -> T:
    """Raises CentreUnreachable: the folders do not answer."""
    try:
        return in_time(work, limit_s, cancel)
    except TimeoutError as error:
        raise CentreUnreachable from error


def _require_folder(responses: Path) -> None:
    """Raises CentreUnreachable: the folder is away, and with it what may have come."""
    try:
        if responses.is_dir():
            return
    except OSError as error:
        raise CentreUnreachable from _unlooked(responses, error)
    raise CentreUnreachable from OqsUnpublished(responses, Block.NO_FOLDER)


def _unlooked(folder: Path, error: OSError) -> OqsUnpublished:
    return OqsUnpublished(folder, Block.SYSTEM, error.strerror or type(error).__name__)


def _content(path: Path) -> bytes | Unopened:
    """Empty: it is not there, or the folder is away. A pipe may have no end: it is not opened."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return Unopened.NO_FILE
        with path.open("rb") as file:
            return file.read(MOST + 1)
    except OSError as error:
        return Unopened.DENIED if error.errno in _DENIED else b""


def answer_in(asked: Asked, data: bytes) -> XmlMsg | None:
    """None: in process still.

    Raises:
        OqsUnreadable: it is not whole, or no such file.
        AnswerMixedUp: it answers another request.
        CentreFailed: it says so.
    """
    message = read(data)
    if not is_answer_to(asked.request, message):
        raise AnswerMixedUp
    return message if is_final(message) else None


def failure_text(data: bytes) -> str:
    """What a terminal says in a file `.err`."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return shown(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return shown(data.hex())
