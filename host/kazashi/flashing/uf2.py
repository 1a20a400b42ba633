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
        UsbIdMissing, UsbIdTaken: see `Board.board_py`.
        NotInstalled: bash is missing.
        OSError: `out` cannot be written.
    """
    source = board.board_py()
    with TemporaryDirectory() as folder:
        script = _copied(Path(folder, "device"), board, source)
        command = ["bash", script, folder, board.name, *([micropython] if micropython else [])]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except FileNotFoundError as error:
            raise NotInstalled("bash", "apt-get install bash") from error
        except subprocess.CalledProcessError as error:
            said = (str(error.stderr).strip() or str(error)).splitlines()[-1]
            raise ImageNotBuilt(said) from error
        shutil.copyfile(done.stdout.strip(), out)


def _copied(folder: Path, board: Board, board_py: str) -> Path:
    """The build's script in `folder`, with all that it builds. The script looks beside itself."""
    pins = folder / "boards" / board.name
    shutil.copytree(device_folder("firmware"), folder / "firmware")
    shutil.copytree(device_folder("boards") / board.name, pins)
    (pins / "board.py").write_text(board_py, encoding="utf-8")
    script = folder / ".ci" / "rp2040-image"
    script.parent.mkdir()
    shutil.copyfile(device_folder(".ci") / script.name, script)
    return script
