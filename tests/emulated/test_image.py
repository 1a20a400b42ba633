"""The image that an emulated Pico boots: the official one, downloaded, or one that is named."""

import io
import logging
import urllib.request
from urllib.error import HTTPError, URLError

import pytest

from kazashi.cli import show
from kazashi.errors import NoReader
from kazashi.sim.emulation.errors import ImageBroken, ImageUnavailable
from kazashi.sim.emulation.pico import EmulatedPico
from said import raises


@pytest.fixture
def downloads(monkeypatch, tmp_path):
    """What a download gives: bytes, or what goes wrong. The cache is empty."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    def replace(outcome):
        def urlopen(url, timeout):
            assert "micropython.org" in url
            if isinstance(outcome, Exception):
                raise outcome
            return io.BytesIO(outcome)

        monkeypatch.setattr(urllib.request, "urlopen", urlopen)

    return replace


@pytest.fixture
def shown(monkeypatch):
    """As in the installed program: downloads are told. Undone afterwards."""
    logger = logging.getLogger("rp2040py.utils.firmware_retrieve")
    for name in ("handlers", "filters"):
        monkeypatch.setattr(logger, name, [])
    level = logger.level
    show.show_downloads()
    yield
    logger.setLevel(level)


def test_without_a_name_the_official_image_is_downloaded_once(downloads, shown, image, capsys):
    downloads(image.read_bytes())
    assert EmulatedPico.of("pico:?card=bank").options.card == "bank"
    assert "downloading RPI_PICO-20250415-v1.25.0.uf2" in capsys.readouterr().err
    downloads(URLError("no network"))
    EmulatedPico.of("pico:")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (URLError("no network"), "no network"),
        (ConnectionResetError("reset by peer"), "reset by peer"),
        (HTTPError("https://micropython.org", 404, "gone", None, None), "No such file"),
        (TimeoutError(), "No such file"),
    ],
)
def test_a_download_that_fails_says_what_to_do_instead(downloads, trouble, reason):
    downloads(trouble)
    with raises(ImageUnavailable, match="name a UF2 file, pico:FILE, or build one") as found:
        EmulatedPico.of("pico:")
    assert found.value.reason.startswith(reason)


def test_a_download_that_was_cut_is_not_taken_for_an_image(downloads, image):
    downloads(image.read_bytes()[: 512 * 100])
    with raises(ImageBroken, match="is not a whole UF2: delete it"):
        EmulatedPico.of("pico:")


@pytest.mark.parametrize("text", ["pico:?colour=red", "pico:?bus=usb"])
def test_wrong_options_are_told_before_anything_is_downloaded(downloads, text):
    downloads(AssertionError("downloaded"))
    with pytest.raises(ValueError, match=r"colour|bus"):
        EmulatedPico.of(text)


def test_an_image_that_is_not_there_is_said_plainly(tmp_path):
    with raises(NoReader, match="UF2"):
        EmulatedPico(tmp_path / "none.uf2")
