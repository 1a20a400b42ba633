"""Type B at 212 and 424 kbit/s: where host, card and chip can, and never at the cost of a tap."""

from dataclasses import replace

import pytest

from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.errors import NoCard
from kazashi.reader import Reader
from kazashi.sim.jpki import Jpki
from kazashi.sim.options import BUSES
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, TypeA, TypeB
from kazashi.sim.radio import Disturbance
from kazashi_wire.messages import BitRate
from rig import Chip, Rig, clock
from said import raises

PERSON = Person(1600)
R106, R212, R424 = BitRate
I_BLOCK, R_NAK = 0x02, 0xB2
SAME, ALL, NONE = 0xB3, 0x33, 0x00  # bit rates in an ATQB: the same both ways, any, 106 alone
PLANS = {"asked": None, "armed": PLAN}
# That the search may take: with a plan, four waiting times of 410 ms before it begins anew.
FOUND_S = {None: 0.25, PLAN: 2.0}
CHIPS = {rate: lambda air, clock, kbit=rate: Chip(air, clock, fastest=kbit) for rate in (106, 212)}


class Tap:
    """A card on a rig, read once."""

    def __init__(
        self, fastest, rates=SAME, *, chip=Chip, disturb=None, card=None, plan=None, bus="spi"
    ):
        self.rig = Rig(card or TypeB(Jpki(PERSON), rates=rates), chip=chip, bus=bus)
        self.sent = []  # first byte of each frame above 106 kbit/s, and its rate
        self.disturb = disturb or (lambda *_: None)
        self.rig.air.disturb = self._watch
        self.reader = Reader(self.rig.connect)
        start = clock.s
        self.card = self.reader.wait_for_card(5, fastest=fastest, plan=plan)
        self.found_s = clock.s - start
        start, air_s = clock.s, self.rig.air.spent_s
        self.der = JpkiSession(self.card).authentication_certificate()
        self.read_s, self.air_s = clock.s - start, self.rig.air.spent_s - air_s

    def _watch(self, index, frame):
        if frame.bit_rate > 106:
            self.sent.append(frame.data[0])
        return self.disturb(index, frame)

    @property
    def rates(self):
        """To the card, and from it. The certificate has arrived."""
        assert self.der == PERSON.certificate
        return self.card.to_card, self.card.from_card


@pytest.mark.parametrize(
    ("offered", "fastest", "to_card", "from_card"),
    [
        (SAME, R106, R106, R106),
        (SAME, R212, R212, R212),
        (SAME, R424, R424, R424),
        (ALL, R424, R424, R424),
        (NONE, R424, R106, R106),
        (0x11, R424, R212, R212),
        (0x22, R212, R106, R106),
        (0x30, R424, R106, R424),
        (0x13, R424, R424, R212),
        (0x93, R424, R212, R212),  # the same both ways
        (0xA1, R424, R106, R106),
        (0x3B, R424, R106, R106),  # a reserved bit
    ],
)
def test_the_highest_rates_that_card_and_host_agree_on(offered, fastest, to_card, from_card):
    assert Tap(fastest, offered).rates == (to_card, from_card)


def test_by_default_a_card_is_spoken_to_at_106():
    rig = Rig(TypeB(Jpki(PERSON)))
    seen = []
    rig.air.disturb = lambda _index, frame: seen.append(frame.bit_rate)
    JpkiSession(Reader(rig.connect).wait_for_card(5)).authentication_certificate()
    assert set(seen) == {106}


with_and_without_a_plan = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
at_both_rates = pytest.mark.parametrize("fastest", [R212, R424])


@at_both_rates
@with_and_without_a_plan
def test_a_chip_that_cannot_is_found_out_within_the_tap(plan, fastest):
    tap = Tap(fastest, chip=CHIPS[106], plan=plan)
    assert tap.rates == (R106, R106)
    assert tap.found_s < FOUND_S[plan]


@at_both_rates
@pytest.mark.parametrize("disturbance", Disturbance)
@with_and_without_a_plan
@pytest.mark.parametrize("bus", BUSES)
def test_a_line_that_fails_at_the_rate_is_found_out_within_the_tap(bus, plan, disturbance, fastest):
    tap = Tap(
        fastest,
        disturb=lambda _, frame: disturbance if frame.bit_rate > 106 else None,
        plan=plan,
        bus=bus,
    )
    assert tap.rates == (R106, R106)
    assert tap.found_s < FOUND_S[plan]


@with_and_without_a_plan
def test_a_card_that_does_not_take_what_it_offers_is_read_at_106(plan):
    class Liar(TypeB):
        def _offers(self, to_card, to_reader):
            return to_card == to_reader == 0

    tap = Tap(R424, card=Liar(Jpki(PERSON)), plan=plan)
    assert tap.rates == (R106, R106)


def test_the_first_command_of_a_plan_tries_the_rate():
    tap = Tap(R424, plan=PLAN)
    assert tap.rates == (R424, R424)
    assert tap.sent[0] == I_BLOCK
    assert R_NAK not in tap.sent


def test_a_slow_card_is_asked_for_a_sign_first_as_its_silence_would_last_seconds():
    slow = TypeB(Jpki(PERSON), BlockSettings(fwi=13), rates=SAME)
    tap = Tap(R424, card=slow, plan=PLAN)
    assert tap.rates == (R424, R424)
    assert tap.sent[:4] == [R_NAK, R_NAK, R_NAK, I_BLOCK]


def test_a_first_answer_in_a_chain_is_read_at_106_where_the_host_need_not_wait_for_its_end():
    class Talkative(Jpki):
        def transmit(self, apdu):
            answer = super().transmit(apdu)
            return replace(answer, apdu=bytes(300) + answer.apdu) if apdu[1] == 0xA4 else answer

    tap = Tap(R424, card=TypeB(Talkative(PERSON), rates=SAME), plan=PLAN)
    assert tap.rates == (R106, R106)


def test_a_card_that_leaves_while_its_rate_is_tried_is_not_reported():
    tap = Tap(R424, plan=PLAN)

    def leave(_index, frame):
        if frame.bit_rate > 106:
            tap.rig.air.clear()

    tap.disturb = leave
    with raises(NoCard):
        tap.reader.wait_for_card(5, fastest=R424, plan=PLAN)


def test_the_next_tap_tries_again():
    tap = Tap(R424, disturb=lambda _, f: Disturbance.ANSWER_LOST if f.bit_rate > 106 else None)
    tap.disturb = lambda *_: None
    assert tap.reader.wait_for_card(5, fastest=R424).from_card == R424
    assert tap.reader.wait_for_card(5).from_card == R106  # woken at 106 after DESELECT at 424


def test_a_card_of_type_a_stays_at_106():
    assert Tap(R424, card=TypeA(Jpki(PERSON))).rates == (R106, R106)


def test_a_card_that_leaves_at_424_is_noticed_and_found_again():
    tap = Tap(R424)
    tap.rig.air.clear()
    assert tap.reader.wait_for_removal(1)
    tap.rig.lay_down()
    assert tap.reader.wait_for_card(5, fastest=R424).from_card == R424


def test_no_register_is_written_between_two_blocks():
    tap = Tap(R424)
    codes = []
    tap.rig.chip.disturb = lambda _index, command: codes.append(command[0])
    JpkiSession(tap.card).authentication_certificate()
    assert set(codes) == {0x42}  # InCommunicateThru


def test_twice_the_rate_is_half_the_air_time():
    at_106, at_212, at_424 = (Tap(fastest).air_s for fastest in BitRate)
    assert at_212 / at_106 == pytest.approx(0.5, abs=0.02)
    assert at_424 / at_106 == pytest.approx(0.26, abs=0.02)
