"""Which 照会番号 was registered for which insurance, so that none is registered twice.

A folder of ours: for each insurance a file that holds the number. Its name is a keyed hash; what
the insurance is stands nowhere. If several computers register, the site knows what all have.
"""

from hashlib import sha256
from pathlib import Path
from typing import Protocol

from kazashi.errors import NotWritten
from kazashi.oqs.errors import OqsUnkept
from kazashi.oqs.match import insurance_in
from kazashi.oqs.message import ReferenceNumberRegistrationInfo
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.whole_file import write_private


class Site(Protocol):
    """What several computers register. `mark`: of an insurance. See kazashi.site.registrations."""

    def number_of(self, mark: str) -> str | None: ...
    def claim(self, mark: str, reference: str) -> bool: ...
    def keep(self, mark: str, reference: str) -> None: ...
    def give_back(self, mark: str) -> None: ...


class Registered:
    """In `folder`, which is made if it is not there. `site`: None: no other computer registers.

    Raises:
        KazashiError: from each method, if the site cannot be asked.
        OqsUnkept: from `has`, if the folder cannot be read.
    """

    def __init__(self, folder: Path, marks: Marks, site: Site | None = None) -> None:
        self._folder, self._marks, self._site = folder, marks, site

    def has(self, info: ReferenceNumberRegistrationInfo) -> bool:
        """Whether this number was the last one that was registered for this insurance."""
        if self._site is None:
            return self._is_kept(info)
        mark, reference = self._mark(info), info.reference_number
        if (known := self._site.number_of(mark)) is not None:
            return known == reference
        if is_kept := self._is_kept(info):  # before the site knew, or was told
            self._site.keep(mark, reference)
        return is_kept

    def claim(self, info: ReferenceNumberRegistrationInfo) -> bool:
        """Whether it is to be sent from here. False: another computer has sent it, or is about to.

        It stands until `keep` or `give_back`, also if this program is killed.
        """
        return self._site is None or self._site.claim(self._mark(info), info.reference_number)

    def give_back(self, info: ReferenceNumberRegistrationInfo) -> None:
        """It was not sent, or was refused: any computer may send it."""
        if self._site:
            self._site.give_back(self._mark(info))

    def _is_kept(self, info: ReferenceNumberRegistrationInfo) -> bool:
        try:
            return self._path(info).read_text() == info.reference_number
        except (FileNotFoundError, UnicodeDecodeError):
            return False
        except OSError as error:
            raise OqsUnkept(self._folder, error.strerror or type(error).__name__) from error

    def keep(self, info: ReferenceNumberRegistrationInfo) -> None:
        """Raises NotWritten."""
        path = self._path(info)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, info.reference_number)
        except OSError as error:
            raise NotWritten(str(path), error.strerror or type(error).__name__) from error
        if self._site:
            self._site.keep(self._mark(info), info.reference_number)

    def _path(self, info: ReferenceNumberRegistrationInfo) -> Path:
        return self._folder / self._mark(info)

    def _mark(self, info: ReferenceNumberRegistrationInfo) -> str:
        insurance = "/".join(insurance_in(info))
        return self._marks.of(sha256(insurance.encode()).hexdigest())
