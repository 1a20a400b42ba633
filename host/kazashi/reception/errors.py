"""What can go wrong beside reader and card.

    ReceptionError           base; catch it to catch everything below
    ├── JournalError         nothing can be kept, for now: see journal/errors.py
    ├── CentreError          eligibility is not known, for now: see eligibility.py
    ├── CertifiedFailed      the approved component identified nobody: another way
    ├── FaceNotAvailable     models, or their engine, are missing: see `reasons`
    └── BadSettings          the configuration is wrong: see `place`

A visit goes on where one of them is met, and ends with an outcome.
"""


class ReceptionError(Exception):
    """str: one line that tells staff what to do next; `on_screen`: plain Japanese."""

    on_screen: str = "受付ができません。係の者をお呼びください。"
