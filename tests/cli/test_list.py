"""`kazashi list`, with boards that are not there."""

import json
from datetime import datetime

import pytest

from kazashi.cli import listing
from kazashi.usb.ports import Attached, Change
from program import command

BOARD = Attached("usb:E66058", "/dev/ttyACM0", "E66058", "Board in FS mode", "1-2.4")


@pytest.fixture
def boards(monkeypatch):
    found = []
    monkeypatch.setattr(listing, "attached", lambda: found)
    monkeypatch.setattr(listing.PcscReaders, "urls", lambda _: [])
    return found


def test_boards_are_listed_with_their_place_on_the_bus(boards):
    boards.append(BOARD)
    done = command("list")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].split()[:4] == [
        *["usb:E66058", "/dev/ttyACM0", "1-2.4", "E66058"]
    ]
    assert json.loads(command("list", "--json").stdout) == [
        {
            "url": "usb:E66058",
            "port": "/dev/ttyACM0",
            "serial": "E66058",
            "description": "Board in FS mode",
            "location": "1-2.4",
            "bootsel": "",
        }
    ]


def test_boards_are_shown_as_they_come_and_go(monkeypatch):
    events = [Change(True, BOARD), Change(False, BOARD)]
    monkeypatch.setattr(listing, "changes", lambda _: iter(events))
    lines = command("list", "--watch").stdout.splitlines()
    board = "usb:E66058  /dev/ttyACM0  1-2.4  Board in FS mode"
    assert [line.partition(" ")[2] for line in lines] == [f"+ {board}", f"- {board}"]
    objects = [
        json.loads(line) for line in command("list", "--watch", "--json").stdout.splitlines()
    ]
    assert [each["event"] for each in objects] == ["attached", "detached"]
    assert all(each["url"] == "usb:E66058" for each in objects)
    assert all(datetime.fromisoformat(each["at"]).tzinfo for each in objects)
