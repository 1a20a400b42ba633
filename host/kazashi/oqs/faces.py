"""Face results into the folders of the reception computers: the `Results` of all desks."""

import logging
from collections.abc import Generator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Self, TypeVar

from kazashi.oqs.encoding import Encoding, Missing
from kazashi.oqs.errors import OqsError, OqsLost, OqsTestOnly
from kazashi.oqs.face import TEST_INSTITUTION, face_result, session_number
from kazashi.oqs.message import write
from kazashi.oqs.names import new_identifier
from kazashi.oqs.outbox import Now, Outbox
from kazashi.oqs.publish import Folder
from kazashi.oqs.undecided import Undecided
from kazashi.reception.errors import ReceptionError
from kazashi.reception.japan import utc_now
from kazashi.reception.results import Answered, ResultFile
from kazashi.words import words_of

logger = logging.getLogger(__name__)

T = TypeVar("T")

_PATIENCE_S = 2.0  # of a visit, for a folder that does not answer


@dataclass(frozen=True)
class FaceFolder:
    """What one reception computer needs. `touches`: see publish.py."""

    folder: Folder
    encoding: Encoding = Encoding.UTF_8
    missing: Missing = Missing.REFUSE
    touches: bool = True


class FaceFiles:
    """`institution`: 10 digits, 医療機関コード. `journal`: decides about what is prepared."""

    def __init__(
        self,
        institution: str,
        folders: Sequence[FaceFolder],
        journal: Path,
        now: Now = utc_now,
    ) -> None:
        self._institution, self._folders, self._now = institution, folders, now
        self._outboxes = [
            Outbox(each.folder, journal, touches=each.touches, now=now) for each in folders
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for lost in self.close():
            logger.error("%s", words_of(lost).line)

    def close(self) -> list[OqsLost]:
        """Set the last times. Returns what is on no disk, and will not come."""
        return [lost for outbox in self._outboxes if (lost := outbox.close())]

    def take(self, answered: Answered) -> tuple[Sequence[ResultFile], Sequence[ReceptionError]]:
        """A file in each folder. What is not there within 2 s comes later, by itself."""
        troubles: list[ReceptionError] = []
        sent: list[tuple[Outbox, bytes, Future[str]]] = []
        for face, outbox in zip(self._folders, self._outboxes, strict=True):
            with _kept(troubles):
                data = self._file(face, answered)
                identifier = self._identifier(answered)
                future = outbox.put(identifier, data, is_test=answered.is_test)
                sent.append((outbox, data, future))
        files: list[ResultFile] = []
        until = monotonic() + _PATIENCE_S
        for outbox, data, future in sent:
            with _kept(troubles):
                name = _result(outbox, future, max(0.0, until - monotonic()))
                session = session_number(answered.answer.reference)
                files.append(ResultFile(name, sha256(data).hexdigest(), session))
        return files, troubles

    def prepare(self, answered: Answered) -> "PreparedFiles":
        """A file for each folder. Unless each is on the disk within 2 s, none goes out."""
        troubles: list[ReceptionError] = []
        prepared: list[tuple[Outbox, Undecided]] = []
        for face, outbox in zip(self._folders, self._outboxes, strict=True):
            with _kept(troubles):
                data = self._file(face, answered)
                identifier = self._identifier(answered)
                prepared.append(
                    (outbox, outbox.prepare(identifier, data, is_test=answered.is_test))
                )
        until = monotonic() + _PATIENCE_S
        unkept: list[ReceptionError] = []
        for outbox, result in prepared:
            with _kept(unkept):
                _result(outbox, result.on_disk, max(0.0, until - monotonic()))
        return PreparedFiles(prepared, troubles, unkept)

    def _identifier(self, answered: Answered) -> str:
        return new_identifier(TEST_INSTITUTION if answered.is_test else self._institution)

    def _file(self, face: FaceFolder, answered: Answered) -> bytes:
        if answered.is_test and not face.folder.is_for_tests:
            raise OqsTestOnly(face.folder.path)
        message = face_result(answered, self._institution, face.encoding, self._now())
        for element in message.misfits():
            logger.warning("face result: %s is longer than the layout has it", element)
        written = write(message, face.encoding, face.missing)
        for element, letter in written.replaced:
            logger.warning("face result: %s is not in %s, %s has ●", letter, face.encoding, element)
        return written.data


class PreparedFiles:
    """A `Prepared`."""

    def __init__(
        self,
        prepared: Sequence[tuple[Outbox, Undecided]],
        troubles: Sequence[ReceptionError],
        unkept: Sequence[ReceptionError],
    ) -> None:
        self._prepared, self.troubles, self.unkept = prepared, troubles, unkept
        self.names = [result.name for _, result in prepared]

    def settle(self) -> None:
        """Waits 2 s at most until they are there; later ones come by themselves."""
        for outbox, result in self._prepared:
            outbox.settle(result)
        if self.unkept:
            return
        until = monotonic() + _PATIENCE_S
        for outbox, result in self._prepared:
            with _kept([]):
                _result(outbox, result.out, max(0.0, until - monotonic()))


def _result(outbox: Outbox, future: Future[T], wait_s: float) -> T:
    try:
        return future.result(wait_s)
    except TimeoutError:
        raise outbox.slow(future) from None


@contextmanager
def _kept(troubles: list[ReceptionError]) -> Generator[None]:
    """One folder's trouble keeps no other from its file."""
    try:
        yield
    except OqsError as error:
        logger.error("%s", words_of(error).line)
        troubles.append(error)
