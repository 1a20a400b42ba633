"""The serial port of an emulated Pico; its processor sleeps here, and tests speak for it."""

import pytest

from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.emulation.pipe import EmulatedPipe
from kazashi_wire.frame import MAX_PAUSE_MS, Frame

FRAME = Frame(0x42, 1, bytes(70)).build()


@pytest.fixture
def pipe(image):
    pico = EmulatedPico(image)
    pico._device.mcu.core.waiting = True
    return EmulatedPipe(pico._device, pico.usb)


def test_another_program_gets_whole_frames(pipe):
    pipe._receive(FRAME + FRAME[:64])
    assert pipe.read_beside(None) == b""
    pipe._receive(FRAME[64:])
    assert pipe.read_beside(None) == FRAME + FRAME


def test_another_program_gets_what_is_no_frame_after_a_pause(pipe):
    pipe._receive(b"Traceback")
    before = pipe.now()
    while not (said := pipe.read_beside(None)):
        pass
    assert said == b"Traceback"
    assert pipe.now() - before == pytest.approx(MAX_PAUSE_MS / 1000, abs=0.005)
