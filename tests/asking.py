"""A reader on a rig that is asked frame by frame, without the host's driver."""

from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import TypeB
from kazashi_wire.frame import Deframer, Frame
from kazashi_wire.messages import BY_KIND, FINGERPRINT, REVISION, CardFound, Hello, Transmit, Watch
from rig import Rig, clock

PERSON = Person()
HELLO = Hello(revision=REVISION, fingerprint=FINGERPRINT)
WATCH = Watch(fastest=0, period_ms=0, lease_s=10, order=b"\x02\x01")


class Board:
    """A rig, asked frame by frame; `with_irq` or asking the chip for its status."""

    def __init__(self, *cards, with_irq=True, blocks=None, with_ccid=False):
        cards = cards or (TypeB(Jpki(PERSON), blocks),)
        self.rig = rig = Rig(*cards, with_irq=with_irq, with_ccid=with_ccid)
        rig.connect()
        self.air, self.chip, self.port, self.firmware = rig.air, rig.chip, rig.usb, rig.firmware
        self._deframer = Deframer()
        self.card = bytes(4)  # its number

    def send(self, *messages, number=1):
        for message in messages:
            self.port.to_reader += Frame(message.kind, number, message.build()).build()

    def messages(self, steps=1):
        """What the reader says in some steps of its loop."""
        while self.port.to_reader or steps:
            steps -= steps > 0
            self.firmware.step()
        said, self.port.to_host = bytes(self.port.to_host), bytearray()
        return [BY_KIND[f.kind].parse(f.payload) for f in self._deframer.feed(said)]

    def command(self, data, is_last=1):
        """A part of a command for the card found last."""
        return Transmit(is_last=is_last, card=self.card, data=data)

    def let_pass(self, seconds):
        """Time in which the reader has nothing to do."""
        clock.s += seconds
        self.rig.watchdog.feed()

    def ask(self, *messages):
        self.send(*messages)
        return self.messages()

    def find_card(self):
        answers = self.ask(WATCH) + self.messages(3)
        assert isinstance(answers[-1], CardFound)
        self.card = answers[-1].card
