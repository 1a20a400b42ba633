"""The doctor on an emulated Pico: pins, heap and interpreter are real there."""

from kazashi import doctor
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.options import Options


def test_a_good_reader_passes_every_check(image):
    found = list(doctor.findings(EmulatedPico(image, Options(card="none")).connect))
    assert [finding for finding in found if not finding.ok] == []
    seen = {finding.check: finding.seen for finding in found}
    assert seen["board"] == "pico, Raspberry Pi Pico with RP2040"
    assert seen["MicroPython"].startswith("micropython 1.")
    assert "kB free" in seen["memory"]
