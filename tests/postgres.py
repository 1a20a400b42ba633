"""A real PostgreSQL server of a test: killed, stopped and filled up as the test likes."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from site_waits import LIMIT_S

_USER = "postgres"


def binaries():
    """Folder of Debian's newest server; None: there is none."""
    found = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(found, key=lambda each: int(each.parent.parent.name), default=None)
    return newest and newest.parent


class Server:
    """A cluster of its own in `folder`, reached by a socket there. `mebibytes`: of its disk."""

    def __init__(self, mebibytes=None):
        self.folder = Path(tempfile.mkdtemp(prefix="kazashi-pg-", dir="/tmp"))
        self._is_mounted = mebibytes is not None
        if self._is_mounted:
            size = f"size={mebibytes}m"
            subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", self.folder], check=True)
        shutil.chown(self.folder, _USER, _USER)
        self.url = f"postgresql:///postgres?host={self.folder}&user={_USER}"
        self._process = None
        initdb = (binaries() / "initdb", "-D", self.folder / "data", "-A", "trust", "-N")
        options = ("--wal-segsize=1", "-E", "UTF8", "--no-locale")
        self._run(*initdb, *options)

    def _run(self, *command):
        subprocess.run(self._as_postgres(*command), check=True, capture_output=True, cwd="/")

    def _as_postgres(self, *command):
        if os.getuid():
            return list(command)
        as_user = f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"
        return ["setpriv", *as_user, *command]

    def start(self):
        self._begin()
        self._wait()

    def _begin(self):
        # What is killed here is a process, not the computer: no fsync is needed.
        # Autovacuum would write while a test looks at what is written.
        settings = ("listen_addresses=", "fsync=off", "min_wal_size=2MB", "max_wal_size=4MB")
        settings += ("autovacuum=off",)
        given = [word for each in settings for word in ("-c", each)]
        data = ("-D", self.folder / "data", "-k", self.folder, *given)
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)  # of one that was killed
        command = self._as_postgres(binaries() / "postgres", *data)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
        self._process = subprocess.Popen(command, **quiet)

    def _wait(self, may_end=False):
        """Until it answers. `may_end`: then it is started again."""
        until = time.monotonic() + LIMIT_S
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < until, "PostgreSQL is not ready"
                if not self.is_running:
                    assert may_end, "PostgreSQL does not start"
                    self._begin()
                time.sleep(0.05)

    def kill(self):
        """All of its processes, at once. Stopped first, it makes no more of them."""
        self.freeze()
        theirs = children(self._process.pid)
        self._signal(signal.SIGKILL)
        self._process.wait()
        while any(Path(f"/proc/{pid}").exists() for pid in theirs):
            time.sleep(0.01)

    def freeze(self):
        os.kill(self._process.pid, signal.SIGSTOP)
        self._signal(signal.SIGSTOP)

    def thaw(self):
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        for pid in (self._process.pid, *children(self._process.pid)):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def _connect(self, **options):
        return psycopg.connect(self.url, connect_timeout=round(LIMIT_S), **options)

    def rows(self, query, *values):
        with self._connect() as connection:
            return connection.execute(query, values).fetchall()

    def run(self, *statements):
        with self._connect(autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def empty(self):
        """Our schema is gone, also while others use it."""
        while True:
            try:
                return self.run("DROP SCHEMA IF EXISTS kazashi CASCADE")
            except psycopg.errors.DeadlockDetected:  # with a transaction of theirs
                pass

    @contextmanager
    def full_disk(self):
        """Nothing more can be written to its disk of `mebibytes`; PostgreSQL may end of it."""
        filler = self.folder / "filler"
        # With a buffer, what did not fit could be written again, and fail, at the end of `with`.
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(65536))
        yield
        filler.unlink()
        self._wait(may_end=True)

    @property
    def is_running(self):
        return self._process.poll() is None

    def close(self):
        if self._process and self.is_running:
            self.thaw()
            self.kill()
        if self._is_mounted:
            subprocess.run(["umount", "-l", self.folder], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def children(pid):
    """Pids of a process' children."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found
