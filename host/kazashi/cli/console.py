"""The console of every command: nothing that it is given to print drives the terminal."""

import re
from collections.abc import Iterable

import rich.console
from rich.cells import cell_len
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment

from kazashi.visible import visible

# No line ends within: a word in ASCII, or one other character, with what closes it.
_PIECE = re.compile(r"(?:[!-~]+|\S)[、。)]*|\s")


def folded(text: str, cells: int) -> str:
    """`text` in lines of `cells`: Rich breaks at spaces alone, and Japanese has few of them."""
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
    """Rich's, where text holds no control characters but line ends. Rich's own, such as colours,
    are no text.
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
