"""Fault matrix, the radio: at every exchange of a tap, everything that may happen on air."""

import random
from itertools import combinations, product

import pytest

from kazashi.errors import CardGone, NoCard
from kazashi.sim.card import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, TypeB
from kazashi.sim.radio import Disturbance
from kazashi_wire.messages import BitRate
from tapping import expect, on_a_desk

OTHER = Person()  # whose card takes the first one's place
FWIS = {"quick": 10, "slow": 13}  # 309 ms, 2.5 s
EXTENSIONS = (1, 10, 59)  # WTXM


def exchanges_of_a_tap(fastest):
    """The step that the person waits for, at every exchange on air."""
    tapping, seen = on_a_desk(fastest=fastest), []
    tapping.desk.air.disturb = lambda _index, _frame: seen.append(tapping.step)
    assert tapping.outcome() is None
    return seen


def blocks_of_a_tap():
    """How many I-blocks the card sends."""
    tapping = on_a_desk()
    assert tapping.outcome() is None
    return tapping.desk.cards[0].blocks._sent


RATES = BitRate.KBIT_106, BitRate.KBIT_424
STEPS_AT = {rate: exchanges_of_a_tap(rate) for rate in RATES}
CELLS = [
    pytest.param(rate, place, id=f"{rate.name}-{place}")
    for rate, steps in STEPS_AT.items()
    for place in range(len(steps))
]
STEPS = STEPS_AT[BitRate.KBIT_106]
PLACES = range(len(STEPS))
BLOCKS = range(blocks_of_a_tap())
PAIRS = [
    ((i, first), (j, second))
    for i, j in combinations(PLACES, 2)
    for first, second in product(Disturbance, repeat=2)
]


def test_the_matrix_has_all_its_cells():
    assert len(STEPS) == 16
    assert len(CELLS) * len(Disturbance) * len(FWIS) == 210  # at 424 kbit/s three exchanges more
    assert len(PLACES) * 2 * len(FWIS) == 64  # never answers, leaves
    assert len(PLACES) == 16  # swapped
    assert len(BLOCKS) * len(EXTENSIONS) * len(FWIS) == 66
    assert len(PAIRS) == 1080


@pytest.mark.parametrize("fwi", FWIS.values(), ids=FWIS)
@pytest.mark.parametrize("disturbance", Disturbance, ids=lambda d: d.name)
@pytest.mark.parametrize(("rate", "place"), CELLS)
def test_one_exchange_is_disturbed(rate, place, disturbance, fwi):
    tapping = on_a_desk(BlockSettings(fwi=fwi), rate)
    tapping.desk.air.disturb = lambda index, _frame: disturbance if index == place else None
    step = STEPS_AT[rate][place]
    expect(tapping.outcome(), None, step)
    assert tapping.desk.air.exchanges > place  # it did happen
    health = tapping.taps_again()
    if step != "find":
        assert 1 <= health.retries <= 2


@pytest.mark.parametrize("fwi", FWIS.values(), ids=FWIS)
@pytest.mark.parametrize(("rate", "place"), CELLS)
def test_the_card_never_answers_again(rate, place, fwi):
    tapping = on_a_desk(BlockSettings(fwi=fwi), rate)
    lost = Disturbance.ANSWER_LOST
    tapping.desk.air.disturb = lambda index, _frame: lost if index >= place else None
    step = STEPS_AT[rate][place]
    expect(tapping.outcome(), NoCard if step == "find" else CardGone, step)
    tapping.taps_again()


@pytest.mark.parametrize("fwi", FWIS.values(), ids=FWIS)
@pytest.mark.parametrize(("rate", "place"), CELLS)
def test_the_card_leaves(rate, place, fwi):
    tapping = on_a_desk(BlockSettings(fwi=fwi), rate)

    def leave(index, _frame):
        if index == place:
            tapping.desk.air.clear()

    tapping.desk.air.disturb = leave
    step = STEPS_AT[rate][place]
    expect(tapping.outcome(), NoCard if step == "find" else CardGone, step)
    tapping.taps_again()


@pytest.mark.parametrize("place", PLACES)
def test_another_card_takes_its_place(place):
    """What was read of one card is never mixed with the other's."""
    tapping = on_a_desk()
    other = TypeB(Jpki(OTHER, pin="9999"))

    def swap(index, _frame):
        if index == place:
            tapping.desk.air.clear()
            tapping.desk.air.place(other)

    tapping.desk.air.disturb = swap
    if STEPS[place] == "find":
        with pytest.raises(Exception, match="wrong PIN: 2 tries left"):  # of the other card
            tapping.tap()
    else:
        expect(tapping.outcome(), CardGone, STEPS[place])
        assert other.blocks.application.pin.left == 3
    assert tapping.application.pin.left == 3
    tapping.taps_again()


@pytest.mark.parametrize("fwi", FWIS.values(), ids=FWIS)
@pytest.mark.parametrize("wtxm", EXTENSIONS)
@pytest.mark.parametrize("block", BLOCKS)
def test_the_card_asks_for_more_time(block, wtxm, fwi):
    tapping = on_a_desk(BlockSettings(fwi=fwi, extensions={block: wtxm}))
    expect(tapping.outcome(), None, "")
    tapping.taps_again()


@pytest.mark.parametrize("fwi", FWIS.values(), ids=FWIS)
@pytest.mark.parametrize("wtxm", EXTENSIONS)
def test_the_card_asks_for_more_time_before_every_block(wtxm, fwi):
    every_other = dict.fromkeys(range(0, 200, 2), wtxm)  # answer, the others being blocks
    tapping = on_a_desk(BlockSettings(fwi=fwi, extensions=every_other))
    expect(tapping.outcome(), None, "")
    tapping.taps_again()


def chosen_pairs(config):
    """All of them, or as many as asked for, chosen by the seed."""
    count, seed = config.getoption("--pairs"), config.getoption("--seed")
    if count == "all":
        return PAIRS
    return random.Random(seed).sample(PAIRS, int(count))


def pytest_generate_tests(metafunc):
    if "pair" in metafunc.fixturenames:
        metafunc.parametrize("pair", chosen_pairs(metafunc.config), ids=_name)


def _name(pair):
    return "-".join(f"{place}-{disturbance.name.lower()}" for place, disturbance in pair)


def test_two_exchanges_are_disturbed(pair):
    tapping = on_a_desk()
    tapping.desk.air.disturb = lambda index, _frame: dict(pair).get(index)
    assert tapping.outcome() is None
    tapping.taps_again()
