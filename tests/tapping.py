"""A tap on a rig, and the next one: what every cell of the fault matrix does.

A cell is a place and a fault. The place is counted in a tap that nothing disturbs, so the matrix
grows by itself with the way of a tap; tests assert how large it is.
"""

from dataclasses import dataclass
from enum import Enum

from kazashi.cards.apdu import Channel
from kazashi.cards.errors import PinOutcomeUnknown
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.errors import (
    CardError,
    CardGarbled,
    CardGone,
    EventLost,
    LinkError,
    NoCard,
    PartLost,
    ProtocolError,
    ReaderError,
    ReaderFault,
    ReaderHot,
    ReaderSilent,
    ReaderUnplugged,
    ReadInterrupted,
)
from kazashi.reader import Reader
from kazashi.sim.issued import Issued
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, TypeB
from kazashi.words import Language, words_of
from kazashi_wire.messages import BitRate, Fault
from rig import Rig, clock  # makes the firmware's files importable

import reading  # isort: skip

PERSON = Person()
PIN = "1234"
LIMIT_S = 60.0  # of simulated time, for whatever goes wrong

# What the person at the desk meets, and reads.
READS = {
    CardGone: (
        "読み取りの途中でカードが離れました。もう一度置き、そのままお待ちください。",
        "the card was taken away too early: lay it down again and leave it there",
    ),
    CardGarbled: (
        "カードをうまく読み取れません。ケースから出し、平らに置き直してください。",
        "the card's answers are garbled (code 02): lay it flat on the reader, out of its case",
    ),
    NoCard: (
        "カードが見つかりません。ケースから出し、平らに置いてください。",
        "no card is on the reader: lay it flat on the reader, out of its case",
    ),
    ReadInterrupted: (
        "もう一度、カードを置き直してください。",
        "the reader had to restart its PN532: lay the card down again",
    ),
    PinOutcomeUnknown: (
        "暗証番号を確認できませんでした。カードをもう一度置いてください。",
        "the card was lost while the PIN was checked, which may have counted as a try: "
        "lay the card down again and read how many tries are left",
    ),
    ReaderHot: (
        "しばらくお待ちください。カードを取り、10秒ほど待って、もう一度置いてください。",
        "the reader is too hot, its field is off (code",
    ),
    Fault.CHIP_REFUSED: (
        "カードリーダーが使えません。係の者をお呼びください。",
        "the PN532 refused a command of the reader (code",
    ),
    Fault.CHIP_SILENT: (
        "カードリーダーが使えません。係の者をお呼びください。",
        "the reader gets no answer from its PN532 (code",
    ),
    Fault.INTERNAL: (
        "カードリーダーが使えません。係の者をお呼びください。",
        "the reader met an error in its firmware (code",
    ),
    ProtocolError: (
        "カードリーダーが使えません。係の者をお呼びください。",
        "the reader found a card, and its message was lost: try again",
        "a part of the card's answer was lost: try again",
    ),
    ReaderUnplugged: (
        "カードリーダーが使えません。係の者をお呼びください。",
        "the reader was unplugged or has restarted: check its cable, then try again",
    ),
    ReaderSilent: (
        "カードリーダーが使えません。係の者をお呼びください。",
        "the reader has not answered for ",
    ),
}


class Way(Enum):
    """How a card is read: as the host asks, or by a plan; and at which bit rate."""

    ASKED = None, BitRate.KBIT_106
    ASKED_AT_424 = None, BitRate.KBIT_424
    ARMED = PLAN, BitRate.KBIT_106
    ARMED_AT_424 = PLAN, BitRate.KBIT_424

    def __init__(self, plan, rate):
        self.plan = plan
        self.rate = rate


class CountingJpki(Jpki):
    """Counts how often it was shown a PIN."""

    def __init__(self, takes_extended):
        super().__init__(PERSON, Issued(pin=PIN, takes_extended=takes_extended))
        self.pins_shown = 0

    def transmit(self, apdu):
        self.pins_shown += apdu[1:2] == b"\x20" and len(apdu) > 5
        return super().transmit(apdu)


class Watched(Channel):
    """A card; notes when the PIN is on its way to it."""

    def __init__(self, tapping, card):
        self._tapping = tapping
        self._card = card

    def transmit(self, apdu, on_progress=None):
        is_pin = apdu[1:2] == b"\x20" and len(apdu) > 5
        self._tapping.asks = "show PIN" if is_pin else "read"
        return self._card.transmit(apdu, on_progress)

    def within(self, seconds):
        return self._card.within(seconds)


@dataclass
class Tapping:
    """One rig, and what happens on it. `asks` is what the host has asked for last."""

    rig: Rig
    way: Way = Way.ASKED
    reader: Reader | None = None
    asks: str = ""
    waits_s: float = 5  # for a card

    @property
    def application(self):
        return self.rig.cards[0].blocks.application

    @property
    def step(self):
        """What the person waits for. An armed reader reads a card unasked, once it has found it."""
        firmware = self.rig.firmware
        plan, at_once = firmware._reading, firmware._chip._sent
        is_first = at_once is plan._first and self.way.rate is BitRate.KBIT_106
        has_begun = plan._step == reading._SENT or is_first or at_once is plan._read
        has_card = firmware._watch.has_card or has_begun
        return "read" if self.asks == "find" and has_card else self.asks

    def tap(self):
        """Plug in if that is due, lay the card down, read it, show the PIN."""
        self.asks = "plug in"
        if self.reader is None:
            self.reader = Reader(self.rig.connect)
        self.asks = "find"
        card = self.reader.wait_for_card(self.waits_s, plan=self.way.plan, fastest=self.way.rate)
        self.rates = card.to_card, card.from_card
        jpki = JpkiSession(Watched(self, card))
        der = jpki.authentication_certificate()
        jpki.verify_pin(PIN)
        assert jpki.token_label() == "JPKIAPICCTOKEN2"
        return der

    def outcome(self):
        """Tap. Returns the error that the person met; None if the certificate came.

        Whatever goes wrong, it takes a bounded time, and the PIN is shown once at most.
        """
        start, shown = clock.s, self.application.pins_shown
        try:
            assert self.tap() == PERSON.certificate
            error = None
        except ReaderError as met:
            error = met
        if self.rig.with_reset and isinstance(error, CardError | ReaderFault):
            is_heard = not isinstance(error.__cause__, LinkError | ProtocolError)
            assert not (is_heard and self.rig.air.is_on)  # the card has forgotten its PIN
        assert clock.s - start < LIMIT_S
        assert self.application.pins_shown <= shown + 1
        return error

    def wait(self, seconds):
        """As a message asks for."""
        end = clock.s + seconds
        while clock.s < end:
            self.rig.step()

    def taps_again(self):
        """All is well again, and the card is laid down anew. Returns the reader's health."""
        self.rig.air.disturb = self.rig.chip.disturb = lambda *_: None
        self.rig.air.clear()
        self.rig.lay_down()
        try:
            der = self.tap()
        except LinkError:  # what every program does that uses a reader
            if self.reader:
                self.reader.reconnect()
            der = self.tap()
        assert der == PERSON.certificate
        assert self.rates == (self.way.rate, self.way.rate)
        return self.reader.health()


def on_a_rig(way=Way.ASKED, settings=None, *, takes_extended=True, **options):
    """A rig with a My Number Card."""
    card = TypeB(CountingJpki(takes_extended), settings or BlockSettings())
    return Tapping(Rig(card, **options), way)


def expect(error, expected, step):
    """`error` is `expected`, a class or a Fault, and says what READS says; None: all went well."""
    if step == "show PIN" and expected is not None:
        assert type(error) is PinOutcomeUnknown, repr(error)
        assert isinstance(error, CardError)
        _reads(error, PinOutcomeUnknown)
        error = error.__cause__
    if expected is None:
        assert error is None, repr(error)
    elif isinstance(expected, Fault):
        assert (type(error), error.fault) == (ReaderFault, expected), repr(error)
    else:
        kinds = (PartLost, EventLost) if expected is ProtocolError else (expected,)
        assert type(error) in kinds, repr(error)
    if expected is not None:
        _reads(error, expected)


def _reads(error, expected):
    on_screen, *lines = READS[expected]
    assert words_of(error, Language.JAPANESE).screen == on_screen
    assert words_of(error).line.startswith(tuple(lines))


def expect_loss(error):
    """Nothing went wrong; or the host waited in vain, or misses a message, and says which."""
    if isinstance(error, PinOutcomeUnknown):
        _reads(error, PinOutcomeUnknown)
        error = error.__cause__
    if error is not None:
        assert isinstance(error, ReaderSilent | ProtocolError), repr(error)
        _reads(error, ProtocolError if isinstance(error, ProtocolError) else type(error))
