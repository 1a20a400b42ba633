"""A service for each file of tests, its readers replaced below `Reader`; a test finds it idle."""

from dataclasses import replace
from time import monotonic

import pytest

import faces
from kazashi.reception import taps
from kazashi.reception.configuration import Configuration
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.face.engine import open_matcher
from kazashi.reception.face.settings import FaceSettings
from kazashi.reception.place import Faces
from kazashi.reception.settings import load
from kazashi.serve import desk as desk_module
from kazashi.serve import equipment, guard
from kazashi.serve.screen import Step
from served_desks import at_desk, served
from site_waits import until
from table_line import FakeTable


@pytest.fixture(scope="module")
def patched():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module", autouse=True)
def is_impatient(patched):
    """Nobody reads the last screens; what cannot be used is not waited for so long."""
    for name, seconds in {"_READ_S": 0.0, "_TAKEN_LOOK_S": 0.01, "_REOPEN_S": 0.02}.items():
        patched.setattr(desk_module, name, seconds)
    patched.setattr(guard, "_RATE", 100_000.0)
    patched.setattr(guard, "_BURST", 100_000.0)
    patched.setattr(taps, "_REMOVAL_S", 0.1)
    patched.setattr(taps, "_SETTLE_S", 0.1)


@pytest.fixture(scope="session")
def configuration(tmp_path_factory):
    """With an engine that knows the faces of faces.py; attempts are a desk's own."""
    file = faces.configure(tmp_path_factory.mktemp("models"), least_width_px=100)
    matcher = open_matcher(FaceSettings.of(load(file), file.parent))
    configured = Configuration.read(None)
    return lambda: replace(configured, faces=Faces(matcher, Attempts(60.0, monotonic)))


@pytest.fixture(scope="module")
def site(patched, configuration, tmp_path_factory):
    """Two desks."""
    patched.setattr(equipment, "_table", lambda _url: FakeTable())
    folder = tmp_path_factory.mktemp("site")
    with served(folder, ["sim:", "sim:"], configuration=configuration) as site:
        until(lambda: all(map(is_idle, site.service.desks.values())))
        yield site


def is_idle(desk):
    """And it is known what its reader is, which a desk looks at as soon as it is idle."""
    return desk.display.screen.step is Step.IDLE and desk.reader.health


@pytest.fixture
def table(site):
    """What lies on the reader of desk 1; afterwards nothing does, and the desk is idle."""
    table = site.service.desks["1"].equipment.table
    yield table
    table.error = None
    table.plug_in()
    table.take_away()
    display = site.service.desks["1"].display
    display.stop()
    display.let_go()
    with site.program() as program, at_desk(program) as person:
        person.until(step="idle")


@pytest.fixture
def program(site):
    with site.program() as program:
        yield program


@pytest.fixture
def patient(site):
    with site.patient() as patient:
        yield patient


@pytest.fixture
def staff(site):
    with site.staff() as staff:
        yield staff


@pytest.fixture
def person(site, table, program):
    """A program in the place of the people at desk 1."""
    with at_desk(program) as person:
        person.until(step="idle")
        until(lambda: is_idle(site.service.desks["1"]))
        yield person
