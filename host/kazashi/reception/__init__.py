"""The face-authentication card reader: who is it, how do we know, what did they agree to.

with kazashi.open() as reader, Journal(default_path()) as journal:
    reception = Reception(reader, PROFILES["desk"], anchors, centre, journal)
    visit = reception.check_in(people)
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kazashi.reception.anchors import Anchors as Anchors
    from kazashi.reception.centre import Centre as Centre
    from kazashi.reception.centre import Completion as Completion
    from kazashi.reception.centre import Eligibility as Eligibility
    from kazashi.reception.centre import Identity as Identity
    from kazashi.reception.checkin import Reception as Reception
    from kazashi.reception.configuration import Configuration as Configuration
    from kazashi.reception.journal import Journal as Journal
    from kazashi.reception.journal import default_path as default_path
    from kazashi.reception.people import Answers as Answers
    from kazashi.reception.people import AskConsents as AskConsents
    from kazashi.reception.people import AskPin as AskPin
    from kazashi.reception.people import AskPrescription as AskPrescription
    from kazashi.reception.people import AskToken as AskToken
    from kazashi.reception.people import AskWay as AskWay
    from kazashi.reception.people import People as People
    from kazashi.reception.profiles import PROFILES as PROFILES
    from kazashi.reception.rules import Consents as Consents
    from kazashi.reception.rules import Group as Group
    from kazashi.reception.rules import Item as Item
    from kazashi.reception.rules import Prescription as Prescription
    from kazashi.reception.rules import Token as Token
    from kazashi.reception.rules import Way as Way
    from kazashi.reception.visit import Outcome as Outcome
    from kazashi.reception.visit import Reason as Reason
    from kazashi.reception.visit import Visit as Visit

# The same, imported when first used: reading the journal needs no cryptography.
_FILES = {
    "anchors": "Anchors",
    "centre": "Centre Completion Eligibility Identity",
    "checkin": "Reception",
    "configuration": "Configuration",
    "journal": "Journal default_path",
    "people": "Answers AskConsents AskPin AskPrescription AskToken AskWay People",
    "profiles": "PROFILES",
    "rules": "Consents Group Item Prescription Token Way",
    "visit": "Outcome Reason Visit",
}
_FILE_OF = {name: file for file, names in _FILES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in _FILE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_FILE_OF})
