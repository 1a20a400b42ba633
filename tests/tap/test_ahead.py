"""Armed: the reader reads a card as it is found, and the session finds its answers there."""

from dataclasses import replace

import pytest

from kazashi.cards.errors import NotAMyNumberCard, PinRequired
from kazashi.cards.face_surface import FaceSurfaceSession
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.errors import CardGone, ReaderError
from kazashi.reader import Reader
from kazashi.sim.card import MyNumberCard
from kazashi.sim.issued import Issued
from kazashi.sim.jpki import Jpki
from kazashi.sim.options import CARDS, Options
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, Response, TypeA, TypeB
from kazashi_wire.messages import CardFound, Done, Watch
from rig import Rig
from said import raises

PERSON = Person()
PIN = "1234"


class Counting(Jpki):
    """Keeps the commands that it was given."""

    def __init__(self, *, takes_extended=True, **kind):
        super().__init__(PERSON, Issued(PIN, takes_extended=takes_extended), **kind)
        self.commands = []

    def transmit(self, apdu):
        self.commands.append(apdu.hex())
        return super().transmit(apdu)


def armed(card, plan=PLAN):
    """(session on a card found by an armed reader, the reader, the rig)."""
    rig = Rig(card)
    reader = Reader(rig.connect)
    return JpkiSession(reader.wait_for_card(5, plan=plan)), reader, rig


@pytest.mark.parametrize("takes_extended", [True, False])
@pytest.mark.parametrize("fsci", [8, 5, 0])
def test_the_host_asks_for_nothing_that_was_not_read(takes_extended, fsci):
    card = TypeB(Counting(takes_extended=takes_extended), BlockSettings(fsci=fsci))
    jpki, reader, _ = armed(card)
    reader._link.transmit = None  # nothing goes to the card from here on
    progress = []
    der = jpki.authentication_certificate(lambda so_far, size: progress.append((so_far, size)))
    assert der == PERSON.certificate
    assert progress[-1] == (1600, 1600)
    assert progress == sorted(progress)
    assert jpki.token_label() == "JPKIAPICCTOKEN2"


def test_the_commands_are_those_of_a_session_without_a_plan():
    with_plan, without = TypeB(Counting()), TypeB(Counting())
    for card, plan in ((with_plan, PLAN), (without, None)):
        jpki, *_ = armed(card, plan)
        jpki.authentication_certificate()
        jpki.token_label()
    assert with_plan.blocks.application.commands == without.blocks.application.commands


class Strange(Counting):
    """Answers the commands that `is_strange` picks with `status`, one of its own."""

    def __init__(self, status, is_strange):
        super().__init__()
        self._status = bytes.fromhex(status)
        self._is_strange = is_strange

    def transmit(self, apdu):
        response = super().transmit(apdu)
        return Response(self._status) if self._is_strange(self.commands) else response


def read_by(status, is_strange, plan):
    """The commands that a strange card got until its certificate and label were read."""
    card = TypeB(Strange(status, is_strange))
    jpki, reader, _ = armed(card, plan)
    reader.wait_for_removal(0.0)  # the plan is over then
    read_by_itself = len(card.blocks.application.commands)
    assert jpki.authentication_certificate() == PERSON.certificate
    assert jpki.token_label() == "JPKIAPICCTOKEN2"
    commands = card.blocks.application.commands
    assert not plan or len(commands) == read_by_itself  # nothing was asked for twice
    return commands


@pytest.mark.parametrize("plan", [None, PLAN], ids=["asked", "armed"])
def test_a_card_that_refuses_its_first_command_for_no_reason_is_selected_once_more(plan):
    commands = read_by("6f00", lambda commands: len(commands) == 1, plan)
    assert commands[0] == commands[1] == PLAN.select.hex()
    assert commands[2][:8] == "00b08a00"


@pytest.mark.parametrize("plan", [None, PLAN], ids=["asked", "armed"])
@pytest.mark.parametrize("status", ["6700", "6d00", "6f00", "6985", "6a86", "6982"])
def test_an_extended_read_is_refused_once_however_the_card_says_so(status, plan):
    commands = read_by(status, lambda commands: len(commands[-1]) == 14, plan)
    assert sum(len(command) == 14 for command in commands) == 1


@pytest.mark.parametrize("plan", [None, PLAN], ids=["asked", "armed"])
def test_a_card_that_names_the_right_length_is_asked_for_that(plan):
    commands = read_by("6c64", lambda commands: len(commands[-1]) == 14, plan)
    assert commands[2:5] == ["00b000fb000545", "00b000fb64", "00b0015ffb"]


def test_a_card_without_the_application_is_selected_once():
    card = TypeB(Strange("6a82", lambda _commands: True))
    with pytest.raises(NotAMyNumberCard):
        armed(card)
    assert card.blocks.application.commands == [PLAN.select.hex()]


def test_what_comes_in_another_order_is_kept():
    jpki, *_ = armed(TypeB(Counting()))
    assert jpki.token_label() == "JPKIAPICCTOKEN2"
    assert jpki.authentication_certificate() == PERSON.certificate


def test_after_the_plan_the_card_is_asked_as_ever():
    jpki, *_ = armed(TypeB(Counting()))
    jpki.verify_pin(PIN)
    assert len(jpki.sign(b"challenge")) == 256
    assert jpki.authentication_certificate() == PERSON.certificate


def test_a_phone_that_wants_its_pin_first_is_asked_what_it_is():
    label = "JPKIAPGPSETOKEN"
    phone = TypeA(Counting(label=label))
    jpki, *_ = armed(phone)
    with pytest.raises(PinRequired):
        jpki.authentication_certificate()
    assert jpki.token_label() == label
    jpki.verify_pin(PIN)
    assert jpki.authentication_certificate() == PERSON.certificate


@pytest.mark.parametrize(
    ("label", "is_told"), [("JPKIAPIOSTOKEN", True), ("JPKIAPICCTOKEN2", False)]
)
def test_an_iphone_is_told_that_this_was_the_last_command(label, is_told):
    plan = replace(PLAN, is_closing=True)
    phone = TypeA(Counting(label=label))
    jpki, reader, _ = armed(phone, plan)
    jpki.authentication_certificate()
    reader.wait_for_removal(0.0)  # the plan is over then
    assert ("80fc0000" in phone.blocks.application.commands) == is_told


@pytest.mark.parametrize("plan", [None, PLAN, replace(PLAN, is_closing=True)])
@pytest.mark.parametrize(
    ("label", "times"), [("JPKIAPIOSTOKEN", 1), ("JPKIAPICCTOKEN2", 0), ("JPKIAPGPSETOKEN", 0)]
)
def test_a_session_ends_with_one_closing_command_for_an_iphone(label, times, plan):
    token = TypeA(Counting(label=label))
    jpki, *_ = armed(token, plan)
    assert certificate(jpki) == PERSON.certificate
    jpki.finish()
    commands = token.blocks.application.commands
    assert commands.count("80fc0000") == times
    assert commands[-1] == "80fc0000" or not times


def certificate(jpki):
    """Of a card or phone, with its PIN if it wants that first."""
    try:
        return jpki.authentication_certificate()
    except PinRequired:
        jpki.verify_pin(PIN)
        return jpki.authentication_certificate()


def test_what_was_read_ahead_of_the_pin_is_asked_again_after_it():
    jpki, *_ = armed(TypeA(Counting(label="JPKIAPGPSETOKEN")))
    jpki.verify_pin(PIN)
    assert jpki.authentication_certificate() == PERSON.certificate


def test_what_was_read_ahead_is_forgotten_as_another_application_is_selected():
    reader = Reader(Rig(TypeB(MyNumberCard(PERSON))).connect)
    card = reader.wait_for_card(5, plan=PLAN)
    FaceSurfaceSession(card).verify_code_b(PERSON.code_b)
    jpki = JpkiSession(card)
    jpki.verify_pin(PIN)
    assert jpki.authentication_certificate() == PERSON.certificate


def test_a_card_without_jpki_ends_the_plan():
    rig = Rig(*CARDS["bank"](Options()))
    reader = Reader(rig.connect)
    with raises(Exception, match="no JPKI"):
        JpkiSession(reader.wait_for_card(5, plan=PLAN))


def read_all(reader):
    jpki = JpkiSession(reader.wait_for_card(5, plan=PLAN))
    jpki.authentication_certificate()
    jpki.token_label()


@pytest.mark.parametrize("place", range(6, 15))
def test_a_card_that_leaves_while_it_is_read_is_said_to_have_left(place):
    rig = Rig(TypeB(Counting()))

    def leave(index, _frame):
        if index == place:
            rig.air.clear()

    rig.air.disturb = leave
    reader = Reader(rig.connect)
    with pytest.raises(CardGone):
        read_all(reader)
    rig.air.disturb = lambda *_: None
    rig.lay_down()
    jpki = JpkiSession(reader.wait_for_card(5, plan=PLAN))
    assert jpki.authentication_certificate() == PERSON.certificate


def test_a_plan_is_for_one_card():
    rig = Rig(TypeB(Counting()))
    reader = Reader(rig.connect)
    reader.wait_for_card(5, plan=PLAN)
    before = len(rig.cards[0].blocks.application.commands)
    reader.wait_for_card(5)
    assert len(rig.cards[0].blocks.application.commands) == before


def test_a_card_that_leaves_between_plan_and_watch_does_not_take_the_plan_along():
    rig = Rig(TypeB(Counting()))
    reader = Reader(rig.connect)
    reader.wait_for_card(5)
    request = reader._link.request

    def leave_first(message, answer, wait):
        if isinstance(message, Watch):
            rig.air.clear()
            for _ in range(100):
                rig.firmware.step()  # notices that nobody is there
            rig.lay_down()
        return request(message, answer, wait)

    reader._link.request = leave_first
    jpki = JpkiSession(reader.wait_for_card(5, plan=PLAN))
    assert jpki.authentication_certificate() == PERSON.certificate


def test_a_watch_that_was_refused_takes_its_plan_along():
    rig = Rig(TypeB(Counting()))
    reader = Reader(rig.connect)
    reader._link.request(PLAN.request(), Done)
    with pytest.raises(ReaderError):
        reader._link.request(Watch(fastest=9, period_ms=0, lease_s=10, order=b"\x02"), Done)
    reader._link.request(Watch(fastest=0, period_ms=0, lease_s=10, order=b"\x02"), Done)
    assert isinstance(reader._link.event(reader._link.wait(5)), CardFound)
    assert reader._link.event(reader._link.wait(0.2)) is None
