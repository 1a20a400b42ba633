"""What is fuzzed: a reader or a part of it, and where the strange bytes come in.

feed() is one input and asks whether the reader is still there; tap() is what must work after all of
them. `rng` is all the chance there is.
"""

from functools import cache, partial

from bench.inputs import (
    ACCIDENTS,
    BLOCKS,
    SELECT,
    a_listing,
    a_reply,
    damaged,
    lying_answer,
    noise,
    pieces,
)
from bench.reader import HELLO, WATCH, Reader
from bus_spi import SpiBus
from hostframe import LONGEST, SYNTAX_ERROR, Answer
from kazashi.limits import Limits
from kazashi.sim import hostframe
from kazashi.sim.jpki import Jpki
from kazashi.sim.options import BUSES
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, TypeA, TypeB
from kazashi.sim.pn532 import Pn532 as Chip
from kazashi.sim.radio import Reply, crc_a, crc_b
from kazashi_wire.frame import MAX_PAUSE_MS, Deframer, Frame
from kazashi_wire.messages import (
    Examination,
    Examine,
    Rest,
    Technology,
    Transmit,
    Watch,
    Welcome,
)
from link import HEADER, Link
from octets import turn
from rig import Usb, a_wait, clock
from strange import CARDS, CHIPS, ZerosAtTimes

READ = bytes.fromhex("00b08a00000800")  # all of EF 000A, the certificate
READ_SHORT = bytes.fromhex("00b08a0000")  # its first 256 bytes
COMMANDS = (SELECT, READ, READ[:3] + b"\x20", SELECT * 17)

_WRAPPING = 20  # bytes of an extended frame around its data, with 8 zeros more before it
_LATE_S = (0.0, 0.0, 0.0, 0.01, 0.3, 1.0)
_MOST_WILD = 60  # answers to one input, or endless chains would be all that is seen

person = cache(Person)


class LinkTarget:
    """The firmware's deframer, against the host's."""

    def __init__(self, rng):
        self._rng = rng
        clock.watchdog = None  # there is no board
        self._port = Usb()
        self._link = Link(self._port, a_wait())
        self._host = Deframer()

    def feed(self):
        for piece in pieces(self._rng):
            if piece is None:
                self._pause()
            else:
                self._port.to_reader += piece
                assert self._heard() == list(self._host.feed(piece))

    def tap(self):
        self._pause()
        self._port.to_reader += Frame(1, 1, b"").build()
        assert self._heard() == [(1, 1, b"")]

    def _pause(self):
        clock.sleep_ms(2 * MAX_PAUSE_MS)
        assert self._heard() == list(self._host.pause())

    def _heard(self):
        frames = []
        is_frame = self._link.poll()
        while is_frame or self._port.to_reader:
            if is_frame:
                payload = self._link.buffer[HEADER : HEADER + self._link.size]
                frames.append((self._link.kind, self._link.number, bytes(payload)))
            is_frame = self._link.poll()
        return frames


class ParserTarget:
    """The bus's and the parser's way with whatever the SPI brings."""

    def __init__(self, rng):
        self._rng = rng
        self._bus = SpiBus(self, lambda _value: None, a_wait())
        self._answers = [Answer(12), Answer(80), Answer()]

    def write(self, _data):
        self._at = 0

    def readinto(self, buffer):
        turn(self._line, self._at, buffer, 0, len(buffer))
        self._at += len(buffer)

    def feed(self):
        rng = self._rng
        code, data = rng.randrange(0, 256, 2), noise(rng, LONGEST - _WRAPPING)
        frame = bytes(rng.randrange(9)) + hostframe.answer(code, data)
        is_good = rng.random() < 0.3
        line = frame if is_good else rng.choice((damaged(rng, frame), lying_answer(rng)))
        self._line = line.ljust(3 * LONGEST, b"\x00")
        answer = rng.choice(self._answers)
        fits = len(data) + _WRAPPING <= len(answer.buffer)
        self._read(answer, (code + 1, data) if is_good and fits else None)

    def tap(self):
        """It keeps nothing from one frame to the next."""

    def _read(self, answer, expected):
        likely = self._rng.choice((12, min(24, len(answer.buffer)), len(answer.buffer)))
        size = self._bus.readinto(answer.buffer, likely)
        assert 0 <= size <= len(answer.buffer)
        answer.is_ack(size)
        is_read = answer.read(size)
        end = answer.start + answer.count
        if is_read and answer.code != SYNTAX_ERROR:
            assert 2 < answer.start <= end <= size - 2
            assert sum(answer.buffer[answer.start - 2 : end + 1]) & 0xFF == 0
        if expected:
            assert (is_read, answer.code, answer.buffer[answer.start : end]) == (True, *expected)


class ReaderTarget:
    """A whole reader of any kind, with a card of any kind on it."""

    def __init__(self, rng, card=None):
        self._rng = rng
        card = card or rng.choice(tuple(CARDS.values()))(Jpki(person()))
        chip, bus = rng.choice(CHIPS), rng.choice(BUSES)
        if (chip, bus) == (ZerosAtTimes, "i2c"):
            # I2C loses one frame in seven then. A search of so many frames, over and over, may lose
            # the same one each time. The fault matrix has this pair; here it would say nothing.
            bus = "spi"
        self._reader = Reader(card, chip=wild(chip), bus=bus)

    def feed(self):
        self._disturb()
        assert self._reader.ask(HELLO, Welcome)[-1].chip[:1] == b"\x32"
        assert self._reader.usb.longest_silence_s < Limits().answer_s

    def tap(self):
        self._reader.find_card()
        assert self._taken(SELECT, SELECT) == b""
        read = self._taken(READ, READ_SHORT)[: len(person().certificate)]
        assert len(read) >= 256
        assert person().certificate.startswith(read)

    def _taken(self, *apdus):
        """The response to the first of these that the card does not refuse: strange ones do."""
        responses = map(self._reader.transmit, apdus)
        return next(response[:-2] for response in responses if response.endswith(b"\x90\x00"))

    def _use(self):
        """Something that a host may ask for, and some turns of the loop after it."""
        rng = self._rng
        command = Transmit(is_last=1, card=self._reader.card, data=rng.choice(COMMANDS))
        examine = Examine(examination=rng.choice(tuple(Examination)))
        self._reader.ask(rng.choice((HELLO, Rest(), WATCH, examine, command, command)))
        clock.sleep_ms(rng.choice((0, 300)))  # 300: it looks after the card
        self._reader.hear(rng.randrange(4))


class HostTarget(ReaderTarget):
    """Frames and noise from the host."""

    def _disturb(self):
        if self._rng.random() < 0.3:
            self._reader.find_card()
        for piece in pieces(self._rng):
            if piece is None:
                clock.sleep_ms(2 * MAX_PAUSE_MS)
            else:
                self._reader.usb.to_reader += piece
            self._reader.hear(1)


class WildChip(Chip):
    """A chip that says what `says(code, frame)` makes of each of its frames: a list of others."""

    says = None
    code = 0
    late_s = 0.0

    def _execute(self, command):
        self.code = command[0] if command else 0
        super()._execute(command)

    def say(self, frame, after_s):
        for said in self.says(self.code, frame) if self.says else [frame]:
            if said:
                super().say(said, after_s + self.late_s)


def wild(kind):
    """A chip of this kind that can be made wild."""
    return type("", (WildChip, kind), {})


class ChipTarget(ReaderTarget):
    """Damaged, lost, late, foreign and additional frames from the chip."""

    def _disturb(self):
        if self._rng.random() < 0.5:
            self._reader.find_card()
        self._honesty = self._rng.random()
        self._mood = self._rng.sample(ACCIDENTS, self._rng.randint(1, 3))
        chip = self._reader.rig.chip
        chip.says, chip.late_s = self._accident, self._rng.choice(_LATE_S)
        for _ in range(self._rng.randint(1, 3)):
            self._use()
        chip.says, chip.late_s = None, 0.0

    def _accident(self, code, frame):
        if self._rng.random() < self._honesty:
            return [frame]
        return self._rng.choice(self._mood)(self._rng, code, frame)


class SearchTarget(ReaderTarget):
    """Good frames from the chip that say anything, while the reader looks for cards."""

    def _disturb(self):
        self._reader.ask(
            Watch(
                fastest=2,
                period_ms=0,
                lease_s=10,
                order=self._rng.choice((b"\x01", b"\x02", b"\x02\x01")),
            )
        )
        self._reader.rig.chip.says = self._content
        self._reader.hear(self._rng.randint(1, 4))
        self._reader.rig.chip.says = None

    def _content(self, code, frame):
        rng = self._rng
        if frame == hostframe.ACK or rng.random() < 0.3:
            return [frame]
        data = {0x4A: a_listing, 0x42: a_reply}.get(code, noise)(rng)
        return [hostframe.answer(code, data)]


class WildCard:
    """A card that answers with what `says(sent, answer)` makes of each of its answers."""

    def __init__(self, card, says):
        self._card = card
        self._says = says
        self.is_wild = False

    def lose_power(self):
        self._card.lose_power()

    def receive(self, frame):
        reply = self._card.receive(frame)
        if not self.is_wild:
            return reply
        answer, after_s = self._says(frame.data[:-2], reply.data[:-2] if reply else b"")
        crc = crc_b if frame.technology is Technology.TYPE_B else crc_a
        return None if answer is None else Reply(answer + crc(answer), after_s)


class CardTarget(ReaderTarget):
    """Any blocks from the card, in any order."""

    def __init__(self, rng):
        settings = BlockSettings(fsci=rng.randrange(9), fwi=rng.randrange(15))
        usual = (partial(kind, settings=settings) for kind in (TypeA, TypeB))
        kind = rng.choice((*usual, *CARDS.values()))
        self._card = WildCard(kind(Jpki(person())), self._block)
        self._said = [b""]
        self._left = 0
        super().__init__(rng, self._card)

    def _disturb(self):
        self._reader.find_card()
        self._card.is_wild = True
        self._mood = self._rng.sample(BLOCKS, self._rng.randint(1, 3))
        self._left = _MOST_WILD
        for _ in range(self._rng.randint(1, 3)):
            self._use()
        self._card.is_wild = False

    def _block(self, sent, honest):
        rng = self._rng
        self._left -= 1
        if self._left < 0 or rng.random() < 0.1:
            return None, 0.0
        says = rng.choice(self._mood)
        block = says(rng, sent[0] & 1 if sent else 0) if says else rng.choice((honest, *self._said))
        self._said = [*self._said[-3:], block]
        return block, rng.choice(_LATE_S)


TARGETS = {
    "link": LinkTarget,
    "parser": ParserTarget,
    "host": HostTarget,
    "chip": ChipTarget,
    "search": SearchTarget,
    "card": CardTarget,
}
