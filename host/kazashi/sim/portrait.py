"""Pictures on a simulated card: an invented face, and a name drawn without a font.

Formats as in soltia48/myna-card: photo a greyscale JPEG 2000 (JP2), texts 1-bit PNGs. The
photo's size in pixels is an assumption: no real one is published.
"""

import hashlib
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

_WIDTH, _HEIGHT = 240, 320
_COMPRESSION = 20  # to one: some kilobytes
_CELL = 16  # pixels


def portrait(seed: int) -> bytes:
    """JP2: head, hair, eyes, nose and mouth, light and dark as on a real face."""
    chance = Random(seed)
    image = Image.new("L", (_WIDTH, _HEIGHT), 225)
    draw = ImageDraw.Draw(image)
    skin, hair = chance.randint(165, 205), chance.randint(20, 70)
    middle, eyes, half = _WIDTH // 2, chance.randint(140, 152), chance.randint(58, 70)
    apart, chin = chance.randint(24, 31), chance.randint(232, 250)

    def oval(x: int, y: int, width: int, height: int, shade: int) -> None:
        draw.ellipse((x - width, y - height, x + width, y + height), fill=shade)

    draw.ellipse((20, 255, 220, 420), fill=chance.randint(40, 110))  # shoulders
    draw.rectangle((middle - 24, 220, middle + 24, 275), fill=skin - 25)  # neck
    oval(middle, 138, half + 12, 84, hair)
    draw.ellipse((middle - half, 78, middle + half, chin), fill=skin)
    draw.chord((middle - half, 62, middle + half, 150), 180, 360, fill=hair)
    for side in (-1, 1):
        x = middle + side * apart
        oval(x, eyes - 16, 15, 3, hair + 15)  # brow
        oval(x, eyes, 13, 6, 235)
        oval(x, eyes, 6, 6, 30)
    nose, mouth = eyes + chance.randint(30, 38), eyes + chance.randint(56, 66)
    draw.polygon(((middle, eyes + 8), (middle - 10, nose), (middle + 10, nose)), fill=skin - 22)
    oval(middle, mouth, chance.randint(18, 26), 6, skin - 75)
    stream = BytesIO()
    soft = image.filter(ImageFilter.GaussianBlur(1.5))
    soft.save(stream, "JPEG2000", irreversible=True, quality_layers=[_COMPRESSION])
    return stream.getvalue()


def lettering(text: str) -> bytes:
    """PNG of a line of text: each letter is a pattern that no other letter has."""
    image = Image.new("1", (_CELL * len(text), _CELL), 1)
    for index, letter in enumerate(text):
        bits = hashlib.sha256(letter.encode()).digest()
        image.paste(Image.frombytes("1", (_CELL, _CELL), bits), (_CELL * index, 0))
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
