"""At home, consent lasts while care goes on, and the centre is asked again without the card.

Source: 居宅同意取得型 (ijnethp.com; CLINICS help 9360084).
"""

import pytest

from kazashi.reception.care import CareFlaw, NoCare, ask_again, end_care
from kazashi.reception.centre import CentreUnreachable, Standing
from kazashi.reception.people import AskConsents
from kazashi.reception.rules import Group, Item, State, Way
from reception_desk import Listening


def visit_at_home(counter, groups=(Group.TREATMENT,), profile="home"):
    """The number of a visit."""
    counter.lay()
    counter.check_in(Way.PIN, {AskConsents: list(groups)}, profile=profile)
    *_, visit = counter.journal.visits()
    return visit.id


def test_consent_at_home_has_no_end_and_eligibility_is_asked_again_without_the_card(counter):
    number = visit_at_home(counter)
    reference = counter.journal.visit(number).fact("reference")
    counter.take_away()
    centre = Listening()
    answer = ask_again(counter.journal, centre, number, is_test=True)
    assert answer.standing is Standing.VALID
    [completion] = centre.completions
    assert completion.reference == reference
    given = [each.item for each in completion.consents.items if each.state is State.GIVEN]
    assert given == list(Group.TREATMENT.items)
    assert completion.consents.state(Item.SURGERY) is State.NONE
    *_, kept = counter.journal.visits()
    assert (kept.profile, kept.outcome, kept.is_test) == ("care", "checked_in", True)


def test_a_simulated_answer_is_believed_in_a_test_alone(counter):
    number = visit_at_home(counter)
    ask_again(counter.journal, Listening(), number)
    *_, kept = counter.journal.visits()
    assert kept.outcome == "not_answered"


def test_after_the_end_of_care_nothing_is_asked(counter):
    number = visit_at_home(counter)
    end_care(counter.journal, number)
    centre = Listening()
    for again in (lambda: ask_again(counter.journal, centre, number), None):
        with pytest.raises(NoCare) as error:
            again() if again else end_care(counter.journal, number)
        assert error.value.flaw is CareFlaw.ENDED
    assert centre.completions == []
    *_, kept = counter.journal.visits()
    assert kept.is_test  # as the visit was
    states = {step.facts["state"] for step in kept.steps if step.name == "consent"}
    assert states == {"expired"}


@pytest.mark.parametrize(
    ("groups", "profile"), [((), "home"), ((Group.TREATMENT,), "desk")], ids=["none", "24 hours"]
)
def test_without_a_consent_that_goes_on_nothing_is_asked(counter, groups, profile):
    number = visit_at_home(counter, groups, profile)
    with pytest.raises(NoCare) as error:
        ask_again(counter.journal, Listening(), number)
    assert error.value.flaw is CareFlaw.NO_CONSENT


def test_a_visit_that_is_not_there_is_named(counter):
    with pytest.raises(NoCare) as error:
        ask_again(counter.journal, Listening(), 999)
    assert (error.value.visit, error.value.flaw) == (999, CareFlaw.NO_SUCH_VISIT)


def test_a_centre_that_is_down_leaves_the_care_as_it_was(counter):
    number = visit_at_home(counter)
    with pytest.raises(CentreUnreachable):
        ask_again(counter.journal, Listening(fails=[CentreUnreachable()]), number)
    assert ask_again(counter.journal, Listening(), number, is_test=True).standing is Standing.VALID
