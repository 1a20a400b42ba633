"""照合番号B read off the card by a camera above it: seldom wrong, and wrong only once."""

from contextlib import contextmanager

import pytest

from kazashi.reception import by_sight
from kazashi.reception.people import BACK, AskCodeB, AskFrame, AskFront, AskWay
from kazashi.reception.rules import Way
from kazashi.reception.visit import Outcome
from reception_desk import frame, in_turn

OTHER_CODE = "01010120301111"


class Reading:
    """Reads what stands in the picture as text; `broken` breaks it."""

    def code_b(self, frame):
        if frame == b"broken":
            raise ZeroDivisionError
        return frame.decode() or None


@pytest.fixture
def check_in(counter, own_faces):
    """A visit whose camera sees these codes, one after the other; "own": that of the card."""

    def run(*fronts, answers=None):
        counter.lay()
        own = counter.card.person.code_b
        pictures = in_turn(
            *(f if f in (None, BACK) else f.replace("own", own).encode() for f in fronts)
        )
        return counter.check_in(
            Way.FACE,
            {AskFrame: frame(), AskFront: pictures} | (answers or {}),
            faces=own_faces,
            front=Reading(),
        )

    return run


def verified(counter):
    return [code.decode() for code in counter.verifies()]


def test_a_code_that_two_pictures_show_is_not_typed(counter, check_in):
    visit = check_in("own", "own")
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.FACE)
    assert counter.people.questions(AskCodeB) == []
    assert verified(counter) == [counter.card.person.code_b]
    assert counter.steps("front") == [{"is_read": True}]


def test_pictures_in_between_may_show_nothing_or_something_else(counter, check_in):
    assert check_in("own", "", OTHER_CODE, "broken", "own").outcome is Outcome.CHECKED_IN
    assert verified(counter) == [counter.card.person.code_b]


@pytest.mark.parametrize(
    "fronts", [("", "", "", "", ""), ("own", "", "", OTHER_CODE, ""), ("own", None), (None,)]
)
def test_a_code_that_is_not_read_twice_is_typed(counter, check_in, fronts):
    visit = check_in(*fronts)
    assert visit.outcome is Outcome.CHECKED_IN
    assert len(counter.people.questions(AskFront)) == len(fronts)
    assert len(counter.people.questions(AskCodeB)) == 1
    assert verified(counter) == [counter.card.person.code_b]


def test_after_a_step_back_the_camera_reads_the_front_again(counter, check_in):
    assert check_in(BACK, "own", "own", answers={AskWay: Way.FACE}).outcome is Outcome.CHECKED_IN
    assert counter.people.questions(AskCodeB) == []


def test_a_wrong_code_from_the_camera_costs_one_try_and_the_next_is_typed(counter, check_in):
    visit = check_in(OTHER_CODE, OTHER_CODE)
    assert visit.outcome is Outcome.CHECKED_IN
    assert verified(counter) == [OTHER_CODE, counter.card.person.code_b]
    assert len(counter.people.questions(AskFront)) == 2
    assert counter.people.heard("Wrong code")


def test_without_a_camera_none_is_asked_for(counter, own_faces):
    counter.lay()
    visit = counter.check_in(Way.FACE, {AskFrame: frame()}, faces=own_faces)
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.people.questions(AskFront) == []


def test_neither_picture_nor_code_is_kept(counter, check_in):
    check_in(OTHER_CODE, "own", OTHER_CODE)
    own = counter.card.person.code_b
    for file in counter.path.parent.iterdir():
        content = file.read_bytes()
        assert not any(code.encode() in content for code in (own, OTHER_CODE))


def test_the_card_is_kept_alive_while_a_picture_is_read(counter, check_in, monkeypatch):
    kept, reading = [], []

    @contextmanager
    def keeping(card):
        kept.append(card)
        yield
        kept.pop()

    def code_b(_self, _frame):
        reading.append([*kept])
        return counter.card.person.code_b

    monkeypatch.setattr(by_sight, "looked_after", keeping)
    monkeypatch.setattr(Reading, "code_b", code_b)
    check_in("own", "own")
    assert [len(cards) for cards in reading] == [1, 1]
    assert all(card for (card,) in reading)
