"""Each message that the code can make has its words in both catalogues."""

import ast
import re
import sys
from enum import Enum
from itertools import product
from pathlib import Path

import pytest

import kazashi
from every_error import import_everything
from kazashi.reception import people
from kazashi.reception.centre import Standing
from kazashi.reception.face.presence import Turn
from kazashi.reception.fallback import Step
from kazashi.reception.people import AskConsents, AskFallback, AskPin, AskTurn, Question
from kazashi.reception.rules import Proof, Token
from kazashi.reception.validity import Validity
from kazashi.reception.visit import Outcome
from kazashi.words import Language
from kazashi.words.compile import source, texts
from kazashi.words.patient import is_for_patient

import_everything()
HOST = Path(kazashi.__file__).parent
VARIED = {
    AskPin: [AskPin(3, token) for token in Token],
    AskFallback: [*map(AskFallback, Step)],
    AskTurn: [*map(AskTurn, Turn)],
    AskConsents: [AskConsents((), is_for_dispensing=each) for each in (False, True)],
}


def enums_with_a_message():
    found = {
        kind
        for name, module in [*sys.modules.items()]
        if name.startswith("kazashi.")
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Enum) and hasattr(kind, "message")
    }
    return sorted(found, key=lambda kind: kind.__name__)


def questions():
    """One of each kind, without the fields that its words do not depend on."""
    kinds = [each for each in vars(people).values() if isinstance(each, type)]
    for kind in kinds:
        if issubclass(kind, Question) and kind is not Question:
            yield from VARIED.get(kind, [object.__new__(kind)])


def keys_of_enums():
    """Keys that begin with a word and end with a member of an Enum, as the code makes them."""
    for begin in ("place", "lies-there", "not-here"):
        yield from (f"{begin}.{token}" for token in Token)
    yield from (f"standing.{kebab(each.name)}" for each in Standing)
    yield from (f"result.outcome.{kebab(each)}" for each in Outcome)
    yield from (f"result.proof.{kebab(each)}" for each in Proof if each is not Proof.NONE)
    for validity, is_phone in product(Validity, (False, True)):
        yield validity.notice(is_phone=is_phone).key
    for each in enums_with_a_message():
        yield from (member.message.key for member in each)
    yield from (question.message.key for question in questions())


def kebab(name):
    return name.lower().replace("_", "-")


def keys_in_the_source():
    """What each call of Message says of its key: the whole, or (with a last dot) the beginning."""
    for path in HOST.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Message":
                for each in ast.walk(node.args[0]):
                    if isinstance(each, ast.Constant) and re.search(r"[a-z-]{2}", str(each.value)):
                        yield each.value


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", enums_with_a_message(), ids=lambda kind: kind.__name__)
def test_each_member_of_an_enum_has_words(kind, language):
    assert all(member.message.text(language) for member in kind)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("question", [*questions()], ids=lambda question: question.message.key)
def test_each_question_has_words(question, language):
    assert question.message.text(language)


@pytest.mark.parametrize("language", Language)
def test_each_key_made_of_an_enum_has_words(language):
    assert {*keys_of_enums()} <= texts(source(language)).keys()


@pytest.mark.parametrize("language", Language)
def test_each_key_in_the_source_has_words(language):
    known = texts(source(language)).keys()
    whole = {key for key in keys_in_the_source() if not key.endswith(".")}
    assert whole <= known


def test_no_beginning_of_a_key_is_left_out_here():
    begins = {key.rstrip(".") for key in keys_in_the_source() if key.endswith(".")}
    covered = {key.rpartition(".")[0] for key in keys_of_enums()}
    shown = {"result", "staff.number.expects", "staff.number.missing"}  # tests/cli/test_result.py
    assert begins - shown == covered


OTHERS = {  # of staff and programs, all of them
    "fallback-step",
    "fallback-hint",
    "fallback-answer",
    "fallback-basis",
    "paper-form",
    "sight-reason",
    "result",
    "type",  # on a terminal
    "yes",
    "no",
    "agreed",
    "passcode",
}


def test_all_that_the_engine_tells_or_asks_is_for_patients_or_for_staff():
    japanese = texts(source("ja"))
    whole = {key for key in {*keys_of_enums(), *keys_in_the_source()} if not key.endswith(".")}
    for key in whole:
        is_staffs = japanese[key][0].startswith("職員:") or key.split(".")[0] in OTHERS
        assert is_for_patient(key) != is_staffs, key
