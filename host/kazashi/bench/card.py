"""Simulated cards to read. They take no time of their own, so that only drivers differ."""

from kazashi.sim.issued import Issued
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import FRAME_SIZES, BlockSettings, TypeB

from .case import Case


class Cards:
    """Makes cards. Their holder is made once per size of certificate, since that takes long."""

    def __init__(self) -> None:
        self._persons: dict[int, Person] = {}

    def of(self, case: Case) -> tuple[TypeB, bytes]:
        """(card, its certificate)."""
        size = case.certificate_bytes
        if size not in self._persons:
            self._persons[size] = Person(size)
        person = self._persons[size]
        application = Jpki(person, Issued(takes_extended=case.extended), command_s=0.0)
        settings = BlockSettings(fsci=FRAME_SIZES.index(case.fsc), block_s=0.0)
        return TypeB(application, settings), person.certificate
