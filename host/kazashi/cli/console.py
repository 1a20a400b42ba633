"""The console of every command: nothing that it is given to print drives the terminal."""

from collections.abc import Iterable

import rich.console
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment

from kazashi.visible import visible


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
