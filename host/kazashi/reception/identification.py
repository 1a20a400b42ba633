"""Who is it: one way after the other, until one has found that."""

from collections.abc import Callable, Mapping
from functools import partial

from kazashi.reception.by_key import by_android, by_iphone, by_pin
from kazashi.reception.by_sight import by_face, by_visual_check
from kazashi.reception.certified import CertifiedComponent, CertifiedFailed, identify
from kazashi.reception.desk import AskWay
from kazashi.reception.eligibility import Identified
from kazashi.reception.face.matching import FaceNotAvailable
from kazashi.reception.failures import AnotherToken, Refused, TokenFailed, WayFailed
from kazashi.reception.inquiry import take_answer
from kazashi.reception.patient import Patient
from kazashi.reception.profiles import Token, Way, next_ways
from kazashi.reception.texts import NOT_GENUINE, Text, text_of
from kazashi.reception.visit import Outcome, Proof

_MOST_TURNS = 10  # from one way to another
_TOO_OFTEN = Text("ご本人と確認できませんでした。", "No way has found who it is.")

_RUNS: Mapping[Way, Callable[[Patient], None]] = {
    Way.FACE: by_face,
    Way.PIN: by_pin,
    Way.VISUAL: by_visual_check,
    Way.ANDROID: by_android,
    Way.IPHONE: by_iphone,
}


def identify_patient(patient: Patient, way: Way) -> Identified:
    """Begin with `way`; where it fails, the desk chooses among what is left.

    Raises:
        Refused: nothing is left, nobody chooses, or nobody may be checked in with such a card.
        LinkError: the reader is gone, and did not come back.
    """
    failed, unreadable = set[Way](), set[Token]()
    outcome, reason = Outcome.NOT_IDENTIFIED, _TOO_OFTEN
    for _ in range(_MOST_TURNS):
        patient.begin_way(way)
        try:
            patient.try_way(way, partial(_run, patient, way))
            return patient.identified(way)
        except AnotherToken as failure:
            outcome, reason = Outcome.NOT_IDENTIFIED, failure.reason
            unreadable.discard(failure.token)
        except TokenFailed as failure:
            outcome, reason = failure.outcome, failure.reason
            unreadable.add(failure.token)
        except WayFailed as failure:
            outcome, reason = Outcome.NOT_IDENTIFIED, failure.reason
            failed.add(way)
        ways = _ways_left(patient, failed, unreadable)
        if not ways:
            break
        chosen = patient.ask(AskWay(ways, reason))
        if chosen is None or chosen not in ways:
            raise Refused(outcome, None)
        way = chosen
    raise Refused(outcome, reason)


def _run(patient: Patient, way: Way) -> None:
    _RUNS[way](patient)
    component = patient.place.component
    if component and patient.visit.proof is not Proof.SIGNATURE:
        _certify(patient, component, way)


def _ways_left(patient: Patient, failed: set[Way], unreadable: set[Token]) -> tuple[Way, ...]:
    """With what lies there; where that leads no further, with another token."""
    place, lying = patient.place, patient.visit.token if patient.card else None
    without = failed.union(*(token.ways for token in unreadable))
    if isinstance(place.faces, FaceNotAvailable):
        without.add(Way.FACE)
    ways = next_ways(
        place.profile,
        without,
        token=lying,
        can_use_pin=patient.can_use_pin,
        can_use_face=patient.can_use_face,
    )
    if lying and not ways:
        patient.let_go()
        ways = next_ways(place.profile, without.union(lying.ways))
    return ways


def _certify(patient: Patient, component: CertifiedComponent, way: Way) -> None:
    """The approved component has the card's key sign the challenge.

    One that brings eligibility has asked for consent itself: nothing more is asked.

    Raises:
        WayFailed: it identified nobody.
        Refused: it found another certificate on the card.
    """
    visit = patient.visit
    patient.begin("approved component")
    try:
        certificate, result = identify(component, patient.present_card(), way, visit.challenge)
    except CertifiedFailed as error:
        patient.note("approved component", error=type(error).__name__)
        raise WayFailed(text_of(error)) from error
    if certificate.sha256 != visit.certificate_sha256:
        patient.note("approved component", error="another certificate")
        raise Refused(Outcome.NOT_GENUINE, NOT_GENUINE)
    visit.signature = result.signature
    visit.proof = Proof.SIGNATURE if result.signature else Proof.COMPONENT
    patient.note("approved component", proof=visit.proof)
    if result.eligibility:
        take_answer(patient, result.eligibility)
