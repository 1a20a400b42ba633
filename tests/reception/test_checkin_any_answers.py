"""Whatever people answer, and in whatever order: a visit ends, after a bounded time, in order."""

from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kazashi.cards.surface import FourItems, Sex
from kazashi.reception.centre import CentreUnreachable, CertificateState, Standing
from kazashi.reception.fallback import Answer, Basis
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.reception.passcode import Passcode
from kazashi.reception.people import (
    BACK,
    NEITHER,
    AskCertificate,
    AskCodeB,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskFront,
    AskItemsPin,
    AskLastTry,
    AskPasscode,
    AskPin,
    AskPrescription,
    AskRegistration,
    AskStaff,
    AskSubsidies,
    AskToken,
    AskTurn,
    AskWay,
    Question,
    StaffCheck,
    leads_back,
)
from kazashi.reception.profiles import PROFILES
from kazashi.reception.rules import Group, Prescription, Token, Way
from kazashi.reception.visit import Outcome
from kazashi.testing import SimulatedComponent
from kazashi.testing.passcode import TEST_PASSCODE
from reception_desk import ASKED, NO_CENTRE, PIN, SOMEBODY_ELSE, WRONG_PIN, Listening, frame

MOST_QUESTIONS = 100
KINDS = {  # on the reader, and what it is
    **dict.fromkeys(["mynumber", "pinless", "locked", "infant", "cloned", "expired"], Token.CARD),
    "android": Token.ANDROID,
    "iphone": Token.IPHONE,
}
TYPED = st.builds(FourItems, st.text(max_size=2000), st.text(), st.dates(), st.sampled_from(Sex))
PAPER = CertificatePaper(
    *("01130012", "", "1234", "00", date(1950, 4, 3)), name="仮名 三郎", expires=date.max
)
BY_PAPER = (Basis.CERTIFICATE, Basis.DEFENCE)


def mostly(usual, *others):
    """`usual` in three of four, so that visits get far."""
    return st.sampled_from([*[usual] * 3 * len(others), *others])


def usual_answers(counter, token):
    """What leads on."""
    return counter._usual() | {
        AskToken: token,
        AskWay: lambda question: question.ways[0],
        AskLastTry: True,
        AskFrame: frame(),
        AskRegistration: True,
        AskSubsidies: True,
        AskCertificate: PAPER,
    }


def any_answer(question, code_b):
    """Right, wrong, senseless and none."""
    pins = st.sampled_from([PIN, WRONG_PIN]) | st.text()
    known = {
        AskToken: st.sampled_from([*Token, NEITHER]),
        AskWay: st.sampled_from(Way),
        AskPin: pins,
        AskItemsPin: pins,
        AskLastTry: st.booleans(),
        AskCodeB: st.sampled_from([code_b, "01010120301111"]) | st.text(),
        AskFront: st.sampled_from([code_b.encode(), b"01010120301111"]) | st.binary(max_size=9),
        AskFrame: st.sampled_from([frame(), frame(SOMEBODY_ELSE), b""]) | st.binary(max_size=9),
        AskPasscode: st.sampled_from(["0000", "9999"]) | st.text(),
        AskTurn: st.just(frame()),
        AskStaff: st.builds(StaffCheck, st.text(), st.text(), st.booleans()),
        AskRegistration: st.booleans(),
        AskConsents: st.sets(st.sampled_from(Group)),
        AskSubsidies: st.booleans(),
        AskPrescription: st.sampled_from(Prescription),
        AskFourItems: TYPED,
        AskFallback: st.sampled_from(Answer),
        AskCertificate: st.sampled_from([PAPER, replace(PAPER, expires=date(2020, 1, 1))]),
    }
    back = st.just(BACK) if leads_back(question) else st.nothing()
    return st.none() | back | known[type(question)]


def test_no_question_is_left_out():
    assert {*QUESTIONS} == {*Question.__subclasses__()}


QUESTIONS = (
    *(AskToken, AskWay, AskPin, AskItemsPin, AskLastTry, AskCodeB, AskFront, AskFrame),
    *(
        AskPasscode,
        AskTurn,
        AskStaff,
        AskRegistration,
        AskConsents,
        AskSubsidies,
        AskPrescription,
        AskFourItems,
    ),
    *(AskFallback, AskCertificate),
)


class ReadsWhatIsShown:
    """A picture of a card's front is its code here."""

    def code_b(self, frame):
        return frame.decode()  # fails as an engine may


class FailsLater(Listening):
    """Is down at the second question."""

    def complete(self, completion):
        raise CentreUnreachable


CENTRES = st.builds(
    lambda kind, *which, **said: kind(*which, **said),
    mostly(Listening, FailsLater),
    mostly(Standing.VALID, *Standing),
    registered=mostly(None, *Standing),
    groups=st.sets(st.sampled_from(Group)).map(lambda groups: tuple(sorted(groups))),
    subsidies=st.sampled_from([(), ("小児",)]),
    certificate=mostly(CertificateState.VALID, *CertificateState),
    fails=mostly((), [CentreUnreachable()]),
)
COMPONENTS = st.builds(SimulatedComponent, st.none() | CENTRES)


@settings(
    max_examples=20,
    phases=[Phase.generate],  # to shrink a failure takes minutes: each example goes over a reader
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_answers_lead_to_an_outcome(counter, own_faces, data):
    """The usual answers but to some kinds of questions."""
    profile = data.draw(st.sampled_from(list(PROFILES.values())))
    kind = data.draw(mostly("mynumber", *KINDS))
    card = counter.lay(kind, tries=data.draw(mostly(3, 2, 1, 0)))
    usual = usual_answers(counter, KINDS[kind]) | {
        AskFallback: lambda question: data.draw(st.sampled_from(question.step.answers))
    }
    odd = data.draw(st.sets(st.sampled_from(QUESTIONS), max_size=4))
    asked = []

    def answer(question):
        asked.append(question)
        assert len(asked) < MOST_QUESTIONS
        if type(question) in odd:
            return data.draw(any_answer(question, card.person.code_b))
        said = usual.get(type(question))
        return said(question) if callable(said) else said

    visit = counter.check_in(
        data.draw(mostly(ASKED, None, *profile.tokens, *profile.ways)),
        dict.fromkeys(QUESTIONS, answer),
        profile=profile.name,
        centre=data.draw(mostly(CENTRES, st.just(NO_CENTRE)).flatmap(lambda each: each)),
        component=data.draw(mostly(COMPONENTS, st.none()).flatmap(lambda each: each)),
        passcode=Passcode(TEST_PASSCODE),  # its own: wrong ones make the next visits wait
        photo_from_chip=data.draw(st.booleans()),
        faces=own_faces,
        front=data.draw(st.none() | st.just(ReadsWhatIsShown())),
        timeout_s=0.2,
    )
    assert visit.outcome is not Outcome.INTERRUPTED
    assert visit.is_kept
    *_, kept = counter.journal.visits(limit=1)
    assert kept.outcome == visit.outcome
    allowed = {item for group in profile.groups for item in group.items}
    assert all(consent.item in allowed for consent in visit.consents.items)
    if visit.outcome is Outcome.CHECKED_IN:
        assert visit.is_covered
        assert visit.proof.is_of_certificate or visit.fallback in BY_PAPER
    if visit.outcome in (Outcome.FACE_ONLY, Outcome.SEEN_BY_STAFF, Outcome.IDENTIFIED):
        assert (visit.eligibility, visit.identity) == (None, None)
