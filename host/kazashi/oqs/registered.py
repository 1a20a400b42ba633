"""Which 照会番号 was registered for which insurance, so that none is registered twice.

A folder of ours: for each insurance a file that holds the number. Its name is a keyed hash; what
the insurance is stands nowhere.
"""

from hashlib import sha256
from pathlib import Path

from kazashi.errors import NotWritten
from kazashi.oqs.match import insurance_in
from kazashi.oqs.message import ReferenceNumberRegistrationInfo
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.whole_file import write_private


class Registered:
    """In `folder`, which is made if it is not there."""

    def __init__(self, folder: Path, marks: Marks) -> None:
        self._folder, self._marks = folder, marks

    def has(self, info: ReferenceNumberRegistrationInfo) -> bool:
        """Whether this number was the last one that was registered for this insurance."""
        try:
            return self._path(info).read_text() == info.reference_number
        except (OSError, UnicodeDecodeError):
            return False

    def keep(self, info: ReferenceNumberRegistrationInfo) -> None:
        """Raises NotWritten."""
        path = self._path(info)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, info.reference_number)
        except OSError as error:
            raise NotWritten(str(path), error.strerror or type(error).__name__) from error

    def _path(self, info: ReferenceNumberRegistrationInfo) -> Path:
        insurance = "/".join(insurance_in(info))
        return self._folder / self._marks.of(sha256(insurance.encode()).hexdigest())
