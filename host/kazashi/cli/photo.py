"""Show a card's photo to staff on a terminal, two pixels a character. It is not stored."""

from rich.style import Style
from rich.text import Text

from kazashi.cli.console import Console

_COLUMNS = 40
_HALF = "▀"


def show_photo(console: Console, photo: bytes) -> None:
    """`photo`: JPEG 2000. Show nothing if it is unreadable or there is no terminal: the photo is
    also printed on the card.
    """
    if not console.is_terminal:
        return
    from kazashi.reception.face.pictures import CARD_PHOTO, PictureUnusable, decode

    try:
        picture = decode(photo, CARD_PHOTO)
    except PictureUnusable:
        return
    rows = _COLUMNS * picture.height // picture.width // 2
    grey = picture.convert("L").resize((_COLUMNS, 2 * rows))
    pixels = grey.tobytes()
    for row in range(rows):
        line = Text()
        for column in range(_COLUMNS):
            upper = pixels[2 * row * _COLUMNS + column]
            lower = pixels[(2 * row + 1) * _COLUMNS + column]
            line.append(_HALF, Style(color=_grey(upper), bgcolor=_grey(lower)))
        console.print(line)


def _grey(level: int) -> str:
    return f"rgb({level},{level},{level})"
