"""What an integrator may rely on: the JSON Schema of a visit, applied to what `checkin` prints."""

import json
from importlib.resources import files

from jsonschema import Draft202012Validator

SCHEMA = json.loads((files("kazashi.reception") / "visit.schema.json").read_text("utf-8"))
_VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def visit_of(text):
    """The visit that `text` is, valid and with no key that the schema does not describe."""
    visit = json.loads(text)
    _VALIDATOR.validate(visit)
    assert visit.keys() == SCHEMA["properties"].keys()
    return visit


def told(done):
    """The visit that a run of `kazashi checkin --json` has printed."""
    assert done.stdout, (done.stderr, done.exception)
    return visit_of(done.stdout)
