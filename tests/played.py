"""A pipe that plays a reader, on a clock of its own: reading makes time pass."""

from itertools import chain, repeat

from kazashi_wire.frame import Deframer, Frame
from kazashi_wire.messages import (
    BY_KIND,
    FINGERPRINT,
    REVISION,
    CardFound,
    Done,
    End,
    Health,
    Hello,
    Part,
    Rest,
    Rested,
    Watch,
    Welcome,
)

LOOK_S = 0.05  # that a read in vain takes
READ_S = 0.002  # that another takes
CARD = b"card"
FOUND = CardFound(technology=2, to_card=0, from_card=0, card=CARD, answer=bytes(12))
HEALTH = Health(
    reset_cause=1, reboots=0, uptime_s=1, heap_used=1, heap_free=1, retries=0, repolls=0,
    field_offs=0, chip_resets=0,
)  # fmt: skip


def frame(message, number=0):
    """The bytes of a message; of an event, without a number."""
    return Frame(message.kind, number, message.build()).build()


def welcome(revision=REVISION, fingerprint=FINGERPRINT):
    return Welcome(
        revision=revision, fingerprint=fingerprint, firmware=b"\0\1\0", chip=bytes(4),
        serial=bytes(8), names=b"pico\nmicropython",
    )  # fmt: skip


def response(data):
    """The messages that bring a response APDU."""
    parts = [Part(offset=i, data=data[i : i + 253]) for i in range(0, len(data), 253)]
    return [*parts, End(size=len(data), mac=b"")]


class PlayedReader:
    """Answers each request as `answers` says, by its class: with messages, with bytes, with
    seconds that pass before the next, or with what a function makes of the request.

    An answer without end is fetched as it is read. `room`: bytes that it still takes.
    """

    def __init__(self, answers=()):
        self.answers = {
            Hello: [welcome()],
            Watch: [Done(), frame(FOUND)],
            Rest: [Rested(searches=1, has_found=1)],
        } | dict(answers)
        self.s = 0.0
        self.asked = []  # requests
        self.is_closed = False
        self.room = 1_000_000
        self.happens = []  # [(at, what to do then)]
        self._deframer = Deframer()
        self._says = iter(())

    def now(self):
        return self.s

    def write(self, data):
        data = data[: self.room]
        self.room -= len(data)
        if not data:
            self.pass_by(LOOK_S)
        for sent in self._deframer.feed(data):
            request = BY_KIND[sent.kind].parse(sent.payload)
            self.asked.append(request)
            answer = self.answers.get(type(request), ())
            said = answer(request) if callable(answer) else answer
            self._says = chain(self._says, zip(said, repeat(sent.number)))
        return len(data)

    def read(self, size):
        said, number = next(self._says, (LOOK_S, 0))
        if isinstance(said, bytes):
            self.pass_by(READ_S)
            return said
        if isinstance(said, float):
            self.pass_by(min(said, LOOK_S))
            if said > LOOK_S:
                self._says = chain([(said - LOOK_S, number)], self._says)
            return b""
        self.pass_by(READ_S)
        return frame(said, number)

    def close(self):
        self.is_closed = True

    def sleep(self, seconds):
        self.pass_by(seconds)

    def kinds(self):
        return [type(request) for request in self.asked]

    def pass_by(self, seconds):
        self.s += seconds
        while self.happens and self.s >= self.happens[0][0]:
            self.happens.pop(0)[1]()
