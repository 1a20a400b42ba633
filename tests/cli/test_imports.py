"""What each command imports: the simulator, pictures and cryptography only where they are used."""

import ast
import inspect
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kazashi import reception
from kazashi.cli import TOPICS, command
from program import running

_SIMULATOR = ("kazashi.sim", "kazashi.bench", "kazashi.testing", "rp2040py", "littlefs")
_PICTURES = ("PIL", "cv2", "numpy", "matplotlib")
_CRYPTOGRAPHY = ("cryptography",)
_ALL = (*_SIMULATOR, *_PICTURES, *_CRYPTOGRAPHY)

# Imports of these names fail, whoever asks for them.
_RUN = """
import sys
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if any(name == each or name.startswith(each + ".") for each in {refused}):
            raise SystemError("REFUSED " + name)
sys.meta_path.insert(0, Refusing())
from kazashi.cli import main
sys.argv = ["kazashi", *{arguments}]
sys.exit(main())
"""

# Without a reader: the arguments, the exit status, what may not be imported.
ALONE = [
    ("--help", 0, _ALL),
    ("list --help", 0, _ALL),
    ("info --help", 0, _ALL),
    ("doctor --help", 0, _ALL),
    ("flash --help", 0, _ALL),
    ("monitor --help", 0, _ALL),
    ("journal --help", 0, _ALL),
    ("journal list --journal none.db", 1, _ALL),
    ("read --help", 0, (*_SIMULATOR, *_PICTURES)),
    ("checkin --help", 0, (*_SIMULATOR, *_PICTURES)),
    ("held --help", 0, _ALL),
    ("held --journal none.db", 1, _ALL),
    ("face --help", 0, _SIMULATOR),
    ("demo --help", 0, ("kazashi.bench",)),
    ("simulate --help", 0, ("kazashi.bench",)),
]
# On a reader: the same.
ON_A_READER = [
    ("info", 0, _ALL),
    ("doctor", 0, _ALL),
    ("read", 0, (*_SIMULATOR, *_PICTURES)),
]


def started(arguments, refused, folder):
    script = _RUN.format(refused=refused, arguments=arguments.split())
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(arguments, refused, folder):
    process = started(arguments, refused, folder)
    told, errors = process.communicate(timeout=240)
    assert "REFUSED" not in errors, errors
    return process.returncode, told + errors


@pytest.fixture(scope="module")
def reader():
    """The URL of a simulated reader in another process."""
    serve = ("simulate", "--reader", "sim:?tap=0&speed=20", "--tcp", "127.0.0.1:0")
    with running(*serve, until="serving") as (_, line):
        yield line.split()[-1]


@pytest.mark.parametrize(("arguments", "status", "refused"), ALONE)
def test_a_command_imports_only_what_it_needs(arguments, status, refused, tmp_path):
    ended_with, said = ended(arguments, refused, tmp_path)
    assert ended_with == status, said


def test_the_list_of_boards_imports_nothing_that_is_heavy(tmp_path):
    assert ended("list", _ALL, tmp_path)[0] in (0, 1)  # whether one is attached


@pytest.mark.parametrize(("arguments", "status", "refused"), ON_A_READER)
def test_a_command_on_a_reader_imports_only_what_it_needs(
    arguments, status, refused, reader, tmp_path
):
    ended_with, said = ended(f"{arguments} --reader {reader}", refused, tmp_path)
    assert ended_with == status, said


def test_the_monitor_imports_nothing_that_is_heavy(reader, tmp_path):
    process = started(f"monitor --reader {reader}", _ALL, tmp_path)
    line = " "
    while line and "card:" not in line:
        line = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1]
    assert line, errors


@pytest.mark.parametrize("needed", ["kazashi.sim", "PIL", "cryptography"])
def test_a_command_that_needs_what_is_refused_ends_there(needed, tmp_path):
    process = started("demo", (needed,), tmp_path)
    assert f"REFUSED {needed}" in process.communicate(timeout=60)[1]


@pytest.mark.parametrize("word", TOPICS)
def test_the_list_of_commands_says_of_each_what_its_own_help_says(word):
    own = inspect.cleandoc(command(word).help).split("\n\n")[0]
    assert " ".join(own.split()) == TOPICS[word][1]


def test_each_name_of_the_reception_is_where_its_annotations_say():
    tree = ast.parse(Path(reception.__file__).read_text(encoding="utf-8"))
    imports = (
        node
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
    )
    declared = {name.name: node.module for node in imports for name in node.names}
    assert declared.keys() == {*dir(reception)} - {*vars(reception)}
    for name, module in declared.items():
        assert getattr(reception, name) is getattr(sys.modules[module], name)
