"""Cards with hostile files, over the whole way: a visit ends with an outcome, and is kept."""

from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from host.test_hostile_certificate import signed_anew, with_common_name_as_bits
from kazashi.reception.people import AskFrame, AskWay
from kazashi.reception.rules import Way
from kazashi.reception.visit import Outcome
from kazashi.sim.application import Data
from mutations import mutated
from reception_desk import frame

WAYS = Way.PIN, Way.FACE, Way.VISUAL


@contextmanager
def changed(application, file, change):
    """A file of a card, with other content while the block runs."""
    entry = application.files[file]
    assert isinstance(entry, Data)
    good = entry.content
    entry.content = change(good)
    try:
        yield
    finally:
        entry.content = good


def files_of(card):
    """What a check-in reads of a card."""
    return {
        "certificate": (card.jpki, 0x000A),
        "label": (card.jpki, 0x0006),
        "availability": (card.jpki, 0x0008),
        "face": (card.face, 0x0002),
        "face's certificate": (card.face, 0x0004),
    }


def certificate_of(content):
    """The certificate alone; padding stands behind it."""
    return content[: 4 + int.from_bytes(content[2:4], "big")]


def hostile(name, seed):
    def change(good):
        if name != "certificate":
            return mutated(seed, good)
        der = certificate_of(good)
        return signed_anew(der, lambda body: mutated(seed, body)) + bytes(400)

    return change


def visit_with(counter, way, faces):
    answers = {AskFrame: frame(), AskWay: lambda question: question.ways[0]}
    return counter.check_in(way, answers, faces=faces, timeout_s=0.2)


@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_whose_name_cannot_be_printed_ends_the_visit(counter, own_faces, way):
    card = counter.lay()
    with changed(card.jpki, 0x000A, with_common_name_as_bits):
        visit = visit_with(counter, way, own_faces)
    assert visit.outcome is Outcome.UNREADABLE
    assert visit.certificate_sha256 == ""
    assert visit.is_kept
    assert {each["error"] for each in counter.steps("failure")} == {"MalformedFile"}


@settings(
    max_examples=40,
    phases=[Phase.generate],  # each example goes over a reader
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    name=st.sampled_from(["certificate", "label", "availability", "face", "face's certificate"]),
    way=st.sampled_from(WAYS),
    seed=st.integers(0, 2**32),
)
def test_any_files_lead_to_an_outcome(counter, own_faces, name, way, seed):
    card = counter.lay()
    with changed(*files_of(card)[name], hostile(name, seed)):
        visit = visit_with(counter, way, own_faces)
    assert visit.outcome in Outcome
    assert visit.is_kept
    *_, kept = counter.journal.visits(limit=1)
    assert kept.outcome == visit.outcome
