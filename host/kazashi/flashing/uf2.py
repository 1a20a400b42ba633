"""Build one UF2 file for a board: MicroPython with the firmware inside."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from kazashi.device_files import device_folder
from kazashi.errors import NotInstalled
from kazashi.flashing.errors import ImageNotBuilt

from .board_files import Board


def build(board: Board, out: Path, micropython: Path | None) -> None:
    """Write the file to `out`. It takes minutes.

    `micropython`: a checkout of it, with its submodules; None: Debian's source packages.

    Raises:
        ImageNotBuilt: the build failed.
        NotInstalled: bash is missing.
        OSError: `out` cannot be written.
    """
    script = device_folder(".ci") / "rp2040-image"
    with TemporaryDirectory() as folder:
        command = ["bash", script, folder, board.name, *([micropython] if micropython else [])]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except FileNotFoundError as error:
            raise NotInstalled("bash", "apt-get install bash") from error
        except subprocess.CalledProcessError as error:
            said = (str(error.stderr).strip() or str(error)).splitlines()[-1]
            raise ImageNotBuilt(said) from error
        shutil.copyfile(done.stdout.strip(), out)
