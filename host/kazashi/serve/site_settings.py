"""What all desks of a service have in common: the site's rules, centre, journal and registers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kazashi.health.terminal import Terminal
from kazashi.reception.anchors import Anchors
from kazashi.reception.centre import Centre
from kazashi.reception.certified import CertifiedComponent
from kazashi.reception.configuration import Configuration
from kazashi.reception.numbers.offers import ClinicNumbers
from kazashi.reception.passcode import Passcode
from kazashi.reception.results import Results
from kazashi.serve.assigned import Assigned
from kazashi.serve.elsewhere import Elsewhere, HeldElsewhere
from kazashi.serve.under_way import UnderWay


@dataclass(frozen=True)
class SiteSettings:
    """See `Place`. `configuration`, `centre`: made anew for each desk."""

    configuration: Callable[[], Configuration]
    anchors: Anchors
    centre: Callable[[], Centre | None]
    passcode: Callable[[Configuration], Passcode | None]
    component: CertifiedComponent | None
    journal: Path
    language: str
    is_test: bool
    terminal: Terminal
    assigned: Assigned = field(default_factory=Assigned)
    under_way: UnderWay = field(default_factory=UnderWay)
    results: Results | None = None
    numbers: ClinicNumbers | None = None
    elsewhere: Elsewhere | None = None
    held_elsewhere: HeldElsewhere | None = None
