"""The interface's schema, kept in openapi.json, and held to what is answered.

After a change that is meant, write the file anew:

    uv run python tests/serve/test_schema.py
"""

import json
import sys
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kazashi.serve.app import create_app
from kazashi.serve.schema import ReaderModel, ScreenModel
from kazashi.serve.settings import ServeSettings

FILE = Path(__file__).with_name("openapi.json")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Streams have no end.
OPERATIONS = {
    each.ok().label: each.ok()
    for each in schemathesis.openapi.from_path(FILE)
    .exclude(path="/api/v1/events")
    .get_all_operations()
}
VERSION = {"version": "of the release"}


def schema_of(app):
    schema = app.openapi()
    return schema | {"info": schema["info"] | VERSION}


def without_service():
    return create_app(None, None, ServeSettings(), 8470)._app


def test_the_schema_is_the_one_that_is_kept():
    assert schema_of(without_service()) == json.loads(FILE.read_text("utf-8"))


def test_the_service_tells_its_schema(program):
    told = program.get("/api/v1/openapi.json").json()
    assert told["paths"] == json.loads(FILE.read_text("utf-8"))["paths"]


def test_each_screen_of_a_visit_has_just_the_fields_of_the_schema(person):
    person.lay("mynumber")
    person.say("way", "visual")
    person.say("passcode", "0000")
    person.until(question="staff")
    person.go_on()
    person.begin(token=None)
    person.until(question="fallback")
    for event in person.seen:
        parsed = ScreenModel.model_validate(event.screen)
        assert parsed.model_dump(mode="json", exclude_unset=True).keys() == event.screen.keys()
        if question := event.screen["question"]:
            assert question.keys() <= type(parsed.question).model_fields.keys()


def test_readers_have_the_fields_of_the_schema(program, person):
    for reader in program.get("/api/v1/readers").json():
        ReaderModel.model_validate({**reader, "info": {**reader["info"], "schema": "7"}})


@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_the_schema_allows_is_answered_as_it_says(site, program, name):
    operation = OPERATIONS[name]
    token = program.headers["authorization"]

    @settings(max_examples=15, suppress_health_check=[*HealthCheck], deadline=None)
    @given(operation.as_strategy())
    def ask(case):
        if "desk" in (case.path_parameters or {}):
            case.path_parameters["desk"] = "2"
        answer = case.call(base_url=site.url, headers={"authorization": token})
        case.validate_response(answer, checks=CHECKS)

    ask()


if __name__ == "__main__":
    text = json.dumps(schema_of(without_service()), indent=1, ensure_ascii=False)
    sys.exit(not FILE.write_text(text + "\n", "utf-8"))
