"""A card is its host's alone: nobody signs with the key of a patient whose host was ended."""

import pytest

from kazashi.cards.jpki import JpkiSession
from kazashi.cards.signing import sign_command
from kazashi.errors import NoCard, ReaderHot
from kazashi.link import Link
from kazashi.reader import Reader
from kazashi.sim.faults import report
from kazashi.sim.issued import Issued
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import TypeB
from kazashi_wire.messages import Done, Keep, Watch
from rig import Rig, clock

PERSON = Person()
SIGN = sign_command(0x80 | 0x17, b"steal this").build()


class Watched(Jpki):
    """Keeps the commands that it was given."""

    def __init__(self):
        super().__init__(PERSON, Issued(pin="1234"))
        self.commands = []

    def transmit(self, apdu):
        self.commands.append(apdu)
        return super().transmit(apdu)


def verified():
    """A rig whose host verified the PIN and then was ended."""
    rig = Rig(TypeB(Watched()))
    JpkiSession(Reader(rig.connect).wait_for_card(5)).verify_pin("1234")
    return rig


def let_pass(rig, seconds):
    end = clock.s + seconds
    while clock.s < end:
        rig.step()


@pytest.mark.parametrize("after_s", [0, 5, 9, 20])
@pytest.mark.parametrize("number", [bytes(4), b"\xff\xff\xff\xff", b"card"])
def test_a_program_that_says_no_hello_gets_no_signature(after_s, number):
    rig = verified()
    let_pass(rig, after_s)
    thief = Link(rig.connect())
    with pytest.raises(NoCard):
        thief.transmit(number, SIGN, thief.wait(5))
    assert SIGN not in rig.cards[0].blocks.application.commands


def test_a_program_without_the_number_cannot_keep_the_card_alive():
    rig = verified()
    thief = Link(rig.connect())
    for _ in range(4):
        let_pass(rig, 3)
        with pytest.raises(NoCard):
            thief.request(Keep(card=b"card"), Done)
    assert not rig.air.is_on


def test_a_card_is_dark_seconds_after_its_host_was_ended():
    rig = verified()
    let_pass(rig, 11)
    assert not rig.air.is_on


def test_a_card_that_is_waited_on_outlives_its_lease_until_a_pin_is_shown():
    rig = Rig(TypeB(Watched()))
    reader = Reader(rig.connect)
    card = reader.wait_for_card(5)
    assert not reader.wait_for_removal(30)
    JpkiSession(card).verify_pin("1234")
    assert reader.wait_for_removal(30)
    assert not rig.air.is_on


def test_a_card_is_kept_while_a_person_is_asked():
    rig = Rig(TypeB(Watched()))
    card = Reader(rig.connect).wait_for_card(5)
    for _ in range(5):
        let_pass(rig, 8)
        card.keep()
    JpkiSession(card).verify_pin("1234")


def test_after_a_hot_reader_the_card_is_over():
    rig = Rig(TypeB(Watched()))
    reader = Reader(rig.connect)
    card = reader.wait_for_card(5)
    rig.chip.disturb = lambda _, command: report(0x0D) if command[0] == 0x42 else None
    with pytest.raises(ReaderHot):
        reader.wait_for_removal(2)
    assert reader.wait_for_removal(60)
    assert card.is_over


def test_a_wait_of_0_s_finds_the_card_that_lies_there():
    reader = Reader(Rig(TypeB(Watched())).connect)
    begin = clock.s
    assert JpkiSession(reader.wait_for_card(0)).token_label()
    assert clock.s - begin < 1.0


def test_a_wait_of_0_s_on_an_empty_reader_says_at_once_that_there_is_no_card():
    reader = Reader(Rig().connect)
    begin = clock.s
    with pytest.raises(NoCard):
        reader.wait_for_card(0)
    assert clock.s - begin < 1.0


def test_a_search_lasts_longer_than_its_lease():
    rig = Rig()
    begin_s = clock.s
    rig.air.plan(begin_s + 20, lambda: rig.air.place(TypeB(Jpki(PERSON))))
    Reader(rig.connect).wait_for_card(30, lease_s=3)
    assert clock.s > begin_s + 20


def test_a_search_ends_with_its_host():
    rig = Rig()
    Link(rig.connect()).request(Watch(fastest=0, period_ms=0, lease_s=3, order=b"\2"), Done)
    let_pass(rig, 2.5)
    assert rig.air.is_on
    let_pass(rig, 1)
    assert not rig.air.is_on


def test_a_host_that_had_stopped_searches_again():
    rig = Rig()
    pipe = rig.connect()
    read = pipe.read

    def stop(size):
        """For longer than the lease: a laptop that slept, for example."""
        if clock.s > stops_s:
            pipe.read = read
            let_pass(rig, 5)
            assert not rig.air.is_on
            rig.air.place(TypeB(Jpki(PERSON)))
        return read(size)

    stops_s = clock.s + 2
    pipe.read = stop
    assert Reader(lambda: pipe).wait_for_card(30, lease_s=3)
    assert pipe.read is read
