"""A firmware that hangs, or has no memory left, on a real interpreter: it gets over it."""

import signal
from math import inf

import pytest

from kazashi.cards.jpki import JpkiSession
from kazashi.errors import ReaderFault, ReaderUnplugged
from kazashi.sim import pico as pico_module
from kazashi_wire.messages import Fault
from site_waits import until

# The firmware's own main.py, with a relay that once takes all the memory there is.
HOG = """
import relay
carry = relay.Relay.carry
litter = []
def hog(self, card):
    try:
        while not litter or litter[-1]:
            litter.append(bytearray(1000))
    except MemoryError:
        {full}
    carry(self, card)
relay.Relay.carry = hog
exec(open({main!r}).read())
"""


def read_certificate(reader):
    return JpkiSession(reader.wait_for_card(10)).authentication_certificate()


@pytest.mark.parametrize("interpreter", ["micropython"], indirect=True)
def test_a_hang_is_ended_by_the_watchdog(simulated, plug_in, certificate):
    reader = plug_in(simulated)
    watchdog = simulated._watchdog
    until(lambda: watchdog.left_s() < inf)  # it starts after the first second
    assert reader.health().reset_cause == "power on"
    watchdog._patience_s = 1.0  # in its own 8.3 s: faults/test_firmware.py

    def hang():
        reader.health()  # it is fed once more
        simulated.pipe.process.send_signal(signal.SIGSTOP)
        reader.health()

    with pytest.raises(ReaderUnplugged):
        hang()
    reader.reconnect()
    health = reader.health()
    assert (health.reset_cause, health.reboots) == ("watchdog", 1)
    assert read_certificate(reader) == certificate


@pytest.mark.parametrize("interpreter", ["micropython"], indirect=True)
def test_a_firmware_without_memory_says_so_and_goes_on(
    simulated, plug_in, certificate, tmp_path, monkeypatch, caplog
):
    firmware = pico_module.device_folder("firmware")
    for file in firmware.glob("*.py"):
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / "main.py").unlink()
    hog = HOG.format(main=str(firmware / "main.py"), full="litter[:] = [b''] ; raise")
    (tmp_path / "main.py").write_text(hog, encoding="utf-8")
    folder = pico_module.device_folder
    monkeypatch.setattr(
        pico_module, "device_folder", lambda name: tmp_path if name == "firmware" else folder(name)
    )
    reader = plug_in(simulated)
    with pytest.raises(ReaderFault) as error:
        read_certificate(reader)
    assert error.value.fault is Fault.INTERNAL
    assert "reader: MemoryError" in caplog.text
    assert read_certificate(reader) == certificate
    assert reader.health().reboots == 0
