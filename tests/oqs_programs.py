"""Programs of receptions that read face results, each as it learns of a file; written from public
descriptions of chart programs, and with none of our own code.

Each runs in a thread. `found`: the bytes of each file that it took, by name; `again`: names that it
took for a second file; `torn`: names that it read in the middle of being written.
"""

import re
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from threading import Event, Thread
from xml.etree import ElementTree

from inotify_simple import INotify, flags

NOW = datetime(2026, 11, 29, 12, tzinfo=timezone(timedelta(hours=9)))
_FACE = re.compile(r"\AOQSsiquc01res_face_.+_(\d{14})\.xml\Z", re.IGNORECASE)
_MOST = 4 * 1024 * 1024
_LOOK_S = 0.02  # they look each second; the tests have less time
_SECOND_LOOK_S = 0.3


class Program:
    """Base: watches `folder` until it is left."""

    def __init__(self, folder):
        self.folder = folder
        self.found, self.again, self.torn = {}, [], []
        self._end = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._begin()
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._end.set()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _begin(self):
        pass

    def _take(self, path):
        """Read at once, as it stands."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return
        if not _is_whole(data):
            self.torn.append(path.name)
        elif path.name in self.found:
            self.again.append(path.name)
        else:
            self.found[path.name] = data

    def _run(self):
        while not self._end.wait(_LOOK_S):
            self._look()


class Polls(Program):
    """Lists the folder; leaves the files where they are."""

    def _look(self):
        for path in sorted(self.folder.glob("*.xml")):
            if path.name not in self.found:
                self._take(path)


class TakesAway(Polls):
    """Lists the folder, and deletes what it has read."""

    def _look(self):
        for path in sorted(self.folder.glob("*.xml")):
            self._take(path)
            path.unlink()


class ReadsTwice(Program):
    """Takes a file once two reads 300 ms apart are equal, of today's names alone, and stops if a
    name has other content later.
    """

    def _look(self):
        today = f"{NOW:%Y%m%d}"  # there is no midnight in a test
        first = {
            path: path.read_bytes()
            for path in self.folder.iterdir()
            if (name := _FACE.match(path.name)) and name[1].startswith(today)
        }
        new = {path: data for path, data in first.items() if path.name not in self.found}
        for path in first.keys() - new.keys():
            assert self.found[path.name] == first[path]
        if new:
            self._end.wait(_SECOND_LOOK_S)
        for path, data in new.items():
            assert len(data) <= _MOST
            if path.read_bytes() == data:
                self._take(path)


class Watches(Program):
    """Is told of each event in the folder."""

    watched = flags.CREATE | flags.MOVED_TO | flags.MODIFY | flags.ATTRIB | flags.DELETE

    def _begin(self):
        self._events = INotify()
        self._folders = {self._events.add_watch(self.folder, self.watched): self.folder}

    def _run(self):
        with self._events:
            while not self._end.is_set():
                for event in self._events.read(timeout=20):
                    self._told(self._folders[event.wd] / event.name, event.mask)


class OnCreated(Watches):
    """.NET's FileSystemWatcher with Created alone, in subfolders, too; reads at once."""

    def _begin(self):
        super()._begin()
        for path in self.folder.rglob("*/"):
            self._folders[self._events.add_watch(path, self.watched)] = path

    def _told(self, path, mask):
        is_created = mask & (flags.CREATE | flags.MOVED_TO)
        if is_created and path.match("OQSsiquc01res_*.xml"):
            self._take(path)


class OnChange(Watches):
    """chokidar with `change` alone: something happens to a file that it knows, and it has another
    time, or was not read since. Reads it at once, and deletes it.
    """

    def _begin(self):
        super()._begin()
        self._known = {}

    def _told(self, path, mask):
        try:
            stat = path.stat()
        except FileNotFoundError:
            self._known.pop(path, None)
            return
        before = self._known.get(path)
        self._known[path] = stat.st_mtime_ns
        is_change = before is not None and mask & (flags.MODIFY | flags.ATTRIB)
        is_new = stat.st_atime_ns <= stat.st_mtime_ns or stat.st_mtime_ns != before
        if path.suffix == ".xml" and is_change and is_new:
            self._take(path)
            path.unlink()


class OnCreatedOrChange(Watches):
    """Either of them, and a look now and then; deletes what it has read."""

    def _told(self, path, mask):
        if path.suffix == ".xml" and path.exists():
            self._take(path)
            path.unlink(missing_ok=True)


PROGRAMS = (Polls, TakesAway, ReadsTwice, OnCreated, OnChange, OnCreatedOrChange)


def identifier_and_time(name):
    """What the name of a face result says."""
    return name.removeprefix("OQSsiquc01res_face_").removesuffix(".xml").split("_")


@contextmanager
def half_written(path, data):
    """As a program does that writes into the folder itself; inside, half of it is there."""
    half = len(data) // 2
    with path.open("wb") as file:
        file.write(data[:half])
        file.flush()
        yield
        file.write(data[half:])


def _is_whole(data):
    text = data.decode("utf-8" if b'encoding="UTF-8"' in data[:60] else "cp932", "replace")
    try:
        ElementTree.fromstring(text.partition("?>")[2])
    except ElementTree.ParseError:
        return False
    return True
