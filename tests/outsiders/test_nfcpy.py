"""nfcpy judges the chip model's raw path: its own ISO-DEP with 256-byte frames, as ours.

It also runs the longest extended frame as a line test and changes the baud rate.
"""

import pytest

nfc = pytest.importorskip("nfc", reason="nfcpy is missing: uv sync")

SELECT = bytes.fromhex("d392f000260100000001")
PATIENCE_MS = 10_000  # the chip answers always, but late on a busy machine: nfcpy waits for 0.1 s
READ = nfc.clf.transport.TTY.read


def read_longer(tty, timeout):
    return READ(tty, max(timeout, PATIENCE_MS))


@pytest.fixture
def frontend(chip_with, monkeypatch):
    """Opens nfcpy on a simulated chip."""
    opened = []

    def make(**options):
        simulated, path = chip_with(**options)
        found = classmethod(lambda _cls, _path: ([path], "pn532", False))  # it knows /dev/tty* only
        monkeypatch.setattr(nfc.clf.transport.TTY, "find", found)
        monkeypatch.setattr(nfc.clf.transport.TTY, "read", read_longer)
        opened.append(nfc.ContactlessFrontend("tty:pn532"))
        return simulated, opened[-1]

    yield make
    for each in opened:
        each.close()


def activate(frontend, technology):
    target = frontend.sense(nfc.clf.RemoteTarget(technology), iterations=3)
    assert target, f"nothing sensed at {technology}"
    return target, nfc.tag.activate(frontend, target)


@pytest.mark.parametrize("length", ["extended", "short"])
def test_nfcpy_reads_the_whole_certificate(frontend, length):
    simulated, opened = frontend()
    # It asked for 921600. Its ACK, which makes the chip change, may be lost on a pty: nfcpy flushes
    # the port right after writing it.
    assert 921600 in (simulated.chip.baud, simulated.chip._next_baud)
    _, tag = activate(opened, "106B")
    tag.send_apdu(0x00, 0xA4, 0x04, 0x0C, SELECT)
    certificate = simulated.cards[0].blocks.application.person.certificate
    if length == "extended":
        tag._extended_length_support = True
        read = tag.send_apdu(0x00, 0xB0, 0x8A, 0x00, mrl=65536)
        assert read[len(certificate) :] == bytes(400)
    else:
        read = tag.send_apdu(0x00, 0xB0, 0x8A, 0x00, mrl=256)
        while len(read) < len(certificate):
            read += tag.send_apdu(0x00, 0xB0, len(read) >> 8, len(read) & 0xFF, mrl=256)
    assert read[: len(certificate)] == certificate


@pytest.mark.parametrize("memory", ["rom", "ram"])
def test_nfcpy_understands_the_self_tests(frontend, memory):
    simulated, opened = frontend()
    assert opened.device.chipset.diagnose("line")
    assert opened.device.chipset.diagnose(memory)
    setattr(simulated.chip, memory, b"\xff")
    assert not opened.device.chipset.diagnose(memory)


def test_nfcpy_senses_the_atqb_of_the_card(frontend):
    simulated, opened = frontend()
    target, _ = activate(opened, "106B")
    assert bytes(target.sensb_res) == simulated.cards[0].atqb


def test_nfcpy_activates_a_type_a_phone(frontend):
    _, opened = frontend(card="android")
    target, tag = activate(opened, "106A")
    assert target.sel_res == b"\x20"
    tag.send_apdu(0x00, 0xA4, 0x04, 0x0C, SELECT)
    assert tag.send_apdu(0x00, 0xB0, 0x86, 0x00, mrl=32).startswith(b"JPKIAPGPSETOKEN")


def test_nfcpy_takes_a_tag_for_a_tag(frontend):
    _, opened = frontend(card="tag")
    target = opened.sense(nfc.clf.RemoteTarget("106A"), iterations=3)
    assert target.sel_res == b"\x00"
