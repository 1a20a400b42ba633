"""Imports between the rooms of the host go one way."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

import kazashi

HOST = Path(kazashi.__file__).parent
ON_A_BOARD = ("stand_ins", "device")  # files that MicroPython runs
# Rooms of several files.
ROOMS = {
    **dict.fromkeys(
        ("limits", "gathering", "firmware_log", "traffic", "faults", "reports"), "link"
    ),
    **dict.fromkeys(("ahead", "card", "keeper", "line", "search", "returning"), "reader"),
}
OUR_OWN = ("kazashi", "kazashi_wire")

# What each room imports of the others. The emulator compiles the firmware and fills a flash with
# it, as flashing does; the rest of the simulator knows neither.
MAY_IMPORT = {
    "errors": {"kazashi_wire"},
    "words": {"errors"},
    "device_files": set(),
    "visible": set(),
    "drawing": set(),
    "link": {"errors", "visible", "kazashi_wire"},
    "usb": {"errors"},
    "discovery": {"usb", "link", "errors"},
    "reader": {"link", "errors", "kazashi_wire"},
    "cards": {"reader", "link", "errors", "kazashi_wire"},
    "reception": {"cards", "drawing", "reader", "link", "errors", "words", "kazashi_wire"},
    "oqs": {"health", "finding", "reception", "cards", "visible", "errors", "words"},
    "site": {"finding", "reception", "errors"},
    "stats": {"drawing", "reception", "errors"},
    "pcsc": {"usb", "reader", "link", "errors", "kazashi_wire"},
    "flashing": {"usb", "reader", "link", "errors", "device_files", "kazashi_wire"},
    "finding": {"words"},
    "health": {"finding", "reception"},
    "doctor": {"finding", "flashing", "usb", "reader", "link", "errors", "words", "kazashi_wire"},
    "monitor": {"cards", "reader", "link", "errors", "words", "kazashi_wire"},
    "sim": {"errors", "device_files", "kazashi_wire"},
    "sim.emulation": {"sim", "flashing", "usb", "errors", "device_files", "kazashi_wire"},
    "testing": {"sim", "reception", "cards", "reader"},
    "serve": {
        *("health", "finding"),
        *("kazashi", "testing", "reception", "cards", "pcsc", "usb", "reader", "link"),
        *("errors", "words"),
    },
    "bench": {
        *("testing", "sim", "sim.emulation", "reception", "cards", "reader", "link", "errors"),
        *("drawing", "kazashi_wire"),
    },
    "kazashi": {
        "discovery",
        "pcsc",
        "reader",
        "link",
        "errors",
        "kazashi_wire",
    },  # what a program sees first
}
EVERYTHING = ("cli",)


def imports():
    """(file, its room, the room of what it imports), but for what lies in the same room."""
    for file in sorted(HOST.rglob("*.py")):
        parts = file.relative_to(HOST).with_suffix("").parts
        if set(ON_A_BOARD).isdisjoint(parts):
            here = ("kazashi", *parts)
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                for name in names(node, here):
                    if room(name) != room(here):
                        yield file.relative_to(HOST).as_posix(), room(here), room(name)


def names(node, here):
    """The modules of ours that this statement imports, each as its parts."""
    if isinstance(node, ast.Import):
        found = [tuple(each.name.split(".")) for each in node.names]
    elif isinstance(node, ast.ImportFrom):
        above = here[: -node.level] if node.level else ()
        module = (*above, *(node.module.split(".") if node.module else ()))
        is_package = len(module) == 1 and module[0] == "kazashi"
        found = [(*module, each.name) for each in node.names] if is_package else [module]
    else:
        found = []
    return [name for name in found if name[0] in OUR_OWN]


def room(name):
    if name[:3] == ("kazashi", "sim", "emulation"):
        return "sim.emulation"
    if name[0] == "kazashi" and len(name) > 1:
        place = HOST / name[1]
        if name[1] != "__init__" and (place.is_dir() or place.with_suffix(".py").is_file()):
            return ROOMS.get(name[1], name[1])
    return name[0]


@cache
def found():
    rooms = defaultdict(set)
    for file, here, there in imports():
        rooms[here].add((there, file))
    return rooms


def test_every_room_has_its_rule():
    assert {*found()} <= {*MAY_IMPORT, *EVERYTHING}


@pytest.mark.parametrize("here", MAY_IMPORT)
def test_a_room_imports_only_what_lies_below_it(here):
    wrong = {(there, file) for there, file in found()[here] if there not in MAY_IMPORT[here]}
    assert not wrong


def test_no_room_is_below_itself():
    def below(here, path=()):
        assert here not in path, (*path, here)
        for there in MAY_IMPORT.get(here, ()):
            below(there, (*path, here))

    for here in MAY_IMPORT:
        below(here)
