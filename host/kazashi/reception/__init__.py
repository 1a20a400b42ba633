"""The face-authentication card reader: who is it, how do we know, what did they agree to.

with kazashi.open() as reader, Journal(default_path()) as journal:
    reception = Reception(reader, PROFILES["desk"], anchors, centre, journal)
    visit = reception.check_in(Way.PIN, desk)
"""

from kazashi.reception.anchors import Anchors
from kazashi.reception.checkin import Reception
from kazashi.reception.configuration import Configuration
from kazashi.reception.consents import Consents, Item, Prescription
from kazashi.reception.desk import Answers, AskConsents, AskPin, AskPrescription, Desk
from kazashi.reception.eligibility import Centre, Eligibility, Request
from kazashi.reception.journal import Journal, default_path
from kazashi.reception.profiles import PROFILES, Way
from kazashi.reception.simulated_centre import SimulatedCentre
from kazashi.reception.visit import Outcome, Visit

__all__ = [
    "PROFILES",
    "Anchors",
    "Answers",
    "AskConsents",
    "AskPin",
    "AskPrescription",
    "Centre",
    "Configuration",
    "Consents",
    "Desk",
    "Eligibility",
    "Item",
    "Journal",
    "Outcome",
    "Prescription",
    "Reception",
    "Request",
    "SimulatedCentre",
    "Visit",
    "Way",
    "default_path",
]
