"""The console of every command. Printed text cannot control the terminal."""

import re
from collections.abc import Iterable

import rich.console
from rich.cells import cell_len
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment

from kazashi.visible import visible

# A unit without a line break inside: an ASCII word, or one other character, and its closing marks.
_PIECE = re.compile(r"(?:[!-~]+|\S)[、。)]*|\s")


def folded(text: str, cells: int) -> str:
    """`text` in lines of `cells`: Rich breaks only at spaces, and Japanese has few."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _PIECE.findall(paragraph):
            if line and cell_len(line + piece.rstrip()) > cells:
                lines.append(line.rstrip())
                line = ""
            line += piece if line else piece.lstrip()
        lines.append(line)
    return "\n".join(lines)


class Console(rich.console.Console):
    """A console of Rich that makes control characters in text harmless, except line ends. Control
    sequences of Rich itself, such as colours, stay.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                lines = (visible(line) for line in segment.text.split("\n"))
                yield Segment("\n".join(lines), segment.style)
