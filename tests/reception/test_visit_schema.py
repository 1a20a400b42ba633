"""The JSON Schema of a visit names every value that the code has, and refuses what it must."""

import json
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator, ValidationError

from kazashi.reception.centre import CertificateState, Eligibility, Identity, Standing
from kazashi.reception.fallback import Basis
from kazashi.reception.numbers.patient import Expected, FoundBy, FoundPatient
from kazashi.reception.results import ResultFile
from kazashi.reception.rules import Consents, Group, Item, Prescription, Proof, State, Token, Way
from kazashi.reception.validity import Validity
from kazashi.reception.visit import Outcome, Reason, Span, Visit, Who
from visit_schema import SCHEMA, visit_of

ENUMS = {
    "outcome": Outcome,
    "why": Reason,
    "way": Way,
    "token": Token,
    "validity": Validity,
    "proof": [each for each in Proof if each is not Proof.NONE],
    "group": Group,
    "certificate": CertificateState,
    "item": Item,
    "consent_state": State,
    "prescription": Prescription,
    "standing": Standing,
    "fallback": Basis,
    "found_by": FoundBy,
    "expected": Expected,
    "who": Who,
}


def names(enum):
    return [each.value if isinstance(each, str) else each.name.lower() for each in enum]


def test_it_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


def test_it_names_every_value():
    named = {name: definition["enum"] for name, definition in SCHEMA["$defs"].items()}
    assert named == {name: names(enum) for name, enum in ENUMS.items()}


def test_every_key_is_required():
    assert SCHEMA["required"] == list(SCHEMA["properties"])


def described(schema):
    """Its objects: the keys that it describes and requires, by the name of what holds them."""
    for name, each in schema["properties"].items():
        for inner in (each, each.get("items", {}), *each.get("anyOf", ())):
            if "properties" in inner:
                assert inner["required"] == list(inner["properties"])
                yield name, inner["required"]


def test_it_describes_each_key_of_what_a_visit_holds():
    visit = Visit(
        "desk",
        proof=Proof.SIGNATURE,
        identity=Identity("1", Standing.VALID, subsidies=("小児",)),
        consents=Consents.record([*Group], [Group.CHECKUPS], datetime.now(UTC)),
        eligibility=Eligibility("1", Standing.VALID, ({"Name": "仮名"},)),
        fallback=Basis.DECLARED_UNKNOWN,
        files=(ResultFile("face.xml", "00" * 32),),
        patient=FoundPatient("12", FoundBy.BOTH),
        spans=(Span("pin", Who.PEOPLE, 0.0, 1.0),),
    )
    told = visit_of(json.dumps(visit.to_json()))
    held = {name: [*value] for name, value in told.items() if isinstance(value, dict)}
    held |= {name: [*value[0]] for name, value in told.items() if isinstance(value, list)}
    assert held == dict(described(SCHEMA))


@pytest.mark.parametrize("basis", Basis)
def test_a_visit_without_a_card_conforms(basis):
    visit = Visit("desk", outcome=Outcome.FELL_BACK, fallback=basis)
    assert visit_of(json.dumps(visit.to_json()))["fallback"] == basis


@pytest.mark.parametrize(
    ("key", "value"),
    [("outcome", "lost"), ("way", 1), ("certificate_sha256", "00ff"), ("is_test", None)],
)
def test_what_is_not_so_is_refused(key, value):
    visit = Visit("desk", Token.CARD, Way.PIN).to_json() | {key: value}
    with pytest.raises(ValidationError):
        visit_of(json.dumps(visit))
