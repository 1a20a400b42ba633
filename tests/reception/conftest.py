"""A counter for each test. All of them share one reader, that is as good as new after a visit."""

from time import monotonic

import pytest

import faces
from kazashi.reception import find_number, taps
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.face.engine import open_matcher
from kazashi.reception.face.settings import FaceSettings
from kazashi.reception.journal import Journal
from kazashi.reception.place import Faces
from kazashi.reception.settings import load
from kept import Clock
from reception_desk import Board, Counter


@pytest.fixture(scope="session")
def shared_board():
    board = Board()
    yield board
    board.reader.close()


@pytest.fixture
def own_board():
    """A reader that a test may break."""
    board = Board()
    yield board
    board.reader.close()


@pytest.fixture(autouse=True)
def is_impatient(monkeypatch):
    """What cannot be used lies there for ever in some tests: it is not waited for so long."""
    monkeypatch.setattr(taps, "_REMOVAL_S", 0.1)
    monkeypatch.setattr(taps, "_SETTLE_S", 0.1)


@pytest.fixture(autouse=True)
def is_unhurried(monkeypatch):
    """No map of numbers is slow, unless a test makes it so."""
    monkeypatch.setattr(find_number, "_WAIT_S", 60.0)


@pytest.fixture
def counter(shared_board, tmp_path):
    yield from _counter(shared_board, tmp_path)


@pytest.fixture
def own_counter(own_board, tmp_path):
    yield from _counter(own_board, tmp_path)


def _counter(board, folder):
    counter = Counter(board, folder / "journal.db")
    yield counter
    counter.journal.close()
    counter.take_away()


@pytest.fixture(scope="session")
def face_matcher(tmp_path_factory):
    file = faces.configure(tmp_path_factory.mktemp("models"), least_width_px=100)
    return open_matcher(FaceSettings.of(load(file), file.parent))


@pytest.fixture
def own_faces(face_matcher):
    """The real engine, and attempts that nobody has used up."""
    return Faces(face_matcher, Attempts(60.0, monotonic))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept" / "journal.db"


@pytest.fixture
def journal(path, clock):
    with Journal(path, clock) as journal:
        yield journal
