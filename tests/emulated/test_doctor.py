"""The doctor on an emulated Pico: pins, heap and interpreter are real there."""

import said
from kazashi import doctor
from kazashi.doctor import Level
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.options import Options


def test_a_good_reader_passes_every_check(pico):
    pico.air.clear()
    found = list(doctor.findings(lambda: pico._pipe))
    assert [finding for finding in found if finding.level is not Level.OK] == []
    seen = {finding.check: said.seen(finding) for finding in found}
    assert seen["board"] == "pico, Raspberry Pi Pico with RP2040"
    assert seen["MicroPython"].startswith("micropython 1.")
    assert "kB free" in seen["memory"]


def test_a_blank_board_is_called_that(image):
    pico = EmulatedPico(image, Options(card="none"), is_blank=True)
    (finding,) = doctor.findings(pico.connect)
    assert (finding.check, finding.level) == ("reader", Level.FAILURE)
    assert said.seen(finding) == "a blank board: MicroPython without our firmware"
    assert "kazashi flash" in said.remedy(finding)
