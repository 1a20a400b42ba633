"""Names of the firmware's files and of its examinations.

On CPython the files lie on one path with all that is installed.
"""

from importlib.metadata import packages_distributions

import examine
from kazashi.sim import pico
from kazashi_wire.messages import Examination


def test_no_file_of_the_firmware_hides_a_module_of_an_installed_package():
    names = {file.stem for file in pico.device_folder("firmware").glob("*.py")}
    assert "wait" in names
    assert names & set(packages_distributions()) == set()


def test_the_examinations_stand_in_the_order_of_their_numbers():
    names = [function.__name__.removeprefix("_").upper() for function in examine._EXAMINATIONS]
    assert list(enumerate(names, 1)) == [(each.value, each.name) for each in Examination]
