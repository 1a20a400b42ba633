"""What people are told: each error has words, and both catalogues have the same ones."""

import ast
import re
import string
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from itertools import accumulate, product
from pathlib import Path
from typing import get_type_hints

import pytest

import kazashi
from every_error import every_error, import_everything
from kazashi import doctor
from kazashi.cards.errors import Doubt, FewTriesLeft, LastTry, NotGenuine, WrongCode, WrongPin
from kazashi.errors import (
    KazashiError,
    LinkError,
    NoReader,
    ReaderFault,
    ReaderSilent,
    ReaderUnplugged,
    SeveralReaders,
    VersionMismatch,
    not_installed,
)
from kazashi.oqs.errors import Block, OqsError, OqsUnpublished, OqsUnreadable, Unread
from kazashi.reception.face.matching import FaceNotAvailable, FaceNotConfigured
from kazashi.reception.journal.errors import JournalError
from kazashi.reception.numbers.errors import NumbersError
from kazashi.reception.passcode import BadPasscode, PasscodePaused
from kazashi.reception.settings import BadSettings
from kazashi.reception.typed import Mistyped
from kazashi.usb.ids import UsbId
from kazashi.words import NO_LIMIT, Language, keys_of, screen_key, words_of
from kazashi.words.compile import compiled, main, source, texts
from kazashi.words.patient import is_for_patient
from kazashi_wire.messages import Fault

import_everything()
ERRORS = [KazashiError, *every_error()]
PARTS = ("seen", "advice", "screen", "remedy")
SAMPLES = {
    int: [3],
    int | None: [1, 2, None],
    float: [1.5],
    float | None: [1.5, None],
    str: ["a"],
    date: [date(2026, 7, 31)],
    date | None: [date(2026, 7, 31), None],
    Path: [Path("/tmp/a")],
    list[str]: [["a", "b"]],
    UsbId: [UsbId(0x1209, 0xCA5A)],
    list[UsbId]: [[UsbId(0x1209, 0xCA5A), UsbId(0x1209, 0xCA5B)]],
    OqsError: [OqsUnpublished(Path("/tmp/a"), Block.SLOW)],
    OqsUnreadable: [OqsUnreadable(Unread.NOT_XML)],
    tuple[KazashiError, ...]: [(KazashiError(),)],
}


def hints_of(kind):
    """The type of each field."""
    hints = get_type_hints(kind) if is_dataclass(kind) else {}
    return {each.name: hints[each.name] for each in fields(kind)} if hints else {}


def variants(kind):
    """What chooses among the words of an error: the names of an Enum, or tries without limit."""
    for name, hint in hints_of(kind).items():
        if isinstance(hint, type) and issubclass(hint, Enum):
            return [each.name.lower().replace("_", "-") for each in hint]
        if name == "tries_left" and hint == int | None:
            return ["", NO_LIMIT]
    return [""]


def samples(kind):
    """Errors with a value in each field: one for each member of an Enum, and with no limit."""
    choices = {}
    for each in fields(kind) if is_dataclass(kind) else ():
        hint = hints_of(kind)[each.name]
        if each.init:
            is_enum = isinstance(hint, type) and issubclass(hint, Enum)
            choices[each.name] = list(hint) if is_enum else SAMPLES[hint]
    return [
        kind(**dict(zip(choices, values, strict=True))) for values in product(*choices.values())
    ]


def placeholders(text):
    """Names of the fields that a text shows."""
    found = (name for _, name, _, _ in string.Formatter().parse(text) if name)
    return {name.partition(".")[0] for name in found}


@pytest.mark.parametrize("language", Language)
def test_the_compiled_catalogue_is_that_of_the_source(language):
    assert texts(compiled(language)) == texts(source(language)), (
        "run python -m kazashi.words.compile"
    )
    assert main(["--check"]) == 0


@pytest.mark.parametrize("language", Language)
def test_japanese_and_english_have_no_error_that_gettext_would_meet(language):
    for message in source(language):
        assert not list(message.check()), message.id
        assert not message.fuzzy, message.id
    assert all(texts(source(language)).values())


def test_both_catalogues_have_the_same_keys():
    assert texts(source("ja")).keys() == texts(source("en")).keys()


def test_the_names_of_errors_are_unique_since_they_are_keys():
    names = [error.__name__ for error in ERRORS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", ERRORS)
def test_each_error_has_words_of_its_own(kind):
    keys = texts(source("en")).keys()
    own = next(iter(keys_of(kind)))
    for variant in variants(kind):
        first = next(iter(keys_of(kind, variant)))
        assert {f"{key}.{part}" for key in (first, own) for part in PARTS} & keys, first


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("language", Language)
def test_each_error_says_what_happened_and_what_to_do_with_its_fields(kind, language):
    for error in samples(kind):
        words = words_of(error, language)
        assert words.seen, error
        assert words.advice, error
        assert words.remedy, error
        assert words.screen[-1] in ".。", error
        assert "\n" not in words.line


def doctors_keys():
    """(level, key) of each finding in the source; a key without what is filled in."""
    host = Path(kazashi.__file__).parent
    rooms = ("cli", "health", "oqs", "site")
    for path in (Path(doctor.__file__), *(p for r in rooms for p in (host / r).glob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("good", "doubtful", "bad"):
                for each in ast.walk(node.args[1]):
                    if isinstance(each, ast.Constant) and each.value != "field":
                        yield ast.unparse(node.func), each.value.rstrip(".")


def test_each_finding_of_the_doctor_has_words():
    keys = texts(source("en")).keys()
    for level, key in doctors_keys():
        for part in ("seen",) if level == "good" else ("seen", "remedy"):
            above = {f"doctor.{each}.{part}" for each in accumulate(key.split("."), "{}.{}".format)}
            below = {each for each in keys if each.startswith(f"doctor.{key}.")}
            assert above & keys or any(each.endswith(part) for each in below), (key, part)


def keys_in_the_source():
    """Keys, and what keys begin with, as far as they stand in the source as such."""
    for path in Path(kazashi.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                if re.fullmatch(r"[a-z-]+\.", begin := node.values[0].value):
                    yield begin
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def keys_in_the_templates():
    """The same of the pages; those of the patient screen leave out their beginning, `screen.`"""
    for path in Path(kazashi.__file__).parent.rglob("templates/**/*.html"):
        for each in re.findall(r'"([a-z][a-z0-9.-]*[.-][a-z0-9.-]*)"', path.read_text("utf-8")):
            yield from (each, f"screen.{each}")


def test_no_key_is_unused():
    names = {name for kind in ERRORS for each in variants(kind) for name in keys_of(kind, each)}
    used = {f"{name}.{part}" for name in names for part in PARTS}
    left = texts(source("en")).keys() - used
    begins = tuple(f"doctor.{key}." for _, key in doctors_keys())
    named = {*keys_in_the_source(), *keys_in_the_templates()} - {"screen.", "screen.screen."}
    begins += tuple(each for each in named if each.endswith((".", "-")))
    begins += tuple(f"doctor.{each}" for each in named if each.endswith(("-certificate.", "disk")))
    assert not {key for key in left - named if not key.startswith(begins)}


def test_the_texts_of_a_key_show_the_same_fields():
    english = texts(source("en"))
    for key, forms in texts(source("ja")).items():
        shown = {frozenset(placeholders(form)) for form in (*forms, *english[key])}
        assert len(shown) == 1, key


@pytest.mark.parametrize(("error", "left"), [(WrongPin, 2), (WrongCode, 2), (FewTriesLeft, 2)])
def test_the_tries_left_are_said_in_both_languages(error, left):
    assert "2 tries left" in words_of(error(left)).seen
    assert "2 more" in words_of(error(left)).screen
    assert "あと2回" in words_of(error(left), Language.JAPANESE).screen
    assert "1 try left" in words_of(error(1)).seen
    assert words_of(error(1), Language.JAPANESE).screen == words_of(
        error(2), Language.JAPANESE
    ).screen.replace("2", "1")


OF_STAFF = (
    JournalError,
    NumbersError,
    BadSettings,
    BadPasscode,
    PasscodePaused,
    Mistyped,
    OqsError,
)


@pytest.mark.parametrize("kind", ERRORS)
def test_what_a_screen_says_of_an_error_is_for_patients_unless_staff_caused_it(kind):
    keys = {screen_key(error) for error in samples(kind)}
    assert all(map(is_for_patient, keys)) or issubclass(kind, OF_STAFF)


def test_what_is_not_said_anew_is_that_of_the_base():
    for error in (ReaderUnplugged(), NoReader()):
        assert words_of(error).screen == words_of(LinkError()).screen
    assert "あと1回" in words_of(LastTry(), Language.JAPANESE).screen


def test_an_enum_chooses_the_words():
    assert "trust anchors" in words_of(NotGenuine(Doubt.UNKNOWN_ISSUER)).seen
    assert "does not have the key" in words_of(NotGenuine(Doubt.COPIED_CHIP)).seen
    assert "update the reader" in words_of(VersionMismatch(2, 1)).advice
    assert words_of(ReaderFault(Fault.CHIP_REFUSED, 0x27)).seen.endswith("(code 27)")


def test_a_line_says_both_in_the_manner_of_its_language():
    error = SeveralReaders(["usb:1", "usb:2"])
    line = "several readers are attached: choose one with --reader: usb:1, usb:2"
    assert words_of(error).line == line
    silent = words_of(ReaderSilent(2.5), Language.JAPANESE)
    assert silent.line == "リーダーが2.5秒間応答していません。" + silent.advice


def test_an_error_that_has_reasons_says_theirs():
    lacks = (FaceNotConfigured(), not_installed(ImportError(name="cv2"), "face"))
    words = words_of(FaceNotAvailable(lacks))
    assert "no models are installed or configured, cv2 is not installed" in words.seen
    assert 'pip install "kazashi[face]"' in words.advice


def test_a_text_of_somebody_else_is_shown_and_never_formatted():
    said = "{tries_left} %(x)s {0}"
    assert said in words_of(SeveralReaders([said])).advice
