"""A whole reader in this process, asked frame by frame: see ../rig.py."""

from kazashi_wire.frame import Deframer, Frame
from kazashi_wire.messages import (
    BY_KIND,
    FINGERPRINT,
    REVISION,
    CardFound,
    Done,
    End,
    Examined,
    Failed,
    Fault,
    Hello,
    Rested,
    Technology,
    Transmit,
    Watch,
    Welcome,
)
from rig import BoardReset, Rig, clock

HELLO = Hello(revision=REVISION, fingerprint=FINGERPRINT)
_PATIENCE_S = 30  # for what must come in the end
WATCH = Watch(
    fastest=0,
    period_ms=0,
    lease_s=_PATIENCE_S + 10,
    order=bytes((Technology.TYPE_B, Technology.TYPE_A)),
)

_LAST_WORDS = (Welcome, Done, Rested, End, Examined, Failed)  # to a request
_COOL_MS = 6000


class Hang(Exception):
    """The watchdog had to end what the reader was doing."""


class Reader:
    """A rig and its host, which speaks in frames. Arguments as those of Rig."""

    def __init__(self, *cards, **options):
        self.rig = Rig(*cards, **options)
        self._deframer = Deframer()
        self._number = 0
        self.card = bytes(4)  # number of the last card found
        self.rig.connect()

    @property
    def usb(self):
        return self.rig.usb

    def step(self):
        """(number, message) of all that the reader says in one turn of its loop.

        Raises:
            AssertionError: it says that the firmware failed.
            Hang: it says nothing any more.
        """
        usb = self.rig.usb
        usb.silent_since_s = clock.s
        try:
            self.rig.step()
        except BoardReset as error:
            self._start_again(error)
        usb.break_silence()
        said, usb.to_host = bytes(usb.to_host), bytearray()
        heard = [(f.number, BY_KIND[f.kind].parse(f.payload)) for f in self._deframer.feed(said)]
        assert not any(getattr(m, "fault", 0) == Fault.INTERNAL for _, m in heard), heard
        self.card = next((m.card for _, m in heard if isinstance(m, CardFound)), self.card)
        return heard

    def hear(self, steps=0):
        """What it says until it has taken all that the host sent, and in some turns after that."""
        heard = []
        while self.usb.to_reader or steps:
            steps -= not self.usb.to_reader
            heard += self.step()
        return heard

    def ask(self, request, last_words=_LAST_WORDS):
        """All that the reader answers to `request`, the last word last.

        Raises:
            AssertionError: the last word does not come.
        """
        self._number = self._number % 255 + 1
        self.usb.to_reader += Frame(request.kind, self._number, request.build()).build()
        heard = []
        self._await(heard, lambda: heard and isinstance(heard[-1], last_words), self._number)
        return heard

    def find_card(self):
        clock.sleep_ms(_COOL_MS)  # its chip may have said that it is too hot
        self.hear(1)
        assert self.ask(WATCH) == [Done()]
        events = []
        self._await(events, lambda: any(isinstance(e, CardFound) for e in events), 0)

    def transmit(self, apdu):
        """The card's response."""
        answers = self.ask(Transmit(is_last=1, card=self.card, data=apdu))
        assert isinstance(answers[-1], End), answers
        response = b"".join(part.data for part in answers[:-1])
        assert len(response) == answers[-1].size
        return response

    def _await(self, heard, is_over, number):
        until_s = clock.s + _PATIENCE_S
        while not is_over():
            assert clock.s < until_s, "the reader does not answer any more"
            heard += [message for n, message in self.step() if n == number]

    def _start_again(self, error):
        """The firmware may do so by itself, where its chip is silent; never because it hung."""
        if self.rig.watchdog.has_bitten:
            raise Hang from error
        self.rig.connect()
