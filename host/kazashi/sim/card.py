"""Cards: several applications on one chip, and a card that is shown by mistake."""

from .application import Data, FileApplication
from .issued import USUAL, Issued
from .jpki import Jpki
from .person import Person
from .picc import Response
from .surface_applications import FaceSurface, InputSupport

_PPSE = b"2PAY.SYS.DDF01"
_SELECT_BY_NAME = bytes.fromhex("00a404")


class MyNumberCard:
    """The JPKI application and both surface applications. One is selected at a time:
    selecting another ends the verification of every PIN and code.

    `copy_of`: all files are copied from the card of this person, to a chip with the keys of
    `person`.
    """

    def __init__(
        self, person: Person, issued: Issued = USUAL, *, copy_of: Person | None = None
    ) -> None:
        shown = copy_of or person
        self.jpki = Jpki(shown, issued, chip=person)
        self.face = FaceSurface(shown, issued, chip=person)
        self.text = InputSupport(shown, issued, chip=person)
        self.person = shown
        self._selected: FileApplication = self.jpki

    @property
    def my_number_reads(self) -> int:
        """How often the My Number was read, as text or as a picture. It must stay 0."""
        files = (self.text.files[0x0001], self.face.files[0x0005])
        return sum(file.reads for file in files if isinstance(file, Data))

    def reset(self) -> None:
        """After loss of power: no application is selected, no PIN verified."""
        for application in (self.jpki, self.face, self.text):
            application.reset()

    def transmit(self, apdu: bytes) -> Response:
        for application in (self.jpki, self.face, self.text):
            name = bytes((len(application.aid),)) + application.aid
            if apdu.startswith(_SELECT_BY_NAME) and apdu[4:].startswith(name):
                self._selected.reset()
                self._selected = application
        return self._selected.transmit(apdu)


class BankCard:
    """A payment card, with EMV's directory and none of our applications."""

    def reset(self) -> None:
        """Nothing to do: it has no state."""

    def transmit(self, apdu: bytes) -> Response:
        if apdu[1:2] == b"\xa4" and _PPSE in apdu:
            return Response(b"\x6f\x10\x84\x0e" + _PPSE + b"\x90\x00", 0.002)
        return Response(b"\x6a\x82", 0.002)
