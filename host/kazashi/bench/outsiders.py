"""Reads by other drivers, nfcpy and libnfc, on the same chip and card, in real time. POSIX only.

Both use the chip's UART over a pseudo-terminal that takes the time of every bit. nfcpy changes to
921600 bit/s by itself.
"""

import ctypes
import ctypes.util
import errno
import importlib
import os
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from typing import Any

from kazashi.errors import ReaderNotFound
from kazashi.sim.options import Options
from kazashi.sim.tabletop import ScaledClock, Tabletop
from kazashi.sim.terminal import ChipOnTerminal

from .card import Cards
from .case import Case, Row
from .reading import APDUS, Transmit
from .records import AirLog, air_s, bringing

_TYPE_B = "106B"
_ISO14443B, _NBR_106 = 3, 1  # nfc_modulation_type, nfc_baud_rate
_LONGEST = 300
_PATIENCE_MS = 5000


def why_not(driver: str) -> str | None:
    """The reason why `driver` cannot be measured here; None if it can."""
    if driver == "nfcpy" and not find_spec("nfc"):
        return "it is not installed: uv sync"
    if driver == "libnfc" and not ctypes.util.find_library("nfc"):
        return "it is not installed: apt install libnfc6"
    return None


def read(case: Case, cards: Cards) -> Row:
    """Open the port with the card lying on the reader, and read once."""
    options = Options(card="none", tap=0.0, chip=case.chip_ms / 1000)
    clock = ScaledClock(1.0)
    table = Tabletop(options, clock)
    card, certificate = cards.of(case)
    table.cards.append(card)
    table.lay_down()
    log = AirLog(table.air)
    arrived: list[tuple[float, bytes]] = []  # when each response came
    with (
        ChipOnTerminal(table.chip, clock) as terminal,
        _DRIVERS[case.driver](terminal.path) as transmit,
    ):

        def timed(apdu: bytes) -> bytes:
            response = transmit(apdu)
            arrived.append((clock.now(), response))
            return response

        if APDUS[case.apdus](timed) != certificate:
            raise AssertionError("another certificate came")
    begin_s, since = log.after_activation()
    end_s, start = arrived[-1][0], certificate[:4]
    first_s = next(at_s for at_s, response in arrived if response.startswith(start))
    return Row(
        case,
        air_ms=air_s(since, end_s) * 1000,
        first_ms=(first_s - begin_s) * 1000,
        total_ms=(end_s - begin_s) * 1000,
        first_block_ms=bringing(since, start).air_s * 1000,
        spent_ms={},
    )


@contextmanager
def _nfcpy(path: str) -> Generator[Transmit]:
    nfc: Any = importlib.import_module("nfc")
    tty: Any = nfc.clf.transport.TTY
    find = tty.find

    def found(_path: str) -> tuple[list[str], str, bool]:
        return [path], "pn532", False

    tty.find = found  # it knows /dev/tty* only
    try:
        frontend = nfc.ContactlessFrontend("tty:pn532")
    finally:
        tty.find = find
    try:
        target = frontend.sense(nfc.clf.RemoteTarget(_TYPE_B), iterations=3)
        tag = nfc.tag.activate(frontend, target)
        yield lambda apdu: bytes(tag.transceive(apdu))
    finally:
        frontend.close()


class _Modulation(ctypes.Structure):
    """nfc_modulation: packed, two enums."""

    _pack_ = 1
    _fields_ = (("kind", ctypes.c_int), ("baud_rate", ctypes.c_int))


@contextmanager
def _libnfc(path: str) -> Generator[Transmit]:
    library = _library()
    context = ctypes.c_void_p()
    library.nfc_init(ctypes.byref(context))
    device = library.nfc_open(context, f"pn532_uart:{path}:115200".encode())
    if not device:
        raise ReaderNotFound(path, os.strerror(errno.ENODEV))
    target = ctypes.create_string_buffer(1024)
    modulation = _Modulation(_ISO14443B, _NBR_106)
    answer = ctypes.create_string_buffer(_LONGEST)

    def transmit(apdu: bytes) -> bytes:
        count = library.nfc_initiator_transceive_bytes(
            device, apdu, len(apdu), answer, _LONGEST, _PATIENCE_MS
        )
        return answer.raw[: max(0, count)]

    try:
        library.nfc_initiator_init(device)
        library.nfc_initiator_select_passive_target(device, modulation, None, 0, target)
        yield transmit
    finally:
        library.nfc_close(device)
        library.nfc_exit(context)


def _library() -> Any:
    library = ctypes.CDLL(ctypes.util.find_library("nfc"))
    device, size, text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
    library.nfc_open.restype = device
    library.nfc_open.argtypes = (ctypes.c_void_p, text)
    library.nfc_initiator_init.argtypes = (device,)
    library.nfc_initiator_select_passive_target.argtypes = (
        *(device, _Modulation, text, size, ctypes.c_void_p),
    )
    library.nfc_initiator_transceive_bytes.argtypes = (
        *(device, text, size),
        *(text, size, ctypes.c_int),
    )
    library.nfc_close.argtypes = library.nfc_exit.argtypes = (device,)
    return library


_DRIVERS: dict[str, Callable[[str], AbstractContextManager[Transmit]]] = {
    "nfcpy": _nfcpy,
    "libnfc": _libnfc,
}
