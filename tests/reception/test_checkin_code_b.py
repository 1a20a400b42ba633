"""When 照合番号B is asked for: before the tap, at the reader, or never."""

import pytest

from kazashi.reception.people import BACK, AskCodeB, AskFrame, AskStaff, AskWay
from kazashi.reception.rules import CodeB, Token, Way
from kazashi.reception.visit import Outcome
from reception_desk import ASKED, frame, in_turn

OTHER_CODE = "01010120301111"


@pytest.fixture
def asked_before(counter, own_faces):
    """A visit at a place that asks before the tap; the card comes when it is asked for."""

    def check_in(way, answers=None, **setting):
        counter.lay()
        counter.take_away()
        return counter.check_in(
            way,
            {AskFrame: frame()} | (answers or {}),
            reacts={"Lay your card": counter.lay_again},
            faces=own_faces,
            code_b=CodeB.TYPED_BEFORE,
            **setting,
        )

    return check_in


@pytest.mark.parametrize("way", [Way.FACE, ASKED])
def test_a_code_that_was_typed_before_the_tap_is_shown_to_the_card_without_asking_again(
    counter, asked_before, way
):
    visit = asked_before(way, {AskWay: Way.FACE})
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.FACE)
    names = [question.name for question in counter.people.asked]
    assert names.index("code b") < names.index("frame")
    assert names.count("code b") == 1
    steps = [span.step for span in visit.spans]
    assert steps.index("code b") < steps.index("card")
    assert counter.verifies() == [counter.card.person.code_b.encode()]


def test_without_the_code_the_face_is_not_offered(counter, asked_before):
    visit = asked_before(ASKED, {AskCodeB: None, AskWay: Way.PIN})
    assert visit.way is Way.PIN
    assert counter.people.questions(AskWay)[0].ways == (Way.PIN, Way.VISUAL)
    assert len(counter.people.questions(AskCodeB)) == 1


def test_a_face_that_was_chosen_gives_way_to_another_way_if_the_code_is_not_typed(
    counter, asked_before
):
    visit = asked_before(Way.FACE, {AskCodeB: None, AskWay: Way.PIN})
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)
    assert counter.people.questions(AskWay)[0].ways == (Way.PIN, Way.VISUAL)


def test_back_from_the_code_leads_to_the_ways_the_face_among_them(counter, asked_before):
    visit = asked_before(Way.FACE, {AskCodeB: BACK, AskWay: in_turn(Way.FACE, Way.PIN)})
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)
    ways = (Way.FACE, Way.PIN, Way.VISUAL)
    assert counter.people.questions(AskWay) == [AskWay(ways), AskWay(ways)]


def test_back_from_the_code_at_the_reader_leads_to_the_same_ways(counter, own_faces):
    counter.lay()
    code = counter.card.person.code_b
    answers = {AskCodeB: in_turn(BACK, code), AskWay: Way.FACE, AskFrame: frame()}
    visit = counter.check_in(ASKED, answers, token=Token.CARD, faces=own_faces)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.FACE)
    assert counter.people.questions(AskWay) == [AskWay((Way.FACE, Way.PIN, Way.VISUAL))] * 2


def test_a_wrong_code_from_before_is_told_and_asked_for_again_at_the_reader(counter, asked_before):
    codes = iter([OTHER_CODE, None])
    visit = asked_before(Way.FACE, {AskCodeB: lambda _: next(codes) or counter.card.person.code_b})
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.people.heard("Wrong code")
    assert len(counter.people.questions(AskCodeB)) == 2
    assert counter.verifies() == [OTHER_CODE.encode(), counter.card.person.code_b.encode()]


def test_what_is_no_code_is_told_before_the_tap(counter, asked_before):
    codes = in_turn("1234", "１２３４")
    visit = asked_before(ASKED, {AskCodeB: codes, AskWay: Way.PIN})
    assert visit.way is Way.PIN
    assert counter.people.told.count("The code has fourteen digits.") == 2
    assert counter.people.questions(AskWay)[0].ways == (Way.PIN, Way.VISUAL)


@pytest.mark.parametrize("way", [Way.PIN, Way.VISUAL])
def test_it_is_not_asked_before_a_way_that_needs_none(counter, asked_before, way):
    assert asked_before(way).outcome is Outcome.CHECKED_IN
    assert counter.people.questions(AskCodeB) == []


def test_it_is_not_asked_of_a_phone(counter, asked_before):
    asked_before(ASKED, token=Token.IPHONE)
    assert counter.people.questions(AskCodeB) == []


def test_the_next_patient_is_asked_again(counter, asked_before):
    for _ in range(2):
        asked_before(Way.FACE)
        assert len(counter.people.questions(AskCodeB)) == 1


def test_a_place_that_never_asks_for_it_offers_no_face_and_shows_no_photo(counter, own_faces):
    counter.lay()
    visit = counter.check_in(
        ASKED,
        {AskWay: Way.VISUAL},
        faces=own_faces,
        code_b=CodeB.NONE,
        photo_from_chip=True,
    )
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.people.questions(AskWay)[0].ways == (Way.PIN, Way.VISUAL)
    assert counter.people.questions(AskStaff)[0].photo == b""
    assert counter.people.questions(AskCodeB) == []
