"""One file to drop on a board: MicroPython with the firmware inside."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from kazashi.device_files import device_folder
from kazashi.errors import NotFlashed

from .files import Board


def build(board: Board, out: Path, micropython: Path | None) -> None:
    """Write the file to `out`. It takes minutes.

    `micropython`: a checkout of it, with its submodules; None: Debian's source packages.

    Raises:
        NotFlashed: it cannot be built here; the reason is the last that the build said.
        OSError: `out` cannot be written.
    """
    script = device_folder(".ci") / "rp2040-image"
    with TemporaryDirectory() as folder:
        command = ["bash", script, folder, board.name, *([micropython] if micropython else [])]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except FileNotFoundError as error:
            raise _not_built("bash is missing") from error
        except subprocess.CalledProcessError as error:
            raise _not_built((str(error.stderr).strip() or "nothing").splitlines()[-1]) from error
        shutil.copyfile(done.stdout.strip(), out)


def _not_built(reason: str) -> NotFlashed:
    return NotFlashed(
        f"MicroPython was not built ({reason})",
        "build it on Debian, as root where packages are missing, "
        "or name a whole checkout with --micropython",
    )
