"""What can go wrong beside reader and card.

    ReceptionError           base; catch it to catch everything below
    ├── JournalError         nothing can be kept, for now: see journal/errors.py
    ├── DeskBusy             another patient was served for too long: begin again later
    ├── CentreError          eligibility is not known, for now: see centre.py
    ├── HeldError            a person held is not asked about, for now: see journal/held.py
    ├── CertifiedFailed      the approved component identified nobody: another way
    ├── FaceNotAvailable     models, or their engine, are missing: see `lacks`
    ├── FaceNotConfigured    one of them
    ├── ModelUnusable        one of them: see `path`
    ├── OqsError             files for the reception computer: see oqs/errors.py
    ├── NumbersError         the clinic's numbers, for now: see numbers/errors.py
    ├── PersonsKeyUnusable   the key by which persons are counted: see `path`
    └── BadSettings          the configuration is wrong: see `place`

A visit goes on where one of them is met, and ends with an outcome.
"""

from dataclasses import dataclass

from kazashi.errors import KazashiError


class ReceptionError(KazashiError):
    """Base of everything that goes wrong at a reception beside reader and card."""


@dataclass(eq=False)
class DeskBusy(ReceptionError):
    """Another patient was served all the while. `waited_s`: how long this one has waited."""

    waited_s: float
