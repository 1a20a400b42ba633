"""Face results into the folders of the reception computers: the `Results` of all desks."""

import logging
from collections.abc import Generator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Self

from kazashi.oqs.encoding import Encoding, Missing
from kazashi.oqs.errors import Block, OqsError, OqsTestOnly, OqsUnpublished
from kazashi.oqs.face import TEST_INSTITUTION, face_result, session_number
from kazashi.oqs.message import write
from kazashi.oqs.names import new_identifier
from kazashi.oqs.outbox import Now, Outbox
from kazashi.oqs.publish import Folder
from kazashi.reception.errors import ReceptionError
from kazashi.reception.japan import utc_now
from kazashi.reception.results import Answered, ResultFile
from kazashi.words import words_of

logger = logging.getLogger(__name__)

_PATIENCE_S = 2.0  # of a visit, for a folder that does not answer


@dataclass(frozen=True)
class FaceFolder:
    """What one reception computer needs. `touches`: see publish.py."""

    folder: Folder
    encoding: Encoding = Encoding.UTF_8
    missing: Missing = Missing.REFUSE
    touches: bool = True


class FaceFiles:
    """`institution`: 10 digits, 医療機関コード. Close it, so that the last times are set."""

    def __init__(self, institution: str, folders: Sequence[FaceFolder], now: Now = utc_now) -> None:
        self._institution, self._folders, self._now = institution, folders, now
        self._outboxes = [Outbox(each.folder, touches=each.touches, now=now) for each in folders]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for outbox in self._outboxes:
            outbox.close()

    def take(self, answered: Answered) -> tuple[Sequence[ResultFile], Sequence[ReceptionError]]:
        """A file in each folder. What is not there within 2 s comes later, by itself."""
        troubles: list[ReceptionError] = []
        sent: list[tuple[Folder, bytes, Future[str]]] = []
        for face, outbox in zip(self._folders, self._outboxes, strict=True):
            with _kept(troubles):
                data = self._file(face, answered)
                institution = TEST_INSTITUTION if answered.is_test else self._institution
                future = outbox.put(new_identifier(institution), data, is_test=answered.is_test)
                sent.append((face.folder, data, future))
        files: list[ResultFile] = []
        until = monotonic() + _PATIENCE_S
        for folder, data, future in sent:
            with _kept(troubles):
                name = _name(folder, future, max(0.0, until - monotonic()))
                session = session_number(answered.answer.reference)
                files.append(ResultFile(name, sha256(data).hexdigest(), session))
        return files, troubles

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


def _name(folder: Folder, future: Future[str], wait_s: float) -> str:
    try:
        return future.result(wait_s)
    except TimeoutError:
        raise OqsUnpublished(folder.path, Block.SLOW) from None


@contextmanager
def _kept(troubles: list[ReceptionError]) -> Generator[None]:
    """One folder's trouble keeps no other from its file."""
    try:
        yield
    except OqsError as error:
        logger.error("%s", words_of(error).line)
        troubles.append(error)
