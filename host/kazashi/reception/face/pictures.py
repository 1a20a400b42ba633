"""Pictures out of bytes that nobody has vouched for: a card's photo, a camera's frame.

Their size is looked at before anything is decoded. The card's photo is a grey JPEG 2000 inside of a
file of at most 65,535 bytes.
"""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from kazashi.reception.face.matching import PhotoFlaw

SIDE = 640  # pixels that a picture is scaled down to at most, each way


@dataclass(frozen=True)
class Kind:
    """What a picture may be."""

    name: str
    formats: tuple[str, ...]  # Pillow's names
    most_bytes: int
    most_pixels: int
    mode: str  # Pillow's: what it is turned into first


_SIZE_MARKER = b"\xff\x4f\xff\x51"  # SOC, SIZ: ISO/IEC 15444-1 A.5.1
_COMPONENTS_AT = 40  # bytes from there to the count of components; three bytes for each follow

CARD_PHOTO = Kind("JPEG 2000", ("JPEG2000",), 0xFFFF, 1 << 20, "L")
CAMERA_FRAME = Kind("PNG or JPEG", ("PNG", "JPEG"), 32 << 20, 25_000_000, "RGB")


@dataclass(eq=False)
class PictureUnusable(Exception):
    """`flaw`: it is too large, or not readable as the kind of picture asked for."""

    flaw: PhotoFlaw


def decode(data: bytes, kind: Kind, side: int = SIDE) -> Image.Image:
    """The picture in `data`: RGB, upright, `side` pixels high and wide at most.

    Raises:
        PictureUnusable: it is too large, broken, or something else.
    """
    if len(data) > kind.most_bytes:
        raise PictureUnusable(PhotoFlaw.TOO_LARGE)
    try:
        with Image.open(BytesIO(data), formats=kind.formats) as picture:
            _check_size(picture, kind)
            upright = ImageOps.exif_transpose(_eight_bits(picture, data).convert(kind.mode))
            upright = upright.convert("RGB")
            upright.thumbnail((side, side))
            return upright
    except PictureUnusable:
        raise
    except Exception as error:  # what Pillow raises for hostile bytes is nowhere written down
        raise PictureUnusable(PhotoFlaw.UNREADABLE) from error


def _check_size(picture: Image.Image, kind: Kind) -> None:
    if picture.width * picture.height > kind.most_pixels:
        raise PictureUnusable(PhotoFlaw.TOO_LARGE)


def _deepest(data: bytes) -> int:
    """Bits of the deepest component of a JPEG 2000 picture that Pillow has opened."""
    at = data.index(_SIZE_MARKER) + _COMPONENTS_AT
    count = int.from_bytes(data[at : at + 2], "big")
    return max(1 + (size & 0x7F) for size in data[at + 2 : at + 2 + 3 * count : 3])


def _eight_bits(picture: Image.Image, data: bytes) -> Image.Image:
    """Pillow cuts 16-bit grey off at 255, so that is scaled here.

    It turns white into black where several components of JPEG 2000 have more than 8 bits: it rounds
    up beyond 255 and keeps the low byte (12.3, Jpeg2KDecode.c). OpenCV reads these.
    """
    if picture.mode == "I;16":
        return picture.point(lambda level: level / 256)
    if picture.format == "JPEG2000" and len(picture.getbands()) > 1 and _deepest(data) > 8:
        return _by_opencv(data)
    return picture


def _by_opencv(data: bytes) -> Image.Image:
    try:
        import cv2
        import numpy as np
    except ImportError as error:  # kazashi[face] brings them
        raise PictureUnusable(PhotoFlaw.TOO_DEEP) from error
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise PictureUnusable(PhotoFlaw.UNREADABLE)
    return Image.fromarray(pixels)
