"""What each command imports: the simulator, pictures and cryptography only where they are used."""

import ast
import inspect
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kazashi import reception
from kazashi.cli import TOPICS, command
from served import on_tcp

_SIMULATOR = ("kazashi.sim", "kazashi.bench", "kazashi.testing", "rp2040py", "littlefs")
_PICTURES = ("PIL", "cv2", "numpy", "matplotlib")
_CRYPTOGRAPHY = ("cryptography",)
_ALL = (*_SIMULATOR, *_PICTURES, *_CRYPTOGRAPHY, "pydantic")

# Imports of these names fail, whoever asks for them. The last line is the commands' statuses.
_RUN = """
import sys
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if any(name == each or name.startswith(each + ".") for each in {refused}):
            raise SystemError("REFUSED " + name)
sys.meta_path.insert(0, Refusing())
from kazashi_entry import main
statuses = []
for words in {commands}:
    sys.argv = ["kazashi", *words.split()]
    try:
        main()
    except SystemExit as ended:
        statuses.append(ended.code)
print(statuses)
"""

# Without a reader: what may not be imported, the commands, and the exit status of each.
ALONE = [
    (
        _ALL,
        {
            "--help": 0,
            "list --help": 0,
            "info --help": 0,
            "doctor --help": 0,
            "flash --help": 0,
            "monitor --help": 0,
            "journal --help": 0,
            "journal list --journal none.db": 1,
            "stats --help": 0,
            "held --help": 0,
            "held --journal none.db": 1,
        },
    ),
    ((*_SIMULATOR, *_PICTURES), {"read --help": 0, "checkin --help": 0}),
    (_SIMULATOR, {"face --help": 0}),
    (("kazashi.bench",), {"demo --help": 0, "simulate --help": 0}),
]
# On a reader: the same.
ON_A_READER = [
    (_ALL, {"info": 0, "doctor": 0}),
    ((*_SIMULATOR, *_PICTURES), {"read": 0}),
]


def started(commands, refused, folder):
    script = _RUN.format(refused=refused, commands=commands)
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(commands, refused, folder):
    """The status of each command, run one after the other in one process."""
    told, errors = started(commands, refused, folder).communicate(timeout=240)
    assert "REFUSED" not in errors, errors
    statuses = json.loads(told.splitlines()[-1])
    return dict(zip(commands, statuses, strict=True)), told + errors


@pytest.fixture(scope="module")
def reader():
    """The URL of a simulated reader."""
    with on_tcp("sim:?tap=0&speed=20") as url:
        yield url


@pytest.mark.parametrize(("refused", "commands"), ALONE)
def test_a_command_imports_only_what_it_needs(refused, commands, tmp_path):
    statuses, said = ended([*commands], refused, tmp_path)
    assert statuses == commands, said


def test_the_list_of_boards_imports_nothing_that_is_heavy(tmp_path):
    statuses, said = ended(["list"], _ALL, tmp_path)
    assert statuses["list"] in (0, 1), said  # whether one is attached


@pytest.mark.parametrize(("refused", "commands"), ON_A_READER)
def test_a_command_on_a_reader_imports_only_what_it_needs(refused, commands, reader, tmp_path):
    at_it = {f"{words} --reader {reader}": status for words, status in commands.items()}
    statuses, said = ended([*at_it], refused, tmp_path)
    assert statuses == at_it, said


def test_the_monitor_imports_nothing_that_is_heavy(reader, tmp_path):
    process = started([f"monitor --reader {reader}"], _ALL, tmp_path)
    line = " "
    while line and "card:" not in line:
        line = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1]
    assert line, errors


@pytest.mark.parametrize("needed", ["kazashi.sim", "PIL", "cryptography"])
def test_a_command_that_needs_what_is_refused_ends_there(needed, tmp_path):
    process = started(["demo"], (needed,), tmp_path)
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
