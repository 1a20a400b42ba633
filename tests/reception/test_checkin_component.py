"""An approved component has the card's key sign without a PIN, through our reader and pipe."""

import logging
from dataclasses import replace
from time import monotonic

import pytest

from kazashi.errors import CardGone
from kazashi.reception.certified import CertifiedFailed, Unidentified
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.face.matching import Compared
from kazashi.reception.people import AskCodeB, AskFrame, AskPin, AskWay
from kazashi.reception.place import Faces
from kazashi.reception.rules import Proof, Way
from kazashi.reception.visit import Outcome
from kazashi.sim.authority import Authority
from kazashi.sim.person import Person
from kazashi.testing import SimulatedComponent
from kazashi.traffic import TRAFFIC
from reception_desk import Listening, commands_of, frame

LONGEST_SHORT = 5 + 255 + 1  # bytes of a command APDU of short length


class Failing(SimulatedComponent):
    """Selects the token's application, then raises `error`."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def identify(self, transmit, way, challenge):
        if self.error:
            transmit(bytes.fromhex("00a4040c0ad3921000310001010402"))
            raise self.error
        return super().identify(transmit, way, challenge)


class Naming(SimulatedComponent):
    """Names the holder of another `certificate`."""

    def __init__(self, certificate):
        super().__init__()
        self.certificate = certificate

    def identify(self, transmit, way, challenge):
        result = super().identify(transmit, way, challenge)
        return replace(result, certificate=self.certificate)


@pytest.mark.parametrize("kind", ["mynumber", "pinless", "locked"])
@pytest.mark.parametrize("way", [Way.FACE, Way.VISUAL])
def test_after_face_and_visual_check_the_key_of_the_certificate_signs(
    counter, own_faces, way, kind
):
    counter.lay(kind)
    component, centre = SimulatedComponent(), Listening()
    visit = counter.check_in(
        way, {AskFrame: frame()}, component=component, faces=own_faces, centre=centre
    )
    assert visit.outcome is Outcome.CHECKED_IN
    assert visit.proof is Proof.SIGNATURE
    assert counter.certificate().verifies(visit.signature, visit.challenge)
    assert centre.asked[0].signature == visit.signature
    assert component.asked == [way]
    assert counter.people.questions(AskPin) == []
    assert max(map(len, commands_of(counter.card))) > LONGEST_SHORT


def test_who_showed_the_pin_needs_no_component(counter):
    counter.lay()
    component = SimulatedComponent()
    visit = counter.check_in(Way.PIN, component=component)
    assert visit.outcome is Outcome.CHECKED_IN
    assert component.asked == []


def test_what_the_component_learnt_from_the_centre_is_not_asked_again(counter):
    counter.lay()
    component = SimulatedComponent(own := Listening())
    centre = Listening()
    visit = counter.check_in(Way.VISUAL, component=component, centre=centre)
    assert visit.outcome is Outcome.CHECKED_IN
    assert visit.identity.is_simulated
    assert [len(own.asked), len(own.completions)] == [1, 1]  # consents go through it, too
    assert own.completions[0].consents == visit.consents
    assert (centre.asked, centre.completions) == ([], [])


@pytest.mark.parametrize(
    "component",
    [
        SimulatedComponent(authority=Authority("somebody")),
        Failing(CertifiedFailed(Unidentified.REFUSED, "it does not like this face")),
        Failing(RuntimeError("secret")),
        Naming(b"nonsense"),
    ],
    ids=["not approved", "refuses", "breaks", "names nobody"],
)
def test_if_it_fails_the_next_way_goes_on_with_the_same_card(counter, own_faces, component):
    counter.lay()
    visit = counter.check_in(
        Way.FACE, {AskFrame: frame(), AskWay: Way.PIN}, component=component, faces=own_faces
    )
    assert counter.people.questions(AskWay)[0].ways == (Way.PIN, Way.VISUAL)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.PIN)
    assert counter.people.heard("You could not be identified. Please call the staff.")
    assert not counter.people.heard("secret")
    assert len(counter.steps("approved component")) == 1


class Slow:
    """Compares faces for longer than the reader keeps a card that was shown a code."""

    def __init__(self, reader, meanwhile=lambda: None):
        self._reader, self._meanwhile = reader, meanwhile

    def compare(self, _photo, _frame):
        self._reader.rest()
        self._meanwhile()
        return Compared(1.0, 0.5)


def compared_by(*slow):
    return Faces(Slow(*slow), Attempts(60.0, monotonic))


def test_a_card_that_its_reader_has_ended_is_taken_up_again_without_a_word(counter, shared_board):
    counter.lay()
    faces = compared_by(shared_board.reader)
    visit = counter.check_in(Way.FACE, {AskFrame: frame()}, faces=faces)
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.FACE)
    assert visit.proof is Proof.SIGNATURE
    assert len(counter.people.questions(AskCodeB)) == 1
    assert not counter.people.heard("too early")


@pytest.mark.parametrize("lies_there", ["infant", "none"])
def test_if_another_card_lies_there_or_none_it_is_asked_for_again(
    counter, shared_board, lies_there
):
    counter.lay()
    faces = compared_by(shared_board.reader, lambda: counter.lay(lies_there))
    answers = {AskFrame: frame(), AskCodeB: counter.card.person.code_b, AskWay: Way.VISUAL}
    visit = counter.check_in(Way.FACE, answers, faces=faces, timeout_s=0.1)
    assert counter.people.heard("too early")
    assert not (visit.way is Way.FACE and visit.signature)


def test_if_nothing_else_is_left_nobody_is_identified(counter):
    counter.lay("pinless")
    component = Failing(CertifiedFailed())
    visit = counter.check_in(Way.VISUAL, component=component, profile="home")
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert visit.eligibility is None


def test_a_certificate_of_somebody_else_is_refused(counter):
    counter.lay()
    somebody = Person(seed=2).certificate
    component = Naming(somebody)
    visit = counter.check_in(Way.VISUAL, component=component)
    assert visit.outcome is not Outcome.CHECKED_IN
    assert visit.eligibility is None


def test_a_card_that_leaves_is_asked_for_again(counter):
    counter.lay()
    component = Failing(CardGone())

    def lay_again():
        component.error = None
        counter.lay_again()

    visit = counter.check_in(
        Way.VISUAL, component=component, reacts={"taken away too early": lay_again}
    )
    assert visit.outcome is Outcome.CHECKED_IN
    assert visit.proof is Proof.SIGNATURE


def test_while_traffic_is_logged_no_component_runs(counter, caplog):
    counter.lay()
    component = SimulatedComponent()
    with caplog.at_level(TRAFFIC, "kazashi.link"):
        visit = counter.check_in(Way.VISUAL, component=component)
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert component.asked == []
    assert counter.people.heard("You could not be identified. Please call the staff.")


def test_nothing_that_passes_the_pipe_is_logged(counter, caplog):
    counter.lay("pinless")
    with caplog.at_level(logging.DEBUG):
        counter.check_in(Way.VISUAL, component=SimulatedComponent())
    assert not caplog.records
