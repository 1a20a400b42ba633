"""The result of a visit on the terminal: each value has its words, in either language."""

from datetime import UTC, datetime

import pytest

from kazashi.cli.result import show_result
from kazashi.reception.centre import Eligibility, Identity, Standing
from kazashi.reception.fallback import Basis
from kazashi.reception.numbers.patient import Expected, FoundBy, FoundPatient
from kazashi.reception.rules import Consents, Group, Prescription, Proof, Token, Way
from kazashi.reception.validity import Validity
from kazashi.reception.visit import Outcome, Reason, Span, Visit, Who
from kazashi.words import Language

NOW = datetime(2028, 2, 28, 9, 30, tzinfo=UTC)
SIMULATED = {"ja": "模擬(テスト用)", "en": "only simulated"}


def full(**values):
    """A visit with a value in each field."""
    fields = {
        "token": Token.CARD,
        "way": Way.PIN,
        "outcome": Outcome.HELD,
        "why": Reason.CENTRE_DOWN,
        "refused": Outcome.NOT_ANSWERED,
        "certificate_sha256": "0" * 64,
        "validity": Validity.ENDING,
        "proof": Proof.SIGNATURE,
        "identity": Identity("1", Standing.VALID, is_simulated=True),
        "consents": Consents.record([*Group], [Group.CHECKUPS], NOW),
        "shares_subsidies": True,
        "prescription": Prescription.PAPER,
        "eligibility": Eligibility("1", Standing.VALID, is_simulated=True),
        "fallback": Basis.PORTAL,
        "is_held": True,
        "is_test": True,
        "spans": (Span("verification", Who.MACHINE, 0.0, 12.0),),
    }
    return Visit("desk", **(fields | values))


@pytest.fixture(params=Language)
def shown(request, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")

    def show(visit, *, timeline=False):
        show_result(visit, request.param, timeline=timeline)
        return capsys.readouterr().out

    show.language = request.param
    return show


VALUES = {
    "outcome": Outcome,
    "refused": [None, *Outcome],
    "why": [None, *Reason],
    "token": [None, *Token],
    "way": [None, *Way],
    "validity": [None, *Validity],
    "proof": Proof,
    "prescription": [None, *Prescription],
    "fallback": [None, *Basis],
    "eligibility": [None, *(Eligibility("1", each) for each in Standing)],
    "shares_subsidies": [None, True, False],
    "is_held": [True, False],
}


@pytest.mark.parametrize("field", VALUES)
def test_no_two_values_of_a_field_read_alike(shown, field):
    results = [shown(full(**{field: value})) for value in VALUES[field]]
    assert len({*results}) == len(results)


def test_each_fact_has_its_line(shown):
    assert shown(full()).count("\n") == 15


def test_the_timeline_has_each_step(shown):
    assert "verification" in shown(full(), timeline=True)
    assert "verification" not in shown(full())


def test_what_did_not_happen_is_not_shown(shown):
    assert shown(Visit("desk")).count("\n") == 1


@pytest.mark.parametrize("part", ["identity", "eligibility"])
def test_a_simulated_answer_is_marked_even_if_it_is_the_only_one(shown, part):
    others = {"identity": None, "eligibility": None, "is_test": False}
    assert SIMULATED[shown.language] in shown(full(**(others | {part: getattr(full(), part)})))
    assert SIMULATED[shown.language] not in shown(full(**others))


def test_the_clinics_number_and_what_is_expected_are_shown_and_what_the_answer_lacks(shown):
    expects = tuple(Expected)
    lacking, having = (
        shown(full(patient=FoundPatient("0012", FoundBy.BOTH, expects=expects, missing=missing)))
        for missing in (expects, ())
    )
    for text in (lacking, having):
        assert all(each in text for each in ("0012", "生活保護", "医療費助成"))
    assert ("医療券" in lacking, "医療券" in having) == (True, False)
    assert "0012" not in shown(full())
