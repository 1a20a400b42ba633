"""Debian's Chromium, with a fake camera or with none. It asks no other server for anything."""

import os
from io import BytesIO

from PIL import Image

_QUIET = (
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-first-run", "--disable-gpu", "--force-color-profile=srgb"),
)
_AS_ROOT = "--no-sandbox"


def launched(playwright, program, film=None, cameras=0):
    """A browser. `film`: what its camera shows; `cameras`: how many that show Chromium's own."""
    camera = [
        "--use-fake-ui-for-media-stream",  # nobody has to allow it
        "--use-fake-device-for-media-stream" + (f"=device-count={cameras}" if cameras else ""),
        *([f"--use-file-for-fake-video-capture={film}"] if film else []),
    ]
    return playwright.chromium.launch(
        executable_path=program,
        args=[
            *_QUIET,
            *(camera if film or cameras else []),
            *([_AS_ROOT] if os.geteuid() == 0 else []),
        ],
    )


def film_of(photograph, folder):
    """A film (MJPEG) in `folder` that shows the photograph, a `PIL.Image`."""
    frame = Image.new("RGB", (640, 480), "grey")
    picture = photograph.convert("RGB")
    picture.thumbnail(frame.size)
    frame.paste(picture, ((frame.width - picture.width) // 2, (frame.height - picture.height) // 2))
    data = BytesIO()
    frame.save(data, "JPEG", quality=95)
    film = folder / "camera.mjpeg"
    film.write_bytes(data.getvalue() * 2)
    return film
