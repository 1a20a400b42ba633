"""A board at MicroPython's prompt: what mpremote tells it runs here, on a folder.

Its power can be cut before any step. What was open then has what was written to it so far.
"""

import builtins
import hashlib
from contextlib import redirect_stdout
from io import StringIO
from types import SimpleNamespace

from mpremote.transport import Transport, TransportExecError

from kazashi.errors import ReaderUnplugged

PICO = "Raspberry Pi Pico with RP2040"


class FolderBoard(Transport):
    """`frozen`: modules that are part of its MicroPython."""

    def __init__(self, folder, *, machine=PICO, version=(1, 25, 0, ""), frozen=()):
        self.folder = folder
        self.frozen = frozen
        self.steps = 0
        self.cut_at = None  # the step that the power does not reach
        self._system = SimpleNamespace(
            path=["", ".frozen", "/lib"],
            modules={"wire": None},  # main.py has run
            platform="rp2",
            implementation=SimpleNamespace(_machine=machine, version=version),
        )
        self._names = {}
        self._open = []

    def files(self):
        return {file.name: file.read_bytes() for file in self.folder.iterdir()}

    def restart(self):
        """The power is back: nothing of before is open."""
        for file in self._open:
            file.close()
        self._open.clear()
        self._names = {}
        self.cut_at = None
        self.steps = 0

    def exec(self, command, data_consumer=None):
        if self.steps == self.cut_at:
            raise ReaderUnplugged
        self.steps += 1
        self._names.setdefault("__builtins__", vars(builtins) | self._builtins())
        said = StringIO()
        try:
            with redirect_stdout(said):
                exec(command, self._names)
        except Exception as error:
            name = type(error).__name__
            raise TransportExecError(b"", f"Traceback …\n{name}: {error.args[0]}") from None
        if data_consumer:
            data_consumer(said.getvalue().encode())
        return said.getvalue().encode()

    def eval(self, expression):
        self.exec(f"_ = {expression}")
        return self._names["_"]

    def _builtins(self):
        return {
            "__import__": self._import,
            "open": self._open_file,
        }

    def _open_file(self, name, mode):
        self._open.append((self.folder / name).open(mode, buffering=0))
        return self._open[-1]

    def _import(self, name, *_):
        if name in ("sys", "os", "hashlib"):
            return {"sys": self._system, "os": self._os(), "hashlib": hashlib}[name]
        if name in self.frozen and ".frozen" in self._system.path:
            return SimpleNamespace()
        raise ImportError(name)

    def _os(self):
        folder = self.folder
        return SimpleNamespace(
            ilistdir=lambda: [
                (file.name, 0x8000, 0, file.stat().st_size) for file in folder.iterdir()
            ],
            remove=lambda name: (folder / name).unlink(),
            rename=lambda old, new: (folder / old).replace(folder / new),
        )
