"""The face-authentication card reader: who is it, how do we know, what did they agree to.

with kazashi.open() as reader, Journal(default_path()) as journal:
    reception = Reception(reader, PROFILES["desk"], anchors, centre, journal)
    visit = reception.check_in(Way.PIN, desk)
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kazashi.reception.anchors import Anchors as Anchors
    from kazashi.reception.checkin import Reception as Reception
    from kazashi.reception.configuration import Configuration as Configuration
    from kazashi.reception.consents import Consents as Consents
    from kazashi.reception.consents import Item as Item
    from kazashi.reception.consents import Prescription as Prescription
    from kazashi.reception.desk import Answers as Answers
    from kazashi.reception.desk import AskConsents as AskConsents
    from kazashi.reception.desk import AskPin as AskPin
    from kazashi.reception.desk import AskPrescription as AskPrescription
    from kazashi.reception.desk import Desk as Desk
    from kazashi.reception.eligibility import Centre as Centre
    from kazashi.reception.eligibility import Eligibility as Eligibility
    from kazashi.reception.eligibility import Request as Request
    from kazashi.reception.journal import Journal as Journal
    from kazashi.reception.journal import default_path as default_path
    from kazashi.reception.profiles import PROFILES as PROFILES
    from kazashi.reception.profiles import Way as Way
    from kazashi.reception.visit import Outcome as Outcome
    from kazashi.reception.visit import Visit as Visit

# The same, imported when first used: who reads the journal needs no cryptography.
_FILES = {
    "anchors": ("Anchors",),
    "checkin": ("Reception",),
    "configuration": ("Configuration",),
    "consents": ("Consents", "Item", "Prescription"),
    "desk": ("Answers", "AskConsents", "AskPin", "AskPrescription", "Desk"),
    "eligibility": ("Centre", "Eligibility", "Request"),
    "journal": ("Journal", "default_path"),
    "profiles": ("PROFILES", "Way"),
    "visit": ("Outcome", "Visit"),
}
_FILE_OF = {name: file for file, names in _FILES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _FILE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_FILE_OF})
