"""The centre's conversation: who this is; what the patient answers; eligibility."""

import secrets
from collections.abc import Generator
from contextlib import contextmanager

from kazashi.reception.centre import (
    REFERENCE_SIZE,
    Centre,
    CentreError,
    CertificateState,
    Completes,
    Completion,
    Eligibility,
    Holder,
    Identity,
    NoCentre,
    SlowCentre,
    Standing,
    Who,
    eligibility_of,
    facts_of,
    identity_of,
    kept_reference,
)
from kazashi.reception.japan import japan_today
from kazashi.reception.journal.facts import Fact
from kazashi.reception.on_reader import Patient
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.reception.people import AskConsents, AskPrescription, AskRegistration, AskSubsidies
from kazashi.reception.place import Place
from kazashi.reception.rules import HOUR, Consents, Group, Way
from kazashi.reception.texts import Message
from kazashi.reception.validity import Validity
from kazashi.reception.visit import OUTCOME_OF, Failure, Outcome, Reason

_STATES = {
    CertificateState.ENDED: Reason.CERTIFICATE_ENDED,
    CertificateState.REVOKED: Reason.CERTIFICATE_REVOKED,
}


def ask_before(patient: Patient) -> None:
    """Consents that are asked before the tap, at home and 資格確認限定型."""
    if patient.place.profile.consents_first:
        _ask_consents(patient, patient.place.profile.groups)


def ask_centre(patient: Patient, holder: Holder) -> None:
    """From the person to eligibility. The visit has its outcome then.

    Raises:
        Failure: the centre's answer is no coverage, or it is not asked.
        CentreError: it cannot be asked now.
    """
    place, visit = patient.place, patient.visit
    completes: Completes | None = place.component if visit.identity else place.centre
    if visit.identity is None:
        if not holder.proof.is_of_certificate and not _may_be_asked_about(patient, holder):
            return
        try:
            visit.identity = _identity_by_key(patient, holder)
        except NoCentre:
            visit.outcome, visit.why = Outcome.IDENTIFIED, Reason.NO_CENTRE
            patient.tell(Reason.NO_CENTRE.message)
            return
    assert completes is not None
    _tell_notice(patient, visit.identity)
    _check_certificate(patient, visit.identity)
    _register(patient, visit.identity)
    _ask_what_it_says(patient, visit.identity)
    completion = Completion(
        visit.identity.reference,
        visit.consents,
        visit.prescription,
        visit.registers,
        visit.shares_subsidies,
        visit.validity,
    )
    take_answer(patient, ask_eligibility(patient, completes, completion))


def _identity_by_key(patient: Patient, holder: Holder) -> Identity:
    """Raises CentreError; NoCentre also if the one that there is takes papers alone."""
    if patient.place.centre is None:
        raise NoCentre
    return ask_identity(patient, patient.place.centre, holder)


def ask_about_paper(patient: Patient, centre: Centre, paper: CertificatePaper) -> None:
    """Ask about a certificate of eligibility: the card has no part in the answer.

    Who was held is held no more: the centre has answered about them.

    Raises:
        Failure: the answer is no coverage.
        CentreError: it cannot be asked now.
    """
    identity = ask_identity(patient, centre, paper)
    _tell_notice(patient, identity)
    answer = identity.final
    if answer is None:
        answer = ask_eligibility(patient, centre, Completion(identity.reference))
    take_answer(patient, answer)
    visit = patient.visit
    if visit.is_held:
        visit.refused = Outcome.HELD
    visit.disown_card()
    visit.disown_answers()
    patient.release()


def ask_identity(patient: Patient, centre: Centre, who: Who) -> Identity:
    """Raises CentreError."""
    reference = secrets.token_hex(REFERENCE_SIZE)
    centre = centre.until(patient.cancel) if isinstance(centre, SlowCentre) else centre
    with _asking(patient, "identity", reference):
        return identity_of(centre, reference, who)


def ask_eligibility(patient: Patient, centre: Completes, completion: Completion) -> Eligibility:
    """Raises CentreError."""
    with _asking(patient, "eligibility", completion.reference):
        return eligibility_of(centre, completion)


@contextmanager
def _asking(patient: Patient, step: str, reference: str) -> Generator[None]:
    patient.begin(step)
    try:
        yield
    except CentreError as error:
        patient.note(step, reference=kept_reference(reference), error=type(error).__name__)
        raise


def take_answer(patient: Patient, answer: Eligibility) -> None:
    """Keep and tell it, a simulated one as what it is.

    Raises:
        Failure: it is no coverage.
    """
    visit = patient.visit
    visit.eligibility = answer
    patient.note("eligibility", **facts_of(answer), **_person_of(patient.place, answer))
    _mark(patient, is_simulated=answer.is_simulated)
    _require_coverage(answer.standing)
    patient.tell(_message_of(answer.standing))
    visit.outcome = Outcome.CHECKED_IN


def _person_of(place: Place, answer: Eligibility) -> dict[str, Fact]:
    return place.persons.facts_of(answer, japan_today(place.now())) if place.persons else {}


def _may_be_asked_about(patient: Patient, holder: Holder) -> bool:
    """A person without proof: the visit ends there, unless the configuration names it."""
    outcome = Outcome.FACE_ONLY if holder.way is Way.FACE else Outcome.SEEN_BY_STAFF
    if outcome in patient.place.asks_about:
        patient.tell(Message("asked-without-key"))
        return True
    patient.visit.outcome, patient.visit.why = outcome, Reason.NO_KEY
    patient.tell(Reason.NO_KEY.message)
    return False


def _check_standing(patient: Patient, identity: Identity) -> None:
    """Raises Failure: it is no coverage, and that ends the conversation."""
    if not identity.standing.is_covered:
        patient.note("identity", **facts_of(identity))
        _mark(patient, is_simulated=identity.is_simulated)
        _require_coverage(identity.standing)


def _check_certificate(patient: Patient, identity: Identity) -> None:
    """The certificate as the centre sees it, which may be stricter than its dates."""
    state, visit = identity.certificate, patient.visit
    if reason := _STATES.get(state):
        patient.note("identity", **facts_of(identity))
        patient.note("certificate", error=state)
        raise Failure(reason)
    if state is CertificateState.GRACE and visit.validity is not Validity.ELIGIBILITY_ONLY:
        visit.validity = Validity.ELIGIBILITY_ONLY
        patient.note("certificate", validity=visit.validity)
        is_phone = bool(visit.token and visit.token.is_phone)
        patient.tell(visit.validity.notice(is_phone=is_phone))


def _register(patient: Patient, identity: Identity) -> None:
    """利用登録, if the centre says that it is missing; else its standing must be coverage."""
    visit = patient.visit
    if identity.is_registered:
        _check_standing(patient, identity)
        return
    patient.note("identity", **facts_of(identity))
    is_asked = not patient.place.profile.is_emergency
    visit.registers = is_asked and bool(patient.ask(AskRegistration()))
    patient.note("registration", registers=visit.registers)
    if not visit.registers:
        raise Failure(Reason.NOT_REGISTERED)


def _ask_what_it_says(patient: Patient, identity: Identity) -> None:
    """Consents, unless they were asked before; subsidies; prescription."""
    place, visit = patient.place, patient.visit
    allowed = place.profile.groups_for(visit.validity)
    allowed = tuple(each for each in allowed if each in identity.groups)
    if place.profile.consents_first:
        _keep_consents(patient, visit.consents.within(allowed))
    else:
        _ask_consents(patient, allowed)
    if identity.subsidies and not place.profile.is_emergency:
        visit.shares_subsidies = bool(patient.ask(AskSubsidies(identity.subsidies)))
        patient.note("subsidies", shares=visit.shares_subsidies)
    if place.profile.asks_prescription and identity.asks_prescription:
        visit.prescription = patient.ask(AskPrescription())
        if visit.prescription:
            patient.note("prescription", prescription=visit.prescription.name.lower())


def _ask_consents(patient: Patient, groups: tuple[Group, ...]) -> None:
    """Silence is no consent."""
    place = patient.place
    patient.begin("consents")
    if place.profile.is_emergency:
        _keep_consents(patient, Consents.hard_to_obtain(groups))
    elif groups:
        lasts = place.profile.consents_last
        hours = lasts / HOUR if lasts else None
        agreed = patient.ask(AskConsents(groups, place.profile.is_pharmacy, hours)) or ()
        offered = [group for group in groups if group in agreed]
        _keep_consents(patient, Consents.record(groups, offered, place.now(), lasts=lasts))


def _keep_consents(patient: Patient, consents: Consents) -> None:
    if consents != patient.visit.consents:
        patient.visit.consents = consents
        patient.note_each("consent", [consent.to_facts() for consent in consents.items])


def _tell_notice(patient: Patient, identity: Identity) -> None:
    if identity.message:
        patient.tell(Message("centre-says", {"message": identity.message}))


def _mark(patient: Patient, *, is_simulated: bool) -> None:
    """A simulated answer is told as what it is."""
    if is_simulated:
        patient.tell(Message("test-centre"))


def _require_coverage(standing: Standing) -> None:
    """Raises Failure: it goes on as without a card, never with a flat 10割."""
    if not standing.is_covered:
        outcome = OUTCOME_OF[standing]
        raise Failure(Reason.NOT_COVERED, _message_of(standing), outcome=outcome)


def _message_of(standing: Standing) -> Message:
    return Message(f"standing.{standing.name.lower().replace('_', '-')}")
