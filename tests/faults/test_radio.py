"""Fault matrix, the radio: at every exchange of a tap, everything that may happen on air."""

import random
from itertools import combinations, product

import pytest

from cells import in_each
from kazashi.errors import (
    CardGarbled,
    CardGone,
    CardProtocolBroken,
    CardTooSlow,
    NoCard,
    SeveralCards,
)
from kazashi.sim.issued import Issued
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, TypeB
from kazashi.sim.radio import Disturbance
from rig import clock  # makes the firmware importable
from said import raises
from tapping import Way, expect, on_a_rig

OTHER = Person()  # whose card takes the first one's place
FWIS = {"quick": 10, "slow": 13}  # 309 ms, 2.5 s
EXTENSIONS = (1, 10, 59)  # WTXM
ROW = 20  # pairs in one test


def steps_of_a_tap(way, fwi):
    """The step that the person waits for, at every exchange on air."""
    tapping, seen = on_a_rig(way, BlockSettings(fwi=fwi)), []
    tapping.rig.air.disturb = lambda _index, _frame: seen.append(tapping.step)
    assert tapping.outcome() is None
    return seen


def blocks_of_a_tap(way):
    """How many I-blocks the card sends."""
    tapping = on_a_rig(way)
    assert tapping.outcome() is None
    return tapping.rig.cards[0].blocks._sent


STEPS = {(way, fwi): steps_of_a_tap(way, fwi) for fwi in FWIS.values() for way in Way}
BLOCKS = {way: range(blocks_of_a_tap(way)) for way in Way}
PAIRS = [
    (way, ((i, first), (j, second)))
    for (way, fwi), steps in STEPS.items()
    if fwi == FWIS["quick"]
    for i, j in combinations(range(len(steps)), 2)
    for first, second in product(Disturbance, repeat=2)
]


by_quick_and_slow_cards = pytest.mark.parametrize("fwi", FWIS.values(), ids=FWIS)
in_every_way = pytest.mark.parametrize("way", Way, ids=lambda way: way.name)


def test_the_matrix_has_all_its_cells():
    def lengths(fwi):
        return {way: len(STEPS[way, fwi]) for way in Way}

    assert lengths(FWIS["quick"]) == {
        Way.ASKED: 17,
        Way.ASKED_AT_424: 20,  # three blocks to try the rate
        Way.ARMED: 17,
        Way.ARMED_AT_424: 17,  # the plan's first command tries it
    }
    assert lengths(FWIS["slow"]) == lengths(FWIS["quick"]) | {Way.ARMED_AT_424: 20}
    for fwi, count in zip(FWIS.values(), (71, 74), strict=True):
        assert sum(lengths(fwi).values()) == count  # three disturbances, three ends; 71: swapped
    assert len(Disturbance) == 3
    assert sum(map(len, BLOCKS.values())) * len(EXTENSIONS) * len(FWIS) == 44 * 3 * 2
    assert len(PAIRS) == 3 * 1224 + 1710


def at_every_exchange(way, fwi, check):
    in_each([*enumerate(STEPS[way, fwi])], lambda cell: check(*cell))


@pytest.mark.parametrize("disturbance", Disturbance, ids=lambda d: d.name)
@by_quick_and_slow_cards
@in_every_way
def test_one_exchange_is_disturbed(way, disturbance, fwi):
    def check(place, step):
        tapping = on_a_rig(way, BlockSettings(fwi=fwi))
        tapping.rig.air.disturb = lambda index, _frame: disturbance if index == place else None
        expect(tapping.outcome(), None, "")
        assert tapping.rig.air.exchanges > place  # it did happen
        health = tapping.taps_again()
        if step != "find":
            assert 1 <= health.retries <= 2

    at_every_exchange(way, fwi, check)


@by_quick_and_slow_cards
@in_every_way
def test_the_card_never_answers_again(way, fwi):
    def check(place, step):
        tapping = on_a_rig(way, BlockSettings(fwi=fwi))
        lost = Disturbance.ANSWER_LOST
        tapping.rig.air.disturb = lambda index, _frame: lost if index >= place else None
        expect(tapping.outcome(), NoCard if step == "find" else CardGone, step)
        tapping.taps_again()

    at_every_exchange(way, fwi, check)


@by_quick_and_slow_cards
@in_every_way
def test_the_card_is_never_understood_again(way, fwi):
    def check(place, step):
        tapping = on_a_rig(way, BlockSettings(fwi=fwi))
        garbled = Disturbance.ANSWER_GARBLED
        tapping.rig.air.disturb = lambda index, _frame: garbled if index >= place else None
        if step == "find":
            assert isinstance(tapping.outcome(), (SeveralCards, NoCard))  # as two cards sound
        else:
            expect(tapping.outcome(), CardGarbled, step)
        tapping.taps_again()

    at_every_exchange(way, fwi, check)


@by_quick_and_slow_cards
@in_every_way
def test_the_card_leaves(way, fwi):
    def check(place, step):
        tapping = on_a_rig(way, BlockSettings(fwi=fwi))

        def leave(index, _frame):
            if index == place:
                tapping.rig.air.clear()

        tapping.rig.air.disturb = leave
        expect(tapping.outcome(), NoCard if step == "find" else CardGone, step)
        tapping.taps_again()

    at_every_exchange(way, fwi, check)


@in_every_way
def test_another_card_takes_its_place(way):
    """What was read of one card is never mixed with the other's."""

    def check(place, step):
        tapping = on_a_rig(way)
        other = TypeB(Jpki(OTHER, Issued(pin="9999")))

        def swap(index, _frame):
            if index == place:
                tapping.rig.air.clear()
                tapping.rig.air.place(other)

        tapping.rig.air.disturb = swap
        if step == "find":
            with raises(Exception, match="wrong PIN, 2 tries left"):  # of the other card
                tapping.tap()
        else:
            expect(tapping.outcome(), CardGone, step)
            assert other.blocks.application.pin.left == 3
        assert tapping.application.pin.left == 3
        tapping.taps_again()

    at_every_exchange(way, FWIS["quick"], check)


@by_quick_and_slow_cards
@pytest.mark.parametrize("wtxm", EXTENSIONS)
@in_every_way
def test_the_card_asks_for_more_time(way, wtxm, fwi):
    def check(block):
        tapping = on_a_rig(way, BlockSettings(fwi=fwi, extensions={block: wtxm}))
        expect(tapping.outcome(), None, "")
        tapping.taps_again()

    in_each(BLOCKS[way], check)


@by_quick_and_slow_cards
@pytest.mark.parametrize("wtxm", EXTENSIONS)
@in_every_way
def test_the_card_asks_for_more_time_before_every_block(way, wtxm, fwi):
    every_other = dict.fromkeys(range(0, 200, 2), wtxm)  # answer, the others being blocks
    tapping = on_a_rig(way, BlockSettings(fwi=fwi, extensions=every_other))
    expect(tapping.outcome(), None, "")
    tapping.taps_again()


@in_every_way
def test_a_card_that_asks_for_time_for_ever_is_given_up_after_30_s(way):
    tapping = on_a_rig(way, BlockSettings(fwi=FWIS["slow"]))
    command_s, tapping.application.command_s = tapping.application.command_s, 1e6
    begin = clock.s
    met = tapping.outcome()
    # Of an armed reader the own 30 s are over first: it has sent the command before it was asked.
    assert type(met) is (CardProtocolBroken if way.plan else CardTooSlow)
    assert 30 <= clock.s - begin <= 33
    tapping.application.command_s = command_s
    tapping.taps_again()


def chosen_pairs(config):
    """All of them, or as many as asked for, chosen by the seed."""
    count, seed = config.getoption("--pairs"), config.getoption("--seed")
    if count == "all":
        return PAIRS
    return random.Random(seed).sample(PAIRS, int(count))


def pytest_generate_tests(metafunc):
    if "pairs" in metafunc.fixturenames:
        pairs = chosen_pairs(metafunc.config)
        metafunc.parametrize("pairs", [pairs[i : i + ROW] for i in range(0, len(pairs), ROW)])


def test_two_exchanges_are_disturbed(pairs):
    def check(cell):
        way, pair = cell
        tapping = on_a_rig(way)
        tapping.rig.air.disturb = lambda index, _frame: dict(pair).get(index)
        assert tapping.outcome() is None
        tapping.taps_again()

    in_each(pairs, check)
