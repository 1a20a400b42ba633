"""Whatever people answer, and in whatever order: a visit ends, after a bounded time, in order."""

from datetime import date

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kazashi.cards.surface import FourItems, Sex
from kazashi.reception.centre import CentreUnreachable, CertificateState, Standing
from kazashi.reception.fallback import Answer, Basis
from kazashi.reception.paper import CertificatePaper
from kazashi.reception.people import (
    NEITHER,
    AskCertificate,
    AskCodeB,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskItemsPin,
    AskLastTry,
    AskPasscode,
    AskPin,
    AskPrescription,
    AskRegistration,
    AskStaff,
    AskSubsidies,
    AskToken,
    AskWay,
    Question,
    StaffCheck,
)
from kazashi.reception.profiles import PROFILES
from kazashi.reception.rules import Group, Prescription, Token, Way
from kazashi.reception.visit import Outcome
from kazashi.testing import SimulatedComponent
from reception_desk import ASKED, NO_CENTRE, PIN, SOMEBODY_ELSE, WRONG_PIN, Listening, frame

MOST_QUESTIONS = 100
KINDS = ["mynumber", "pinless", "locked", "infant", "cloned", "expired", "android", "iphone"]
TYPED = st.builds(FourItems, st.text(max_size=2000), st.text(), st.dates(), st.sampled_from(Sex))
PAPER = CertificatePaper(
    *("01130012", "", "1234", "00", date(1950, 4, 3)), name="仮名 三郎", expires=date.max
)
BY_PAPER = (Basis.CERTIFICATE, Basis.DEFENCE)


def answers_to(question, code_b):
    """Right, wrong and senseless ones."""
    pins = st.sampled_from([PIN, WRONG_PIN]) | st.text()
    known = {
        AskToken: st.sampled_from([*Token, NEITHER]),
        AskWay: st.sampled_from(Way),
        AskPin: pins,
        AskItemsPin: pins,
        AskLastTry: st.booleans(),
        AskCodeB: st.sampled_from([code_b, "01010120301111"]) | st.text(),
        AskFrame: st.sampled_from([frame(), frame(SOMEBODY_ELSE), b""]) | st.binary(max_size=9),
        AskPasscode: st.just("0000"),
        AskStaff: st.builds(StaffCheck, st.text(), st.text(), st.booleans()),
        AskRegistration: st.booleans(),
        AskConsents: st.sets(st.sampled_from(Group)),
        AskSubsidies: st.booleans(),
        AskPrescription: st.sampled_from(Prescription),
        AskFourItems: TYPED,
        AskFallback: st.sampled_from(Answer),
        AskCertificate: st.just(PAPER),
    }
    return st.none() | known[type(question)]


def test_no_question_is_left_out():
    assert {*QUESTIONS} == {*Question.__subclasses__()}


QUESTIONS = (
    *(AskToken, AskWay, AskPin, AskItemsPin, AskLastTry, AskCodeB, AskFrame, AskPasscode),
    *(AskStaff, AskRegistration, AskConsents, AskSubsidies, AskPrescription, AskFourItems),
    *(AskFallback, AskCertificate),
)
CENTRES = st.none() | st.builds(
    Listening,
    st.sampled_from(Standing),
    registered=st.none() | st.sampled_from(Standing),
    groups=st.sets(st.sampled_from(Group)).map(lambda groups: tuple(sorted(groups))),
    subsidies=st.sampled_from([(), ("小児",)]),
    certificate=st.sampled_from(CertificateState),
    fails=st.sampled_from([(), [CentreUnreachable()]]),
)


@settings(
    max_examples=20,
    phases=[Phase.generate],  # to shrink a failure takes minutes: each example goes over a reader
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_answers_lead_to_an_outcome(counter, own_faces, data):
    profile = data.draw(st.sampled_from(list(PROFILES.values())))
    card = counter.lay(data.draw(st.sampled_from(KINDS)), tries=data.draw(st.integers(0, 3)))
    centre = data.draw(CENTRES)
    asked = []

    def answer(question):
        asked.append(question)
        assert len(asked) < MOST_QUESTIONS
        return data.draw(answers_to(question, card.person.code_b))

    begins = [ASKED, *profile.tokens, *profile.ways]
    visit = counter.check_in(
        data.draw(st.sampled_from(begins)),
        dict.fromkeys(QUESTIONS, answer),
        profile=profile.name,
        centre=NO_CENTRE if centre is None else centre,
        component=data.draw(st.sampled_from([None, SimulatedComponent()])),
        faces=own_faces,
        timeout_s=0.2,
    )
    assert visit.outcome in Outcome
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
