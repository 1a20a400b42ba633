"""Write firmware/wire.py from the messages.

python -m kazashi_wire.generate          write it
python -m kazashi_wire.generate --check  exit 1 when it is stale
"""

import re
import struct
import sys
from pathlib import Path

from . import frame, messages, reading
from .schema import Message

FIRMWARE = Path(__file__).parents[2] / "firmware"
TARGET = FIRMWARE / "wire.py"

_USE = re.compile(r"\bwire\.([A-Z][A-Z_0-9]*)")

HEAD = '''\
# Generated from protocol/kazashi_wire by `python -m kazashi_wire.generate`. Do not edit.
"""What host and reader agree on: numbers and `struct` formats of protocol/kazashi_wire.

A FORMAT holds the fixed fields; a message marked … goes on with bytes to the end of its frame.
"""

from micropython import const
'''


def generated() -> str:
    """The whole text of firmware/wire.py.

    Leaves out names that the firmware does not use: each costs some 40 bytes of the board's heap.
    """
    lines = [*_agreement(), "", *_reading(), "", *_enums(), *_messages()]
    used = _used()
    text = "\n".join([HEAD, *(line for line in lines if not line or line.split()[0] in used), ""])
    return re.sub(r"\n{3,}", "\n\n", text)  # a group of which nothing is used leaves no gap


def _used() -> set[str]:
    files = [path for path in FIRMWARE.glob("*.py") if path.name != "wire.py"]
    return {name for path in files for name in _USE.findall(path.read_text(encoding="utf-8"))}


def _agreement() -> list[str]:
    return [
        f"REVISION = const({messages.REVISION})",
        f'FINGERPRINT = b"{_escaped(messages.FINGERPRINT)}"',
        f'SYNC = b"{_escaped(frame.SYNC)}"',
        f"HEADER_SIZE = const({frame.HEADER_SIZE})",
        f"CRC_SIZE = const({frame.CRC_SIZE})",
        f"MAX_PAYLOAD = const({frame.MAX_PAYLOAD})",
        f"MAX_PAUSE_MS = const({frame.MAX_PAUSE_MS})",
    ]


def _reading() -> list[str]:
    """Constants of reading.py, prefixed to differ from names of messages and enums."""
    known = {name: value for name, value in vars(reading).items() if name.isupper()}
    names = {name: f"READ_{name.removeprefix('READ_')}" for name in known}
    return [f"{names[name]} = const(0x{value:X})" for name, value in known.items()]


def _enums() -> list[str]:
    lines: list[str] = []
    for enum in messages.ENUMS:
        prefix = _constant(enum.__name__)
        lines += [f"{prefix}_{member.name} = const({member.value})" for member in enum] + [""]
    return lines


def _messages() -> list[str]:
    return [line for message in messages.MESSAGES for line in _message(message)]


def _message(message: type[Message]) -> list[str]:
    name = _constant(message.__name__)
    fields = ", ".join(message.field_names()) + " …" * message.is_open_ended
    lines = [f"{name} = const(0x{message.kind:02X})" + (f"  # {fields}" if fields else "")]
    if message.format != ">":
        lines.append(f'{name}_FORMAT = "{message.format}"')
        lines.append(f"{name}_SIZE = const({struct.calcsize(message.format)})")
    return lines


def _constant(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).upper()


def _escaped(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    if not arguments:
        TARGET.write_text(generated(), encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != generated():
        print(f"{TARGET} is stale: run python -m kazashi_wire.generate")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
