"""What the centre says; and if it says nothing, the visit is held with four items."""

from datetime import date

import pytest

from kazashi.cards.surface import FourItems, Sex
from kazashi.reception.centre import (
    CentreBusy,
    CentreFailed,
    CentreUnreachable,
    Standing,
)
from kazashi.reception.people import (
    BACK,
    AskCodeB,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskItemsPin,
)
from kazashi.reception.rules import Group, Item, State, Token, Way
from kazashi.reception.texts import Message
from kazashi.reception.visit import OUTCOME_OF, Outcome
from kazashi.words import Language, words_of
from reception_desk import PIN, WRONG_PIN, Listening, frame

ERRORS = [CentreUnreachable(), CentreBusy(), CentreFailed("E1234")]
TYPED = FourItems("仮名 三郎", "東京都架空区二丁目", date(1950, 4, 3), Sex.MALE)


def down():
    return Listening(fails=[CentreUnreachable()])


def items(held):
    return FourItems(held.name, held.address, held.birth, Sex(held.sex))


def items_of(person):
    return FourItems(person.name, person.address, person.birth, Sex(person.sex))


@pytest.mark.parametrize("standing", Standing)
def test_whatever_the_centre_says_is_told_and_kept(counter, standing):
    counter.lay()
    insurance = {"InsurerNumber": "01234567", "InsuredIdentificationNumber": "0042"}
    centre = Listening(standing, insurance=(insurance,))
    visit = counter.check_in(Way.PIN, centre=centre)
    assert visit.outcome is OUTCOME_OF[standing]
    answer = visit.eligibility if standing.is_covered else visit.identity
    assert (answer.standing, answer.is_simulated) == (standing, True)
    if standing.is_covered:
        assert answer.insurance == (insurance,)
    assert counter.people.heard("TEST: the answer of a simulated centre")
    told = Message(f"standing.{standing.name.lower().replace('_', '-')}")
    assert told.text(Language.ENGLISH) in counter.people.told
    (facts,) = counter.steps("eligibility" if standing.is_covered else "identity")
    assert facts == {
        "eligibility": standing.name.lower(),
        "reference": answer.reference,
        "is_test": True,
    }


def test_the_centre_is_told_who_it_is_and_what_proves_it(counter):
    counter.lay()
    centre = Listening()
    visit = counter.check_in(Way.PIN, centre=centre)
    (holder,), (completion,) = centre.asked, centre.completions
    assert holder.certificate == counter.card.person.certificate
    assert (holder.token, holder.way) == (Token.CARD, Way.PIN)
    assert (holder.signature, holder.challenge) == (visit.signature, visit.challenge)
    assert completion.reference == visit.identity.reference == visit.eligibility.reference


@pytest.mark.parametrize("profile", ["desk", "home"])  # asked after and before the tap
def test_only_consents_that_the_centre_takes_are_sent_to_it(counter, profile):
    counter.lay()
    centre = Listening(groups=(Group.CHECKUPS,))
    counter.check_in(Way.PIN, centre=centre, profile=profile)
    (completion,) = centre.completions
    given = [each.item for each in completion.consents.items if each.state is State.GIVEN]
    assert given == [Item.CHECKUPS]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_if_the_centre_says_nothing_the_visit_is_held_with_items_opened_by_the_pin(counter, error):
    card = counter.lay()
    visit = counter.check_in(Way.PIN, centre=Listening(fails=[error]))
    assert visit.outcome is Outcome.HELD
    assert visit.eligibility is None
    (held,) = counter.journal.held()
    assert items(held) == items_of(card.person)
    assert held.reason == type(error).__name__
    assert counter.people.questions(AskItemsPin) == [AskItemsPin(3)]
    assert counter.people.questions(AskFourItems) == []
    assert counter.people.heard(words_of(error).screen)
    assert counter.steps("identity")[0]["error"] == type(error).__name__
    assert counter.verifies() == [PIN.encode()] * 2


@pytest.mark.parametrize(("way", "kind"), [(Way.FACE, "mynumber"), (Way.VISUAL, "pinless")])
def test_who_showed_no_pin_opens_the_items_with_the_code_of_the_cards_face(
    counter, own_faces, way, kind
):
    card = counter.lay(kind)
    visit = counter.check_in(way, {AskFrame: frame()}, centre=down(), faces=own_faces)
    assert visit.outcome is Outcome.HELD
    assert items(counter.journal.held()[0]) == items_of(card.person)
    assert counter.people.questions(AskItemsPin) == []


@pytest.mark.parametrize("answer", [None, BACK, WRONG_PIN, "12a"])
def test_items_that_the_chip_does_not_give_are_typed(counter, answer):
    counter.lay()
    visit = counter.check_in(
        Way.PIN,
        {AskItemsPin: answer, AskFourItems: TYPED},
        centre=down(),
    )
    assert visit.outcome is Outcome.HELD
    assert items(counter.journal.held()[0]) == TYPED
    assert counter.card.text.pin.left == (2 if answer == WRONG_PIN else 3)


def test_a_last_try_is_not_used_up_for_the_items(counter):
    counter.lay()
    counter.card.text.pin.left = 1
    answers = {AskItemsPin: WRONG_PIN, AskFourItems: TYPED}
    counter.check_in(Way.PIN, answers, centre=down())
    assert counter.card.text.pin.left == 1


def test_a_card_taken_away_leaves_typing(counter):
    counter.lay()

    def take_away(_question):
        counter.air.clear()
        return PIN

    visit = counter.check_in(
        Way.PIN,
        {AskItemsPin: take_away, AskFourItems: TYPED},
        centre=down(),
    )
    assert visit.outcome is Outcome.HELD
    assert items(counter.journal.held()[0]) == TYPED


@pytest.mark.parametrize(("way", "kind"), [(Token.ANDROID, "android"), (Token.IPHONE, "iphone")])
def test_the_items_of_a_phones_holder_are_typed(counter, way, kind):
    counter.lay(kind)
    answers = {AskFourItems: TYPED}
    visit = counter.check_in(way, answers, profile="phone", centre=down())
    assert visit.outcome is Outcome.HELD
    assert items(counter.journal.held()[0]) == TYPED


def test_if_nobody_says_who_it_is_nothing_is_held_and_nothing_is_called_done(counter):
    counter.lay()
    answers = {AskItemsPin: None, AskFourItems: None, AskCodeB: None}
    visit = counter.check_in(Way.PIN, answers, centre=down())
    assert visit.outcome is Outcome.NOT_ANSWERED
    assert not visit.outcome.is_accepted()
    assert counter.journal.held() == []
    assert len(counter.people.questions(AskFallback)) == 1  # for today
    assert not counter.people.heard("You are checked in.")


def test_items_that_cannot_be_kept_are_not_called_held(counter):
    counter.lay()
    endless = FourItems("名" * 1001, TYPED.address, TYPED.birth, TYPED.sex)
    answers = {AskItemsPin: None, AskFourItems: endless}
    visit = counter.check_in(Way.PIN, answers, centre=down())
    assert visit.outcome is Outcome.NOT_ANSWERED
    assert counter.journal.held() == []


def test_a_person_held_is_in_the_journal_until_released_and_then_in_none_of_its_files(counter):
    card = counter.lay()
    counter.check_in(Way.PIN, centre=down())
    (held,) = counter.journal.held()
    name, address = card.person.name.encode(), card.person.address.encode()
    assert any(name in file.read_bytes() for file in counter.path.parent.iterdir())
    counter.journal.release(held.visit)
    assert counter.journal.held() == []
    files = [file.read_bytes() for file in counter.path.parent.iterdir()]
    assert not any(name in file or address in file for file in files)


def test_after_an_outage_the_next_patient_is_checked_in_as_ever(counter):
    counter.lay()
    centre = down()
    outcomes = [counter.check_in(Way.PIN, centre=centre).outcome for _ in range(2)]
    assert outcomes == [Outcome.HELD, Outcome.CHECKED_IN]
