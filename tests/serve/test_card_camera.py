"""Pictures of the card on the reader: 照合番号B is read off them, and nothing of it is left."""

import gc
import logging

import pytest

from kazashi.serve import equipment
from served_desks import served
from table_line import FakeTable

MARK = b"\xff\xd8 a card's front "


class Reading:
    """Reads what stands behind the mark."""

    def code_b(self, frame):
        return frame.removeprefix(MARK).rstrip(b"\0").decode() or None


@pytest.fixture(scope="module")
def site(patched, configuration, tmp_path_factory):
    """A desk with a camera above its reader."""
    patched.setattr(equipment, "_table", lambda _url: FakeTable())
    patched.setattr(equipment, "FrontReader", Reading)
    folder = tmp_path_factory.mktemp("site")
    with served(folder, ["sim:"], configuration=configuration, card_camera="C920") as site:
        yield site


def send(person, code, size=0):
    number = person.until(question="front")["question"]["number"]
    picture = MARK + code.encode() + b"\0" * size
    path = f"{person.path}/answer/{number}/picture"
    assert person.client.put(path, content=picture).status_code == 204
    person.until(question=None)


def begin(person):
    person.lay("mynumber")
    person.say("way", "face")


def test_the_code_of_two_pictures_opens_the_photo(person, table):
    begin(person)
    for _ in range(2):
        send(person, table.card.person.code_b)
    person.until(question="frame")
    questions = [event.screen["question"] for event in person.seen]
    assert "code b" not in [each["name"] for each in questions if each]


def test_what_is_not_legible_is_typed(person, table):
    begin(person)
    for _ in range(5):
        send(person, "")
    person.say("code b", table.card.person.code_b)
    person.until(question="frame")


def test_no_member_of_the_staff_sends_a_picture_of_the_card(person, staff):
    begin(person)
    number = person.until(question="front")["question"]["number"]
    path = f"{person.path}/answer/{number}/picture"
    assert staff.put(path, content=MARK).status_code == 403


def test_neither_picture_nor_code_is_left_anywhere(site, person, table, caplog):
    caplog.set_level(logging.DEBUG)
    begin(person)
    own = table.card.person.code_b
    for _ in range(2):
        send(person, own, 1_000_000)
    person.until(question="frame")
    assert own not in caplog.text
    assert own not in "".join(str(event) for event in person.seen)
    for path in site.journal.parent.glob("journal*"):
        assert own.encode() not in path.read_bytes()
    gc.collect()
    held = (each for holder in gc.get_objects() for each in gc.get_referents(holder))
    assert not [each for each in held if type(each) is bytes and len(each) > 1_000_000]


def test_a_reader_that_cannot_be_opened_leaves_the_code_to_be_typed(monkeypatch, caplog):
    def broken():
        raise OSError("/models/secret-place is not there")

    monkeypatch.setattr(equipment, "FrontReader", broken)
    assert equipment._front_reader() is None
    assert "OSError" in caplog.text
    assert "secret-place" not in caplog.text
