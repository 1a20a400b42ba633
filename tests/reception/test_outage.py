"""The centre is down, and comes back."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.birth import PartialDate
from kazashi.cards.surface import FourItems, Sex
from kazashi.reception.centre import (
    CentreBusy,
    CentreFailed,
    CentreUnreachable,
    Standing,
)
from kazashi.reception.journal import HeldError, Journal
from kazashi.reception.outage import ask_held
from kazashi.reception.papers.fields import typed_items
from kazashi.reception.typed import Mistyped
from kazashi.testing.centre import SimulatedCentre

NOW = datetime(2030, 1, 1, 9, tzinfo=UTC)
TODAY = date(2030, 1, 1)
TYPED = {
    "name": "山田 花子",
    "address": "東京都千代田区霞が関1-2-3",
    "birth": "昭和60年4月3日",
    "sex": "女",
}
ITEMS = FourItems("山田 花子", "東京都千代田区霞が関1-2-3", date(1985, 4, 3), Sex.FEMALE)


HELD = {"address": "東京都", "birth": TODAY, "sex": 1, "reason": "CentreUnreachable"}


class Real(SimulatedCentre):
    """A centre whose answers count."""

    def identify(self, reference, who):
        return replace(super().identify(reference, who), is_simulated=False)

    def complete(self, completion):
        return replace(super().complete(completion), is_simulated=False)


@pytest.fixture
def journal(tmp_path):
    """Three people are held."""
    with Journal(tmp_path / "journal.db", lambda: NOW) as kept:
        for name in ("一郎", "二郎", "三郎"):
            entry = kept.begin("desk", "reader")
            kept.hold(entry.id, name=name, **HELD)
            entry.end("held")
        yield kept


def names(journal):
    return [held.name for held in journal.held()]


def test_what_is_typed_from_the_cards_face_are_the_four_items():
    assert typed_items(**TYPED, today=TODAY) == ITEMS


@pytest.mark.parametrize(
    ("typed", "sex"),
    [
        *(("男", 1), ("１", 1), ("male", 1), ("F", 2), ("女性", 2)),
        *(
            ("0", 0),
            ("不明", 0),
            ("３", 3),
            ("未設定", 3),
            ("9", 9),
            ("適用不能", 9),
            ("その他", 9),
        ),
    ],
)
def test_a_sex_is_typed_as_a_word_or_a_number(typed, sex):
    assert typed_items(**TYPED | {"sex": typed}, today=TODAY).sex == sex


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", " "),
        ("name", "123456789012"),
        ("address", ""),
        ("address", "東京都 1234 5678 9012"),
        ("birth", "R20.1.1"),
        ("birth", "123456789012"),
        ("sex", "4"),
        ("sex", "123456789012"),
    ],
)
def test_the_field_that_is_wrong_is_named(field, text):
    with pytest.raises(Mistyped) as error:
        typed_items(**TYPED | {field: text}, today=TODAY)
    assert error.value.field == field


@given(st.fixed_dictionaries(dict.fromkeys(TYPED, st.text(max_size=20))))
def test_whatever_is_typed_is_taken_or_refused(typed):
    try:
        found = typed_items(**typed, today=TODAY)
    except Mistyped:
        return
    assert found.name
    assert found.address
    assert found.sex in Sex


@given(
    st.sampled_from([*TYPED]),
    st.from_regex(r"[0-9]{12}", fullmatch=True),
    st.from_regex(r"\D{0,5}", fullmatch=True),
    st.from_regex(r"\D{0,5}", fullmatch=True),
)
def test_a_my_number_typed_anywhere_is_never_taken(field, number, before, after):
    with pytest.raises(Mistyped):
        typed_items(**TYPED | {field: before + number + after}, today=TODAY)


def test_once_the_centre_is_back_all_are_asked_about(journal):
    answers = [*ask_held(journal, Real(Standing.INVALID))]
    assert [held.name for held, _ in answers] == ["一郎", "二郎", "三郎"]
    assert {answer.standing for _, answer in answers} == {Standing.INVALID}
    assert not journal.held()


def test_the_centre_is_asked_with_the_birth_and_the_sex_as_they_were_typed(tmp_path):
    typed = typed_items(**TYPED | {"birth": "昭和10年00月00日", "sex": "未設定"}, today=TODAY)
    asked = []

    class Listening(Real):
        def identify(self, reference, who):
            asked.append(who)
            return super().identify(reference, who)

    with Journal(tmp_path / "another.db", lambda: NOW) as kept:
        entry = kept.begin("desk", "reader")
        items = {"name": typed.name, "address": typed.address}
        kept.hold(entry.id, **items, birth=typed.birth, sex=typed.sex, reason="down")
        entry.end("held")
        assert len([*ask_held(kept, Listening())]) == 1
    assert [(each.name, each.birth, each.sex) for each in asked] == [
        (typed.name, typed.birth, typed.sex)
    ]
    assert (typed.birth, typed.sex) == (PartialDate(1935, 0, 0), Sex.UNSET)


def test_what_the_centre_answers_later_is_a_visit_of_its_own(journal):
    list(ask_held(journal, Real(Standing.WELFARE_UNREGISTERED)))
    visits = [*journal.visits()][3:]
    assert [visit.profile for visit in visits] == ["held"] * 3
    assert [visit.reader for visit in visits] == ["held 1", "held 2", "held 3"]
    assert {visit.fact("eligibility") for visit in visits} == {"welfare_unregistered"}
    assert {visit.outcome for visit in visits} == {"welfare_unregistered"}
    assert not any(visit.is_test for visit in visits)


def test_a_simulated_answer_lets_nobody_go_and_is_marked(journal):
    answers = [*ask_held(journal, SimulatedCentre())]
    assert [answer.is_simulated for _, answer in answers] == [True] * 3
    assert names(journal) == ["一郎", "二郎", "三郎"]
    visits = [*journal.visits()][3:]
    assert all(visit.is_test for visit in visits)
    assert {visit.outcome for visit in visits} == {"held"}


def test_in_a_test_only_people_of_tests_are_asked_about_and_let_go(journal):
    visit = journal.begin("desk", "usb:1")
    journal.hold(visit.id, name="四郎", **HELD)
    visit.end("held", is_test=True)
    [(asked, _)] = ask_held(journal, SimulatedCentre(), is_test=True)
    assert asked.visit == visit.id
    assert names(journal) == ["一郎", "二郎", "三郎"]
    assert [*journal.visits()][-1].is_test


def test_a_real_centre_is_not_asked_about_people_of_tests(journal):
    visit = journal.begin("desk", "usb:1")
    journal.hold(visit.id, name="四郎", **HELD)
    visit.end("held", is_test=True)
    assert [held.name for held, _ in ask_held(journal, Real())] == ["一郎", "二郎", "三郎"]
    assert names(journal) == ["四郎"]


@pytest.mark.parametrize("error", [CentreUnreachable(), CentreBusy()])
def test_while_it_is_down_all_are_kept_and_it_is_asked_once(journal, error):
    asked = []
    centre = SimulatedCentre(fails=repeat(error), sleep=asked.append)
    with pytest.raises(type(error)):
        next(ask_held(journal, centre))
    assert len(journal.held()) == 3
    assert len(asked) == 1


def test_one_that_the_centre_refuses_stays_and_keeps_nobody_else_waiting(journal):
    refusal = CentreFailed("E1")
    answers = [*ask_held(journal, Real(fails=[refusal]))]
    assert answers[0][1] is refusal
    assert names(journal) == ["一郎"]
    assert len([*ask_held(journal, Real())]) == 1
    assert not journal.held()


@pytest.mark.parametrize("step", [{"validity": "new"}, {"item": "new"}, {"prescription": "new"}])
def test_one_whose_answers_are_not_understood_stays_and_keeps_nobody_else_waiting(journal, step):
    entry = journal.begin("desk", "reader")
    journal.hold(entry.id, name="四郎", **HELD)
    entry.step("certificate", **{"validity": "normal"} | step)
    entry.step("consent", **{"item": "surgery", "state": "given"} | step)
    entry.end("held", why="centre_down")
    answers = [answer for _, answer in ask_held(journal, Real())]
    assert type(answers[-1]) is HeldError
    assert names(journal) == ["四郎"]


def test_somebody_whose_answer_nobody_took_stays_held(journal):
    answers = ask_held(journal, Real())
    next(answers)
    answers.close()  # the program ended before it could show the answer
    assert names(journal) == ["一郎", "二郎", "三郎"]
