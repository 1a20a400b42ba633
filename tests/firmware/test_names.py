"""Names of the firmware's files: on CPython they lie on one path with all that is installed."""

from importlib.metadata import packages_distributions

from kazashi.sim import pico


def test_no_file_of_the_firmware_hides_a_module_of_an_installed_package():
    names = {file.stem for file in pico.device_folder("firmware").glob("*.py")}
    assert "wait" in names
    assert names & set(packages_distributions()) == set()
