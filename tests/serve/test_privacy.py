"""What people enter reaches no log, error, event or file, and is forgotten once it was used."""

import gc
import logging

import pytest

import faces
from digits import stands_in
from kazashi.serve import api
from reception_desk import PERSON

PIN, CODE_B, PASSCODE = "4826", "99112233445566", "73915"
SECRETS = (PIN, CODE_B, PASSCODE)


@pytest.fixture
def log(caplog):
    """All that is logged, but by the client."""
    caplog.set_level(logging.DEBUG)
    for client in ("httpx", "httpcore"):
        caplog.set_level(logging.WARNING, client)
    return caplog


def visit_with_secrets(person):
    """Wrong ones, so that the card does not hold them either."""
    person.lay("mynumber")
    person.say("way", "pin")
    person.say("pin", PIN)
    person.until(question=None)
    person.say("pin", None)
    person.say("way", "visual")
    person.say("passcode", PASSCODE)
    person.until(question=None)
    person.say("passcode", None)
    person.say("way", "face")
    person.say("code b", CODE_B)
    person.until(question=None)
    person.say("code b", None)
    person.until(question=None)
    person.go_on(token="neither")


def test_a_whole_visit_leaves_no_secret_in_logs_events_and_files(site, person, log):
    visit_with_secrets(person)
    token = site.access.token_path.read_text().strip()
    texts = {
        "log": log.text + "".join(str(vars(record)) for record in log.records),
        "events": "".join(str(event) for event in person.seen),
        "result": person.client.get(f"{person.path}/result").text,
        "journal": "".join(
            path.read_bytes().decode("latin-1") for path in site.journal.parent.glob("journal*")
        ),
        "metrics": person.client.get("/metrics").text,
        "readers": person.client.get("/api/v1/readers").text,
    }
    for name, text in texts.items():
        for secret in (*SECRETS, token):
            assert not stands_in(secret, text), name


def test_a_cookie_and_a_code_reach_no_log(site, log):
    with site.staff() as staff:
        staff.get("/api/v1/desks")
        cookie = staff.headers["cookie"].partition("=")[2]
    assert cookie not in log.text


def test_what_was_entered_is_referenced_by_nothing_once_it_was_used(person):
    gc.collect()
    before = referenced()
    visit_with_secrets(person)
    person.lay(None)
    person.until(step="idle")
    gc.collect()
    assert referenced() == before


def referenced():
    """How many places in this process hold a text or bytes with a secret."""
    secrets = {*SECRETS, *(secret.encode() for secret in SECRETS)}
    return sum(
        type(each) in (str, bytes) and each in secrets
        for holder in gc.get_objects()
        for each in gc.get_referents(holder)
    )


def test_a_picture_is_referenced_by_nothing_once_it_was_compared(site, person, table):
    picture = faces.frame(PERSON) + b"\0" * 1_000_000
    person.lay("mynumber")
    person.say("way", "face")
    person.say("code b", table.card.person.code_b)
    number = person.until(question="frame")["question"]["number"]
    person.client.put(f"{person.path}/answer/{number}/picture", content=picture)
    person.until(question=None)
    person.go_on()
    del picture
    gc.collect()
    held = (each for holder in gc.get_objects() for each in gc.get_referents(holder))
    assert not [each for each in held if type(each) is bytes and len(each) > 1_000_000]


@pytest.mark.parametrize(
    "body",
    [
        '{"question": "SECRET", "answer": "SECRET"}',
        '{"question": 1, "answer": "SECRET"',
        '{"question": 1, "SECRET": "SECRET"}',
        '{"question": -1, "answer": {"SECRET": ["SECRET"]}}',
        '"SECRET"',
        "SECRET",
    ],
)
@pytest.mark.parametrize("call", ["answer", "touch", "language", "visit"])
def test_a_refusal_does_not_repeat_what_was_sent(program, call, body, log):
    headers = {"content-type": "application/json"}
    refused = program.post(f"/api/v1/desks/1/{call}", content=body, headers=headers)
    assert refused.status_code in (409, 422)
    assert "SECRET" not in refused.text
    assert "SECRET" not in log.text


def test_an_error_of_ours_is_told_and_logged_without_its_message(program, monkeypatch, log):
    monkeypatch.setattr(api.Desk, "begin", broken)
    failed = program.post("/api/v1/desks/1/visit", json={})
    assert failed.status_code == 500
    assert PIN not in failed.text
    program.get("/api/v1/desks")  # by then it was logged
    assert "ValueError" in log.text
    assert not stands_in(PIN, log.text)
    assert not [record for record in log.records if record.exc_info]


def test_fastapis_telemetry_which_records_what_was_sent_is_off(program, monkeypatch):
    from fastapi.telemetry._asgi import NativeTelemetry

    monkeypatch.setattr(NativeTelemetry, "__call__", broken)
    assert program.post("/api/v1/desks/1/answer", json={"question": "x"}).status_code == 422


def broken(*_):
    raise ValueError(f"invalid literal: {PIN}")
