"""libnfc judges the chip model: its PN532 driver finds cards and reads through the chip's engine.

Type B goes through InListPassiveTarget and InDataExchange with 64-byte frames and a CID.
"""

import ctypes
import ctypes.util
import os
import shutil
import subprocess

import pytest

SELECT = bytes.fromhex("00a4040c0ad392f000260100000001")
SELECT_CERTIFICATE = bytes.fromhex("00a4020c02000a")

NFC_LIST = shutil.which("nfc-list")
LIBRARY = ctypes.util.find_library("nfc")

ISO14443A, ISO14443B, NBR_106 = 1, 3, 1  # nfc_modulation_type, nfc_baud_rate


class Modulation(ctypes.Structure):
    """nfc_modulation: packed, two enums."""

    _pack_ = 1
    _fields_ = (("kind", ctypes.c_int), ("baud_rate", ctypes.c_int))


def nfc_list(path: str) -> str:
    listed = subprocess.run(
        [NFC_LIST, "-v"],
        env=os.environ | {"LIBNFC_DEVICE": f"pn532_uart:{path}:115200"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert listed.returncode == 0, listed.stderr
    return listed.stdout


@pytest.mark.skipif(not NFC_LIST, reason="nfc-list is missing: apt install libnfc-bin")
@pytest.mark.parametrize(
    ("card", "found"),
    [
        ("mynumber", "1 ISO14443B passive target(s) found"),
        ("android", "1 ISO14443A passive target(s) found"),
        ("tag", "1 ISO14443A passive target(s) found"),
        ("two", "0 ISO14443B passive target(s) found"),
        ("none", "0 ISO14443B passive target(s) found"),
    ],
)
def test_nfc_list_finds_what_lies_there(chip_with, card, found):
    _, path = chip_with(card=card)
    assert found in nfc_list(path)


@pytest.mark.skipif(not NFC_LIST, reason="nfc-list is missing: apt install libnfc-bin")
def test_nfc_list_understands_the_atqb(chip_with):
    _, path = chip_with()
    listed = nfc_list(path)
    assert "Application Data: 00  00  41  e0" in listed
    assert "Maximum frame sizes: 256 bytes" in listed
    assert "Frame Waiting Time: 309.3 ms" in listed
    # libnfc 1.8.0 then prints "NAD" for the bit that ISO/IEC 14443-3 §7.9.4 gives to CID: its bits
    # are swapped (b1 is CID, b2 NAD), and the bit is what real cards send (B3 81 A1).


@pytest.fixture
def libnfc(chip_with):
    """(library, device, what is simulated), the device opened as an initiator."""
    if not LIBRARY:
        pytest.skip("libnfc.so is missing: apt install libnfc6")
    library = ctypes.CDLL(LIBRARY)
    library.nfc_open.restype = ctypes.c_void_p
    library.nfc_open.argtypes = (ctypes.c_void_p, ctypes.c_char_p)
    library.nfc_initiator_init.argtypes = (ctypes.c_void_p,)
    library.nfc_initiator_select_passive_target.argtypes = (
        *(ctypes.c_void_p, Modulation, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p),
    )
    library.nfc_initiator_transceive_bytes.argtypes = (
        *(ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t),
        *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int),
    )
    library.nfc_close.argtypes = library.nfc_exit.argtypes = (ctypes.c_void_p,)
    simulated, path = chip_with()
    context = ctypes.c_void_p()
    library.nfc_init(ctypes.byref(context))
    device = library.nfc_open(context, f"pn532_uart:{path}:115200".encode())
    assert device
    assert library.nfc_initiator_init(device) == 0
    yield library, device, simulated
    library.nfc_close(device)
    library.nfc_exit(context)


def transceive(library, device, apdu: bytes) -> bytes:
    answer = ctypes.create_string_buffer(300)
    count = library.nfc_initiator_transceive_bytes(device, apdu, len(apdu), answer, 300, 5000)
    assert count >= 2, count
    return answer.raw[:count]


def test_libnfc_reads_the_certificate_through_the_chips_own_engine(libnfc):
    library, device, simulated = libnfc
    target = ctypes.create_string_buffer(1024)
    modulation = Modulation(ISO14443B, NBR_106)
    selected = library.nfc_initiator_select_passive_target(device, modulation, None, 0, target)
    assert selected == 1
    assert transceive(library, device, SELECT) == b"\x90\x00"
    assert transceive(library, device, SELECT_CERTIFICATE) == b"\x90\x00"
    read = b""
    while len(read) < 1600:
        response = transceive(library, device, b"\x00\xb0" + len(read).to_bytes(2, "big") + b"\x00")
        assert response[-2:] == b"\x90\x00"
        read += response[:-2]
    assert read[:1600] == simulated.cards[0].blocks.application.person.certificate
