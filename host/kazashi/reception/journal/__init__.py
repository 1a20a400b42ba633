"""The journal: a row a visit, a row a step; never a PIN, My Number, PUPI or photo.

with Journal(default_path()) as journal:
    visit = journal.begin(profile="desk", reader="usb:E661A4")
    visit.step("pin", way="pin", tries_left=3)
    visit.end("checked_in", way="pin")
"""

from kazashi.reception.journal.errors import (
    JournalBroken,
    JournalBusy,
    JournalError,
    JournalFull,
    JournalMissing,
    JournalNewer,
    JournalNotLocal,
    JournalRefused,
    Obstacle,
)
from kazashi.reception.journal.facts import FACTS, Fact
from kazashi.reception.journal.held import (
    BeingAsked,
    Claim,
    Held,
    HeldError,
    NeedsItsComputer,
    NeedsSite,
    NoResultFile,
)
from kazashi.reception.journal.journal import NO_READER, Answer, Entry, Journal
from kazashi.reception.journal.listing import ListedStep, ListedVisit
from kazashi.reception.journal.view import (
    INTERRUPTED,
    KeptStep,
    KeptVisit,
    View,
    default_path,
)

__all__ = [
    "FACTS",
    "INTERRUPTED",
    "NO_READER",
    "Answer",
    "BeingAsked",
    "Claim",
    "Entry",
    "Fact",
    "Held",
    "HeldError",
    "Journal",
    "JournalBroken",
    "JournalBusy",
    "JournalError",
    "JournalFull",
    "JournalMissing",
    "JournalNewer",
    "JournalNotLocal",
    "JournalRefused",
    "KeptStep",
    "KeptVisit",
    "ListedStep",
    "ListedVisit",
    "NeedsItsComputer",
    "NeedsSite",
    "NoResultFile",
    "Obstacle",
    "View",
    "default_path",
]
