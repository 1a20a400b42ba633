"""An answer that comes after its time-out is found by the session's number, once."""

from dataclasses import replace

import pytest

from kazashi.oqs.centre import FileCentre
from kazashi.oqs.errors import OqsBroken, OqsUnopened
from kazashi.oqs.exchange import Exchange
from kazashi.oqs.ledger import Ledger
from kazashi.reception.centre import CentreFailed, CentreUnreachable, NoCentre, Standing
from oqs_asking import ITEMS, NOON, PLACE, REFERENCE, ask, hurried
from oqs_terminal import PERSON, answer, fails, nothing, says
from site_waits import until


def test_nothing_is_sent_twice_and_a_late_answer_is_found_by_the_sessions_number(centre, play):
    played = play(nothing)
    with pytest.raises(CentreUnreachable):
        ask(hurried(centre))
    until(lambda: played.requests)
    with pytest.raises(CentreFailed):  # not there yet
        ask(centre, ITEMS, "later1")
    path = centre.exchange.terminal.responses / played.names[0].replace("req_", "res_")
    path.write_bytes(answer(played.requests[0]))
    for other in ((), ("another",)):
        with pytest.raises(NoCentre):
            ask(centre, replace(ITEMS, references=other), "later2")
    identity = ask(centre, ITEMS, "later3")
    assert (identity.standing, identity.final.insurance) == (Standing.VALID, (PERSON,))
    assert ask(centre, ITEMS, "later4").standing is Standing.VALID  # a kill may have lost it
    centre.settled(ITEMS.references)
    with pytest.raises(NoCentre):  # nothing is open any more
        ask(centre, ITEMS, "later5")
    assert len(played.requests) == 1
    assert path.exists()  # what others may read is not ours to delete


def test_a_late_answer_that_is_half_is_told_and_found_once_it_is_whole(centre, play):
    played = play(nothing)
    with pytest.raises(CentreUnreachable):
        ask(hurried(centre))
    until(lambda: played.requests)
    path = centre.exchange.terminal.responses / played.names[0].replace("req_", "res_")
    path.write_bytes(answer(played.requests[0])[:200])
    with pytest.raises(OqsBroken) as broken:
        ask(centre, ITEMS, "later1")
    assert broken.value.file == path
    path.write_bytes(answer(played.requests[0]))
    assert ask(centre, ITEMS, "later2").standing is Standing.VALID


@pytest.mark.parametrize(
    "late",
    [{"people": (), "QualificationValidity": "4"}, {"people": (PERSON | {"Name": "後●　六子"},)}],
)
def test_a_late_answer_is_found_whatever_name_it_has(centre, play, late):
    played = play(nothing)
    with pytest.raises(CentreUnreachable):
        ask(hurried(centre))
    until(lambda: played.requests)
    path = centre.exchange.terminal.responses / played.names[0].replace("req_", "res_")
    says(**late)(played.requests[0], path)
    assert len(ask(centre, ITEMS, "later").final.insurance) == len(late["people"])


def test_a_late_failure_is_told_and_closes_its_request(centre, play):
    played = play(nothing)
    with pytest.raises(CentreUnreachable):
        ask(hurried(centre))
    until(lambda: played.requests)
    path = centre.exchange.terminal.responses / played.names[0].replace("req_", "res_")
    fails(b"broken")(played.requests[0], path)
    with pytest.raises(CentreFailed) as failed:
        ask(centre, ITEMS, "later1")
    assert failed.value.code == "broken"
    with pytest.raises(NoCentre):
        ask(centre, ITEMS, "later2")


def test_an_answer_that_cannot_be_opened_does_not_hide_another(centre, play):
    played = play(nothing, nothing)
    for reference in (REFERENCE, "another"):
        with pytest.raises(CentreUnreachable):
            ask(hurried(centre), reference=reference)
    until(lambda: len(played.requests) == 2)
    names = [each.replace("req_", "res_") for each in played.names]
    closed, open_ = (centre.exchange.terminal.responses / each for each in sorted(names))
    closed.mkdir()
    items = replace(ITEMS, references=(REFERENCE, "another"))
    with pytest.raises(OqsUnopened):
        ask(centre, items, "later1")
    asked = played.requests[played.names.index(open_.name.replace("res_", "req_"))]
    open_.write_bytes(answer(asked))
    assert ask(centre, items, "later2").standing is Standing.VALID


def test_a_late_answer_survives_the_program(centre, play, terminal, tmp_path):
    played = play(nothing)
    with pytest.raises(CentreUnreachable):
        ask(hurried(centre))
    until(lambda: played.requests)
    says()(played.requests[0], terminal.responses / played.names[0].replace("req_", "res_"))
    again = FileCentre(Exchange(terminal, PLACE, Ledger(tmp_path / "asked"), lambda: NOON))
    assert ask(again, ITEMS).standing is Standing.VALID
    assert len(played.requests) == 1
