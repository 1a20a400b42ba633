"""Pictures out of bytes that nobody has vouched for: a card's photo, a camera's frame.

Their size is looked at before anything is decoded. The card's photo is a grey JPEG 2000 inside of a
file of at most 65,535 bytes.
"""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

SIDE = 640  # pixels that a picture is scaled down to at most, each way


@dataclass(frozen=True)
class Kind:
    """What a picture may be."""

    name: str
    formats: tuple[str, ...]  # Pillow's names
    most_bytes: int
    most_pixels: int
    mode: str  # Pillow's: what it is turned into first


CARD_PHOTO = Kind("JPEG 2000", ("JPEG2000",), 0xFFFF, 1 << 20, "L")
CAMERA_FRAME = Kind("PNG or JPEG", ("PNG", "JPEG"), 32 << 20, 25_000_000, "RGB")


class PictureUnusable(Exception):
    """The text continues "the picture …"."""


def decode(data: bytes, kind: Kind) -> Image.Image:
    """The picture in `data`: RGB, upright, `SIDE` pixels high and wide at most.

    Raises:
        PictureUnusable: it is too large, broken, or something else.
    """
    if len(data) > kind.most_bytes:
        raise PictureUnusable(f"has more than {kind.most_bytes} bytes")
    try:
        with Image.open(BytesIO(data), formats=kind.formats) as picture:
            _check_size(picture, kind)
            upright = ImageOps.exif_transpose(picture.convert(kind.mode)).convert("RGB")
            upright.thumbnail((SIDE, SIDE))
            return upright
    except PictureUnusable:
        raise
    except Exception as error:  # what Pillow raises for hostile bytes is nowhere written down
        raise PictureUnusable(f"cannot be read as {kind.name}") from error


def _check_size(picture: Image.Image, kind: Kind) -> None:
    if picture.width * picture.height > kind.most_pixels:
        raise PictureUnusable(f"has more than {kind.most_pixels} pixels")
