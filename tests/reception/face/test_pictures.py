"""Pictures out of bytes: right in every depth and colour space, bounded, one kind of error."""

import sys
from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.PngImagePlugin import PngImageFile

import faces
from kazashi.reception.face.pictures import CAMERA_FRAME, CARD_PHOTO, PictureUnusable, decode

RAMP = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (64, 1))  # from black to (nearly) white
RAMP[:, -1] = 255
GREY = Image.fromarray(RAMP)
OPAQUE = Image.new("L", GREY.size, 255)
SRGB, SYCC = bytes((0, 0, 0, 16)), bytes((0, 0, 0, 18))  # enumerated colour spaces of a colr box


def jp2(picture: Image.Image, **settings) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG2000", **settings)
    return file.getvalue()


def deep(*channels) -> bytes:
    """With components of 16 bits."""
    return cv2.imencode(".jp2", np.stack(channels, -1))[1].tobytes()


def with_palette() -> bytes:
    """Indexes into a reversed palette of greys: a pclr and a cmap box in the header."""
    data = jp2(Image.fromarray(255 - RAMP))
    entries = b"".join(bytes((level, level, level)) for level in range(255, -1, -1))
    boxes = box(b"pclr", b"\x01\x00\x03\x07\x07\x07" + entries)
    boxes += box(b"cmap", bytes((0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 2)))
    at, end = data.index(b"jp2h") - 4, data.index(b"jp2c") - 4
    header = data[at + 8 : end].replace(bytes((0, 0, 0, 17)), SRGB)
    return data[:at] + box(b"jp2h", header + boxes) + data[end:]


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def as_sycc() -> bytes:
    picture = Image.merge("RGB", [GREY, OPAQUE, OPAQUE])  # some colour: a grey one says too little
    y, cb, cr = picture.convert("YCbCr").split()
    return jp2(Image.merge("RGB", [y, cb, cr]), mct=0).replace(
        b"\x01\0\0" + SRGB, b"\x01\0\0" + SYCC
    )


def shown(data: bytes) -> np.ndarray:
    return np.asarray(decode(data, CARD_PHOTO).convert("L")).astype(int)


WIDE = RAMP.astype(np.uint16) * 257
PHOTOS = {
    "grey": jp2(GREY),
    "grey, 16 bits": jp2(Image.fromarray(WIDE)),
    "grey and transparency": jp2(Image.merge("LA", [GREY, OPAQUE])),
    "colours": jp2(Image.merge("RGB", [GREY] * 3)),
    "colours and transparency": jp2(Image.merge("RGBA", [GREY] * 3 + [OPAQUE])),
    "colours, 16 bits": deep(WIDE, WIDE, WIDE),
    "colours and transparency, 16 bits": deep(WIDE, WIDE, WIDE, np.full_like(WIDE, 0xFFFF)),
    "palette": with_palette(),
}


@pytest.mark.parametrize("kind", PHOTOS)
def test_a_photo_is_shown_with_its_levels(kind):
    assert abs(shown(PHOTOS[kind]) - RAMP).max() <= 1


def test_a_photo_in_sycc_is_shown_in_its_colours():
    picture = np.asarray(decode(as_sycc(), CAMERA_FRAME_OF_JP2)).astype(int)
    assert abs(picture[..., 0] - RAMP).max() <= 4
    assert (picture[..., 1:] >= 250).all()


CAMERA_FRAME_OF_JP2 = type(CARD_PHOTO)("JPEG 2000", ("JPEG2000",), 1 << 20, 1 << 20, "RGB")


def test_a_photo_in_deep_colours_is_shown_in_them():
    blue, green, red = WIDE, WIDE[::-1] // 2, WIDE[:, ::-1]
    picture = np.asarray(decode(deep(blue, green, red), CAMERA_FRAME_OF_JP2)).astype(int)
    for band, channel in enumerate((red, green, blue)):
        assert abs(picture[..., band] - channel // 256).max() <= 1


def test_a_damaged_photo_in_deep_colours_is_unusable():
    with pytest.raises(PictureUnusable, match="UNREADABLE"):
        decode(PHOTOS["colours, 16 bits"][:250], CARD_PHOTO)


def test_deep_colours_without_opencv_are_refused_rather_than_shown_white_as_black(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(PictureUnusable, match="TOO_DEEP"):
        decode(PHOTOS["colours, 16 bits"], CARD_PHOTO)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_frame_of_16_bits_is_read_with_its_levels(channels):
    png = cv2.imencode(".png", np.stack([WIDE] * channels, -1))[1].tobytes()
    frame = np.asarray(decode(png, CAMERA_FRAME).convert("L")).astype(int)
    assert abs(frame - RAMP).max() <= 1


@pytest.mark.parametrize(
    ("file", "size", "kind"),
    [(Jpeg2KImageFile, (4096, 4096), CARD_PHOTO), (PngImageFile, (6000, 6000), CAMERA_FRAME)],
)
def test_a_large_picture_in_few_bytes_is_not_decoded(monkeypatch, file, size, kind):
    data, decoded, load = BytesIO(), [], file.load

    def noted(self):
        decoded.append(self)
        return load(self)

    monkeypatch.setattr(file, "load", noted)
    Image.new("L", size).save(data, file.format)
    with pytest.raises(PictureUnusable, match="TOO_LARGE"):
        decode(data.getvalue(), kind)
    assert decoded == []


@settings(max_examples=300)
@given(data=st.data())
def test_no_damaged_photo_raises_anything_but_unusable(data):
    photo = bytearray(data.draw(st.sampled_from([*PHOTOS.values(), faces.photo(1)])))
    for _ in range(data.draw(st.integers(1, 4))):
        photo[data.draw(st.integers(0, min(len(photo) - 1, 200)))] = data.draw(st.integers(0, 255))
    del photo[data.draw(st.integers(0, len(photo)) | st.just(len(photo))) :]
    try:
        assert max(decode(bytes(photo), CARD_PHOTO).size) <= 640
    except PictureUnusable:
        pass
