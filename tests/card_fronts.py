"""Fronts of My Number Cards, drawn as descriptions of them say, and pictures that a camera takes.

Labels and order are from descriptions; fonts, sizes and background are made up: no real card's
print was at hand.
"""

import math
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
_NAMES = (
    *("BIZUDGothic-Regular.ttf", "BIZUDPGothic-Bold.ttf"),
    *("NotoSansCJK-Regular.ttc", "NotoSerifCJK-Regular.ttc"),
)
MISSING = "no Japanese font: apt install fonts-morisawa-bizud-gothic fonts-noto-cjk"
MM = 12  # pixels of a drawn card
INK, LABEL = (20, 20, 20), (60, 60, 60)


def fonts():
    """Files of those that are installed."""
    found = [path for folder in _FOLDERS for name in _NAMES for path in folder.rglob(name)]
    return sorted(found, key=lambda path: path.name)


def any_font():
    if not (found := fonts()):
        pytest.skip(MISSING)
    return found[0]


def front(*, font, birth="平成元年3月31日生", expiry="2029年3月31日まで有効", security_code="1234"):
    """The front of a card, 85.6 by 54 mm."""
    card = Image.new("RGB", (round(85.6 * MM), 54 * MM), (236, 240, 238))
    draw = ImageDraw.Draw(card)
    for y in range(0, card.height, 8):  # a ground that is not plain
        draw.line([(0, y), (card.width, y + 48)], fill=(222, 231, 235))
    draw.rectangle([4 * MM, 17 * MM, 27 * MM, 47 * MM], fill=(200, 215, 225))
    draw.ellipse([10 * MM, 21 * MM, 21 * MM, 34 * MM], fill=(180, 150, 130))
    for x, y, size, ink, text in (
        (3, 2.5, 2.2, LABEL, "氏名"),
        (11, 2, 3.6, INK, "仮名 花子"),
        (60, 2, 3.0, LABEL, "個人番号カード"),
        (3, 7.5, 2.2, LABEL, "住所"),
        (11, 7.2, 2.8, INK, "東京都架空区霞が浦1丁目2番3号 架空荘1205"),
        (30, 18, 3.2, INK, birth),
        (64, 18.2, 2.8, INK, "性別 女"),
        (30, 24, 3.2, INK, expiry),
        (30, 30, 2.2, LABEL, "電子証明書の有効期限    年   月   日"),
        (30, 40, 2.6, INK, "架空市長"),
        (30, 47, 2.0, LABEL, "セキュリティコード"),
        (50, 46.3, 2.8, INK, security_code),
    ):
        letters = ImageFont.truetype(font, size * MM)
        draw.text((x * MM, y * MM), text, font=letters, fill=ink)
    return card


def front_of(person, font):
    """The front of a simulated person's card."""
    code = person.code_b
    era = next(
        name
        for name, first in (("令和", 2018), ("平成", 1988), ("昭和", 1925))
        if person.birth.year - first == int(code[:2])
    )
    birth, expiry = person.birth, person.expiry
    return front(
        font=font,
        birth=f"{era}{int(code[:2])}年{birth.month}月{birth.day}日生",
        expiry=f"{expiry.year}年{expiry.month}月{expiry.day}日まで有効",
        security_code=person.security_code,
    )


def seen(card, *, tilt=0.0, width=0.7, lean=0.0, blur=0.8, noise=0, light=1.0, size=(1280, 720)):
    """A camera's picture of it. `width`: of the picture's; `lean`: how much nearer its top is."""
    scene = Image.new("RGB", size, (70, 75, 80))
    across = size[0] * width
    down = across * card.height / card.width
    turn = math.radians(tilt)
    corners = []
    for x, y in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        nearer = 1 - lean * y
        x, y = x * across * nearer, y * down * nearer
        corners.append(
            (
                x * math.cos(turn) - y * math.sin(turn) + size[0] / 2,
                x * math.sin(turn) + y * math.cos(turn) + size[1] / 2,
            )
        )
    drawn = ((0, 0), (card.width, 0), (card.width, card.height), (0, card.height))
    lying = card.transform(size, Image.Transform.PERSPECTIVE, _back(corners, drawn), Image.BICUBIC)
    place = Image.new("L", size)
    ImageDraw.Draw(place).polygon(corners, fill=255)
    scene.paste(lying, mask=place)
    scene = scene.filter(ImageFilter.GaussianBlur(blur))
    if noise:
        grain = Image.effect_noise(size, noise).convert("RGB")
        scene = Image.blend(scene, grain, 0.12)
    return ImageEnhance.Brightness(scene).enhance(light)


def jpeg(picture):
    data = BytesIO()
    picture.save(data, "JPEG", quality=90)
    return data.getvalue()


def _back(corners, drawn):
    """Coefficients of Pillow's PERSPECTIVE: from a place in the picture to one on the card."""
    import numpy as np

    rows, values = [], []
    for (x, y), (u, v) in zip(corners, drawn, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.linalg.solve(np.array(rows, float), np.array(values, float)).tolist()
