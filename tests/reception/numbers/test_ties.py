"""Ties are joined in any order, however often they come: nothing that anyone said is lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.reception.numbers.ties import Claim, Kind, Tie, joined, said

AT = "2026-11-29T00:00:00+00:00"


def by(have, value, kind=Kind.CERTIFICATE):
    """What somebody says who has seen `have`."""
    return said(have, kind, "name", value, "佐藤", AT)


def held(tie):
    """What holds, and what others say."""
    return tie.value, [each.value for each in tie.claims]


def test_who_has_seen_a_tie_changes_it():
    first = by(None, "12")
    assert held(joined(first, by(first, "34"))) == ("34", [])


def test_who_has_not_seen_it_only_claims():
    assert held(joined(by(None, "12"), by(None, "34"))) == ("12", ["34"])


def test_the_same_of_two_who_knew_nothing_of_each_other_is_no_claim():
    assert held(joined(by(None, "12"), by(None, "12"))) == ("12", [])


def test_what_is_expected_is_nobody_s_claim():
    first, later = (by(None, each, Kind.EXPECTED) for each in ("welfare", "subsidy"))
    both = joined(first, later)
    assert held(both) == ("subsidy", [])
    assert joined(both, first) == both


def test_a_decision_settles_the_claims_that_it_has_seen_and_no_others():
    contested = joined(by(None, "12"), by(None, "34"))
    decision = by(contested, "34")
    later = joined(contested, by(None, "56"))
    assert held(joined(contested, decision)) == ("34", [])
    assert held(joined(later, decision)) == ("34", ["56"])


def test_a_decision_after_many_others_settles_its_claims_too():
    now = by(None, "0")
    for number in range(1, 100):
        now = by(now, f"{number}")
    assert len(now.history) == 32
    contested = joined(joined(now, by(None, "12")), by(None, "34"))
    assert held(joined(contested, by(contested, "12"))) == ("12", [])


def test_of_two_decisions_the_later_one_is_a_claim():
    contested = joined(by(None, "12"), by(None, "34"))
    stays, changes = by(contested, "12"), by(contested, "34")
    assert held(joined(joined(contested, stays), changes)) == ("12", ["34"])
    assert held(joined(joined(contested, changes), stays)) == ("34", ["12"])


def test_an_older_state_changes_nothing():
    first = by(None, "12")
    second = by(first, "34")
    assert joined(second, first) == second
    contested = joined(first, by(None, "56"))
    assert joined(by(contested, "56"), contested).claims == ()


def test_who_changes_a_claim_of_their_own_has_one_claim():
    mine = by(None, "34")
    contested = joined(by(None, "12"), mine)
    assert held(joined(contested, by(mine, "56"))) == ("12", ["56"])


@pytest.mark.parametrize("text", ["", "佐\0藤", '"\\', "\ud7ff", "'"])
def test_what_a_row_holds_is_the_same_tie(text):
    tie = Tie(Kind.REFERENCE, "A-1", "12", ("1", "2"), text, AT, (Claim("3", "34", text, AT),))
    row = tie.row()
    assert Tie.of_row(*row) == tie
    assert "\0" not in "".join(row)
    json.loads(row[-1])


class Site:
    """A model: the map, and copies as dictionaries. Who said what is kept beside them."""

    def __init__(self, copies):
        self.map, self.copies = {}, [{} for _ in range(copies)]
        self.unsent = [set() for _ in range(copies)]
        self.made = {}

    def say(self, copy, name, value, kind=Kind.CERTIFICATE):
        tie = said(self.copies[copy].get(name), kind, name, value, "佐藤", AT)
        self.made[tie.id] = tie
        self.copies[copy][name] = tie
        self.unsent[copy].add(name)

    def meet(self, copy, is_answer_lost=False):
        ours = self.copies[copy]
        for name in sorted(self.unsent[copy]):
            self.map[name] = joined(self.map.get(name), ours[name])
        if not is_answer_lost:
            self.unsent[copy].clear()
            ours.update(self.map)

    def lose(self, state):
        """The database has an older state, and the copies have noticed."""
        self.map = dict(state)
        for ours, unsent in zip(self.copies, self.unsent, strict=True):
            unsent.update(ours)

    def is_told(self, tie):
        """Whether it, or what somebody said who had seen it, is known to the map, or the same as
        something that is.
        """
        known = self.map[tie.name].known
        values = {self.made[each].value for each in known}
        after = [each for each in self.made.values() if tie.id in each.history]
        return any(each.id in known or each.value in values for each in after)


COPIES, NAMES, VALUES = st.integers(0, 2), st.sampled_from("ab"), st.sampled_from(["1", "2", "3"])
STEPS = st.one_of(
    st.tuples(st.just("say"), COPIES, NAMES, VALUES),
    st.tuples(st.just("meet"), COPIES, st.booleans()),
    st.tuples(st.just("keep")),
    st.tuples(st.just("lose")),
)


@given(st.lists(STEPS, max_size=25), st.permutations(range(3)))
def test_whatever_happens_copies_agree_and_nothing_that_was_said_is_lost(steps, order):
    site, kept = Site(3), {}
    for what, *how in steps:
        if what == "keep":
            kept = dict(site.map)
        elif what == "lose":
            site.lose(kept)
        else:
            getattr(site, what)(*how)
    for copy in (*order, *order):
        site.meet(copy)
    assert all(ours == site.map for ours in site.copies)
    assert all(site.is_told(tie) for tie in site.made.values())
    for name, tie in site.map.items():
        assert tie.value not in [each.value for each in tie.claims]
        site.say(0, name, tie.value)
    for copy in range(3):
        site.meet(copy)
    assert all(ours == site.map for ours in site.copies)
    assert not any(tie.claims for tie in site.map.values())


@given(st.lists(st.tuples(st.integers(0, 5), VALUES), min_size=1, max_size=6), st.data())
def test_the_same_once_more_changes_nothing(said_after, data):
    ties = []
    for index, value in said_after:
        ties.append(by(ties[index] if index < len(ties) else None, value))
    now = None
    for tie in data.draw(st.permutations(ties)):
        now = joined(now, tie)
        assert joined(now, tie) == now
        assert joined(now, now) == now
