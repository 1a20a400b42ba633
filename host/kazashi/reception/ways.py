"""Who is it: the patient shows a token, and one way after the other is tried with it."""

from collections.abc import Callable, Mapping
from functools import partial

from kazashi.reception.by_key import by_pin, certificate_of, on_phone
from kazashi.reception.by_sight import by_face, by_visual_check
from kazashi.reception.certified import CertifiedComponent, CertifiedFailed, identify
from kazashi.reception.face.matching import FaceNotAvailable
from kazashi.reception.on_reader import Patient
from kazashi.reception.people import NEITHER, AskToken, AskWay
from kazashi.reception.rules import CodeB, Proof, Token, Way
from kazashi.reception.taps import with_taps
from kazashi.reception.texts import Message
from kazashi.reception.visit import Failure, Follows, Reason

_MOST_TURNS = 10  # from one way to another
_RUNS: Mapping[Way, Callable[[Patient, Token], None]] = {
    Way.FACE: by_face,
    Way.PIN: by_pin,
    Way.VISUAL: by_visual_check,
    Way.ON_PHONE: on_phone,
}


def identify_patient(patient: Patient, token: Token | None, way: Way | None) -> None:
    """Begin with `token` and `way`, or ask for them; if a way fails, ask for another.

    Raises:
        Failure: nothing is left or chosen, or this card may not be used to check in.
        LinkError: the reader is gone, and did not come back.
    """
    search = _Search(patient)
    failure: Failure | None = None
    for _ in range(_MOST_TURNS):
        if token is None:
            token = search.choose_token(failure)
        try:
            patient.begin_way(token, way)
            search.ask_code_b_before(token, way)
            with_taps(patient, token, partial(search.run, token, way))
            return
        except Failure as met:
            failure = met
        if failure.follows in (Follows.FALLBACK, Follows.THE_END):
            raise failure
        token, way = search.choose_way(token, way or patient.visit.way, failure)
    raise failure or Failure(Reason.NOTHING_ENTERED)


class _Search:
    """What has failed with this patient, and what is left."""

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self._failed = set[tuple[Token, Way]]()
        self._unusable = set[Token]()

    def choose_token(self, failure: Failure | None) -> Token:
        """The patient shows card, phone or neither; a single choice is asked only after a failure.

        Raises:
            Failure: there is none, or none was chosen.
        """
        tokens = self._tokens()
        if failure is None and len(tokens) == 1:
            return tokens[0]
        if not tokens:
            raise failure or Failure(Reason.NO_WAY)
        chosen = self._patient.ask(AskToken(tokens, _told(failure)))
        if chosen == NEITHER:
            raise failure or Failure(Reason.NO_TOKEN)
        if chosen is None or chosen not in tokens:
            raise failure or Failure(Reason.NOTHING_ENTERED, follows=Follows.FALLBACK)
        return chosen

    def ask_code_b_before(self, token: Token, way: Way | None) -> None:
        """Before the tap, where the place wants it so; without it the face is not offered.

        Raises:
            Failure: it was not entered, and the face is the way that was chosen.
        """
        patient = self._patient
        may_be_face = way in (None, Way.FACE) and Way.FACE in self._ways(token)
        is_due = patient.place.code_b is CodeB.TYPED_BEFORE and patient.card is None
        if not (may_be_face and is_due) or patient.code_b:
            return
        patient.code_b = patient.ask_code_b() or ""
        if not patient.code_b:
            self._failed.add((token, Way.FACE))
            if way:
                raise Failure(Reason.NOTHING_ENTERED)

    def run(self, token: Token, way: Way | None) -> None:
        """One way, chosen first if it was not; then the approved component, if there is one."""
        patient = self._patient
        way = way or patient.visit.way or self._first_way(token)
        _RUNS[way](patient, token)
        component = patient.place.component
        if component and patient.visit.proof is not Proof.SIGNATURE:
            _certify(patient, component, way)

    def choose_way(
        self, token: Token, way: Way | None, failure: Failure
    ) -> tuple[Token | None, Way | None]:
        """How to go on after `failure`: with what lies there, else with another token.

        Raises:
            Failure: nothing is left or chosen.
        """
        patient = self._patient
        match failure.follows:
            case Follows.ANOTHER_TOKEN if failure.reason is Reason.ANOTHER_TOKEN and failure.token:
                self._unusable.discard(failure.token)
            case Follows.ANOTHER_TOKEN if failure.reason is not Reason.NOT_SENSED:
                self._unusable.add(token)
            case Follows.ANOTHER_TOKEN | Follows.ANY_WAY:
                pass
            case _ if way:
                self._failed.add((token, way))
            case _:
                raise failure  # no way was chosen
        lying = patient.visit.token if patient.card else None
        ways, follows = self._ways(token), failure.follows
        has_choice = len(ways) > 1 or (ways and follows is Follows.ANOTHER_WAY)
        if has_choice and follows is not Follows.ANOTHER_TOKEN and lying in (None, token):
            return token, self._ask_way(ways, failure)
        if lying is None or not self._ways(lying):
            patient.let_go()
        return self.choose_token(failure), None

    def _first_way(self, token: Token) -> Way:
        """With a card, the patient chooses once it was read; meanwhile nothing is lost."""
        patient = self._patient
        ways = self._ways(token)
        if not token.is_phone:
            patient.accept(certificate_of(patient.tap(token)), token)
        if not ways:
            raise Failure(Reason.NO_WAY)
        way = ways[0] if len(ways) == 1 else self._ask_way(ways, None)
        patient.begin_way(token, way)
        return way

    def _ask_way(self, ways: tuple[Way, ...], failure: Failure | None) -> Way:
        chosen = self._patient.ask(AskWay(ways, _told(failure)))
        if chosen is None or chosen not in ways:
            raise failure or Failure(Reason.NOTHING_ENTERED, follows=Follows.FALLBACK)
        return chosen

    def _tokens(self) -> tuple[Token, ...]:
        tokens = self._patient.place.profile.tokens
        return tuple(token for token in tokens if self._ways(token) and token not in self._unusable)

    def _ways(self, token: Token) -> tuple[Way, ...]:
        """Ways left with `token`, of those that work at this place."""
        place = self._patient.place
        has_no_face = isinstance(place.faces, FaceNotAvailable) or place.code_b is CodeB.NONE
        broken = {Way.FACE: has_no_face, Way.VISUAL: place.passcode is None}
        return tuple(
            way
            for way in place.profile.ways_of(token)
            if not broken.get(way) and (token, way) not in self._failed
        )


def _told(failure: Failure | None) -> Message | None:
    """What `failure` says goes with the next question, and is not said again."""
    if failure is None or failure.follows is Follows.ANY_WAY:
        return None
    failure.is_told = True
    return failure.message


def _certify(patient: Patient, component: CertifiedComponent, way: Way) -> None:
    """The approved component has the card's key sign the challenge, and may ask the centre.

    Raises:
        Failure: it did not identify the holder; FALLBACK: it found another certificate.
    """
    visit = patient.visit
    patient.begin("approved component")
    try:
        certificate, result = identify(component, patient.present_card(), way, visit.challenge)
    except CertifiedFailed as error:
        patient.note("approved component", error=type(error).__name__)
        raise Failure(Reason.COMPONENT_FAILED, error) from error
    if certificate.sha256 != visit.certificate_sha256:
        patient.note("approved component", error="another certificate")
        raise Failure(Reason.NOT_GENUINE)
    visit.signature = result.signature
    visit.proof = Proof.SIGNATURE if result.signature else Proof.COMPONENT
    visit.identity = result.identity
    patient.note("approved component", proof=visit.proof)
