"""The presence check: after a match the head is turned as asked."""

import math
from dataclasses import replace

import pytest

from kazashi.reception.face.matching import Compared, FrameProblem
from kazashi.reception.face.presence import Turn, beside
from kazashi.reception.people import AskFrame, AskTurn, AskWay
from kazashi.reception.rules import Way
from kazashi.reception.visit import Outcome, Reason
from reception_desk import in_turn


class Seeing:
    """An engine to which all faces are alike; a frame says how far its head is turned."""

    def compare(self, photo, frame):
        del photo, frame
        return Compared(1.0, 0.5)

    def turned(self, frame):
        return FrameProblem.NO_FACE if frame == b"away" else float(frame)


@pytest.fixture
def check_in(counter, own_faces):
    def run(*turned):
        counter.lay()
        seeing = Seeing()
        faces = replace(own_faces, matcher=seeing, turns=seeing)
        answers = {AskFrame: b"0.05", AskTurn: in_turn(*turned)}
        return counter.check_in(Way.FACE, answers, faces=faces)

    return run


@pytest.fixture
def asked_left(monkeypatch):
    monkeypatch.setattr(Turn, "any", classmethod(lambda _cls: Turn.LEFT))


def test_a_head_turned_as_asked_checks_in(counter, check_in, asked_left):
    assert check_in(b"0.4").outcome is Outcome.CHECKED_IN
    assert counter.people.questions(AskTurn) == [AskTurn(Turn.LEFT)]
    assert counter.steps("turn") == [{"is_match": True}]


def test_it_may_be_tried_again(counter, check_in, asked_left):
    assert check_in(b"-0.4", b"away", b"0.4").outcome is Outcome.CHECKED_IN
    assert counter.people.heard("was not turned as asked")


@pytest.mark.parametrize("turned", [b"0.05", b"0.29", b"-0.4", b"away"])
def test_a_head_that_is_not_turned_so_leads_to_another_way(counter, check_in, asked_left, turned):
    visit = check_in(turned, turned, turned)
    assert (visit.outcome, visit.why) == (Outcome.NOT_IDENTIFIED, Reason.NO_TURN)
    assert len(counter.people.questions(AskTurn)) == 3
    assert counter.people.questions(AskWay)[0].ways == (Way.PIN, Way.VISUAL)


def test_nobody_before_the_camera_is_led_on(check_in):
    assert check_in().why is Reason.NOTHING_ENTERED


def test_both_sides_are_asked_for():
    assert {Turn.any() for _ in range(64)} == {*Turn}
    assert Turn.RIGHT.is_seen(0.1, -0.2)
    assert not Turn.RIGHT.is_seen(0.1, 0.4)


@pytest.mark.parametrize("degrees", [0, -25, 25])
def test_a_tilted_head_or_picture_is_not_turned(degrees):
    angle = math.radians(degrees)

    def tilted(x, y):
        return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)

    eyes = tilted(-30, 0), tilted(30, 0)
    assert beside(*eyes, tilted(0, 45)) == pytest.approx(0)
    assert beside(*eyes, tilted(18, 45)) == pytest.approx(0.3)


def test_eyes_at_one_point_are_not_turned():
    assert beside((5, 5), (5, 5), (9, 9)) == 0
