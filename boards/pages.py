"""Writes each board's page and drawings from its board.py: `python boards/pages.py [--check]`."""

import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from draw import drawing
from wiring import BUSES, NAMES, SWITCHES, Wire, constants, wires

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Board:
    """Facts about a board besides its pins."""

    title: str
    chip: str
    has_radio: bool
    tried: str


_RP2350 = """\
**Not tried.** The firmware is compiled for its RP2350 in every test run, and has never run on one.
[The Pico](../pico/README.md) was tried most. Please tell us how it went."""

_PICO_W = """\
**Not tried.** These files ran on its RP2040, emulated; but no emulator here has the Wi-Fi chip
that its LED is wired to. Please tell us how it went."""

_PICO = """\
These files ran on an emulated RP2040 with MicroPython 1.25. Untested on a real board so far."""

_ON_THE_RADIO = """\
The LED is wired to the Wi-Fi chip, which MicroPython starts when the LED is first set. Nothing else
of that chip is used. How long this takes has not been measured."""

BOARDS = {
    "pico": Board("Raspberry Pi Pico", "RP2040", False, _PICO),
    "pico_w": Board("Raspberry Pi Pico W", "RP2040", True, _PICO_W),
    "pico2": Board("Raspberry Pi Pico 2", "RP2350", False, _RP2350),
    "pico2_w": Board("Raspberry Pi Pico 2 W", "RP2350", True, _RP2350),
}


def files(name: str) -> dict[Path, str]:
    """The generated files of a board."""
    board, folder = BOARDS[name], HERE / name
    said = constants(folder)
    words = {
        "title": board.title,
        "name": name,
        "image": "{}, {}.{} or later".format(said["MICROPYTHON"], *said["OLDEST_MICROPYTHON"]),
        "tried": board.tried,
        "uf2": _uf2(name, said["MICROPYTHON"]),
        "led": _ON_THE_RADIO if board.has_radio else "The LED is the board's own.",
        "switches": "\n".join(_switches(bus) for bus in BUSES),
        **{f"{bus}_table": _table(board.title, wires(said, bus)) for bus in BUSES},
    }
    template = Template((HERE / "page.md").read_text(encoding="utf-8"))
    generated = {
        folder / f"{bus}.svg": drawing(
            board.title, board.chip, board.has_radio, bus, wires(said, bus)
        )
        for bus in BUSES
    }
    return {folder / "README.md": template.substitute(words), **generated}


def _table(title: str, found: list[Wire]) -> str:
    lines = [f"| PN532 | {title} | header pin | without it |", "|---|---|---|---|"]
    for wire in found:
        name = f"{wire.name} ({wire.role})" if wire.role else wire.name
        lines.append(f"| {wire.pad} | {name} | {wire.pin} | {wire.without} |")
    return "\n".join(lines)


def _uf2(name: str, build: object) -> str:
    command = f"kazashi flash {name} --uf2 kazashi.uf2"
    if build == "RPI_PICO":  # the only one that Debian's packages build: .ci/rp2040-image
        return f"`{command}` (on Debian)"
    return f"`{command} --micropython CHECKOUT`"


def _switches(bus: str) -> str:
    first, second = ("ON" if is_on else "OFF" for is_on in SWITCHES[bus])
    return f'| {NAMES[bus]} | {first} | {second} | `BUS = "{bus}"` |'


def main(arguments: list[str]) -> int:
    """Write the generated files; with --check, only report stale ones."""
    is_stale = False
    for name in BOARDS:
        for path, text in files(name).items():
            is_same = path.is_file() and path.read_text(encoding="utf-8") == text
            if not is_same and "--check" in arguments:
                print(f"{path} is stale: run python boards/pages.py")
                is_stale = True
            elif not is_same:
                path.write_text(text, encoding="utf-8")
    return int(is_stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
