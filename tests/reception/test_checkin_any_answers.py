"""Whatever people answer, and in whatever order: a visit ends, after a bounded time, in order."""

from datetime import date

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kazashi.cards.surface import FourItems, Sex
from kazashi.reception.consents import Item, Prescription
from kazashi.reception.desk import (
    AskCertificate,
    AskCodeB,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskItemsPin,
    AskLastTry,
    AskPin,
    AskPrescription,
    AskStaff,
    AskWay,
    StaffCheck,
)
from kazashi.reception.eligibility import CentreUnreachable
from kazashi.reception.fallback import Answer
from kazashi.reception.paper import CertificatePaper
from kazashi.reception.profiles import PROFILES, Way
from kazashi.reception.visit import Outcome
from reception_desk import PIN, SOMEBODY_ELSE, WRONG_PIN, Listening, frame

MOST_QUESTIONS = 100
KINDS = ["mynumber", "pinless", "locked", "infant", "cloned", "expired", "android", "iphone"]
TYPED = st.builds(FourItems, st.text(max_size=2000), st.text(), st.dates(), st.sampled_from(Sex))
PAPER = CertificatePaper(
    *("01130012", "", "1234", "00", date(1950, 4, 3)), name="仮名 三郎", expires=date.max
)


def answers_to(question, code_b):
    """Right, wrong and senseless ones."""
    pins = st.sampled_from([PIN, WRONG_PIN]) | st.text()
    known = {
        AskPin: pins,
        AskItemsPin: pins,
        AskLastTry: st.booleans(),
        AskCodeB: st.sampled_from([code_b, "01010120301111"]) | st.text(),
        AskFrame: st.sampled_from([frame(), frame(SOMEBODY_ELSE), b""]) | st.binary(max_size=9),
        AskWay: st.sampled_from(Way),
        AskConsents: st.sets(st.sampled_from(Item)),
        AskPrescription: st.sampled_from(Prescription),
        AskStaff: st.builds(StaffCheck, st.text(), st.text(), st.booleans()),
        AskFourItems: TYPED,
        AskFallback: st.sampled_from(Answer),
        AskCertificate: st.just(PAPER),
    }
    return st.none() | known[type(question)]


@settings(
    max_examples=20,
    phases=[Phase.generate],  # to shrink a failure takes minutes: each example goes over a reader
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_answers_lead_to_an_outcome(counter, own_faces, data):
    profile = data.draw(st.sampled_from(list(PROFILES.values())))
    card = counter.lay(data.draw(st.sampled_from(KINDS)), tries=data.draw(st.integers(0, 3)))
    centre = Listening(fails=data.draw(st.sampled_from([[], [CentreUnreachable()]])))
    asked = []

    def answer(question):
        asked.append(question)
        assert len(asked) < MOST_QUESTIONS
        return data.draw(answers_to(question, card.person.code_b))

    kinds = [
        *(AskPin, AskItemsPin, AskLastTry, AskCodeB, AskFrame, AskWay, AskConsents),
        *(AskPrescription, AskStaff, AskFourItems, AskFallback, AskCertificate),
    ]
    visit = counter.check_in(
        data.draw(st.sampled_from(profile.ways)),
        dict.fromkeys(kinds, answer),
        profile=profile.name,
        centre=centre,
        faces=own_faces,
        timeout_s=0.2,
    )
    assert visit.outcome in Outcome
    assert visit.is_kept
    *_, kept = counter.journal.visits(limit=1)
    assert kept.outcome == visit.outcome
    assert all(consent.item in profile.items for consent in visit.consents.items)
