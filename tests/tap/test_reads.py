"""On I²C what a read leaves of a frame is lost, and has to be said again: every frame is fetched at
once.
"""

import pytest

from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.reader import Reader
from kazashi.sim.hostframe import NACK
from kazashi.sim.issued import Issued
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, TypeA, TypeB
from rig import Rig

PERSON = Person(1600)


def said_again(card, plan=None):
    """How many frames the chip had to say again, from finding the card to its certificate."""
    rig = Rig(card, bus="i2c")
    heard, on_frame = [], rig.chip._on_frame
    rig.chip._on_frame = lambda frame: heard.append(frame) or on_frame(frame)
    reader = Reader(rig.connect)
    card = reader.wait_for_card(5, plan=plan)
    assert JpkiSession(card).authentication_certificate() == PERSON.certificate
    assert not reader.wait_for_removal(1.0)
    return heard.count(NACK)


@pytest.mark.parametrize("plan", [None, PLAN], ids=["asked", "armed"])
@pytest.mark.parametrize("kind", [TypeA, TypeB])
@pytest.mark.parametrize("fsci", [8, 5, 0])
@pytest.mark.parametrize("takes_extended", [True, False])
def test_no_frame_is_said_again(kind, plan, fsci, takes_extended):
    card = Jpki(PERSON, Issued(takes_extended=takes_extended))
    assert said_again(kind(card, BlockSettings(fsci=fsci)), plan) == 0


@pytest.mark.parametrize("plan", [None, PLAN], ids=["asked", "armed"])
@pytest.mark.parametrize("block", range(9))
def test_a_block_is_fetched_at_once_where_the_card_asks_for_time_before_it(block, plan):
    settings = BlockSettings(extensions={block: 2})
    assert said_again(TypeB(Jpki(PERSON), settings), plan) == 0
