"""A reception program that knows only the documents checks a patient in, in both ways."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kazashi.oqs.encoding import Encoding
from kazashi.oqs.faces import FaceFiles, FaceFolder
from kazashi.reception.centre import Standing
from kazashi.serve import desk as desk_module
from kazashi.serve import equipment
from kazashi.testing import SOMEBODY, SimulatedCentre
from served_desks import at_desk, served
from table_line import FakeTable

CLIENTS = Path(__file__).parent / "clients"
PROGRAM, WATCH = CLIENTS / "reception.py", CLIENTS / "watch.py"
README = Path(__file__).parents[2] / "host" / "README.md"
FOUND = {
    "QualificationValidity": "1",
    "Name": SOMEBODY["Name"],
    "NameKana": SOMEBODY["NameKana"],
    "Birthdate": SOMEBODY["Birthdate"],
    "InsurerNumber": SOMEBODY["InsurerNumber"],
    "PharmacistsInfoConsFlg": "1",
}


@pytest.fixture
def centre():
    return SimulatedCentre(insurance=(SOMEBODY,))


@pytest.fixture(params=Encoding)
def site(request, folder, tmp_path, monkeypatch, centre):
    """A desk, whose results go to the folder."""
    monkeypatch.setattr(equipment, "_table", lambda _url: FakeTable())
    monkeypatch.setattr(desk_module, "_READ_S", 0.0)
    monkeypatch.setattr(desk_module, "_TAKEN_LOOK_S", 0.01)
    journal = tmp_path / "results.db"
    with (
        FaceFiles("1319999996", [FaceFolder(folder, request.param)], journal) as results,
        served(tmp_path, ["sim:"], centre=lambda: centre, results=results) as site,
    ):
        yield site


def started(*arguments):
    command = [sys.executable, PROGRAM, *map(str, arguments)]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert program.stdout.readline() == "watching\n", program.communicate()[1]
    return program


def told(program):
    said, wrong = program.communicate(timeout=60)
    assert wrong == ""
    return [json.loads(line) for line in said.splitlines()]


def test_over_http_it_begins_the_visit_and_reads_the_file_that_is_named(site, folder):
    program = started(folder.path, f"{site.url}/api/v1", site.access.token_path)
    assert told(program) == [FOUND]


def at_the_desk(site):
    """A patient checks in at the screen."""
    with site.program() as http, at_desk(http) as person:
        person.until(step="idle")
        person.lay("mynumber")
        person.until(step="asked")
        person.go_on(way="pin")


def test_by_the_folder_alone_it_learns_of_a_patient_who_checks_in_at_the_desk(site, folder):
    program = started(folder.path)
    at_the_desk(site)
    assert told(program) == [FOUND]


@pytest.mark.parametrize("standing", [Standing.INVALID, Standing.NONE, Standing.SEVERAL])
def test_of_an_answer_without_a_result_it_tells_the_validity(standing, site, centre, folder):
    centre.standing = standing
    program = started(folder.path)
    at_the_desk(site)
    assert told(program) == [{"QualificationValidity": str(int(standing))}]


def test_of_several_results_it_tells_each(site, centre, folder):
    centre.insurance = (SOMEBODY, SOMEBODY | {"InsurerNumber": "06139999"})
    program = started(folder.path)
    at_the_desk(site)
    assert told(program) == [FOUND, FOUND | {"InsurerNumber": "06139999"}]


def test_ten_lines_print_each_patient_who_checks_in(site, folder):
    at_the_desk(site)
    command = [sys.executable, WATCH, folder.path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout.readline() == f"{SOMEBODY['Name']}\n"
        finally:
            program.kill()


def test_the_readme_shows_these_lines():
    shown = WATCH.read_text("utf-8").partition("\n")[2].strip()
    assert shown in README.read_text("utf-8")
    assert len(shown.partition("\n\n")[2].splitlines()) <= 10
