"""The emulated RP2040 starts again: by its own watchdog, and because the firmware asks for it."""

import pytest

from kazashi.cards.jpki import JpkiSession
from kazashi.errors import ReaderFault, ReaderUnplugged
from kazashi.sim.dialogue import Stuck
from kazashi_wire.messages import Fault

COUNTS_PER_MS = 2000  # of the watchdog, two a microsecond: RP2040 datasheet, erratum E1


def tap(reader):
    return JpkiSession(reader.wait_for_card(10)).authentication_certificate()


def certificate_of(pico):
    return pico.cards[0].blocks.application.person.certificate


def test_a_board_that_was_plugged_in_says_so(reader):
    health = reader.health()
    assert (health.reset_cause, health.reboots) == ("power on", 0)


def test_a_hang_is_ended_by_the_watchdog(pico, reader, monkeypatch):
    """An SPI byte that is never done: MicroPython waits for it in C, where nothing else runs."""
    card = reader.wait_for_card(10)
    pico._pipe.let_pass(1.5)  # the watchdog starts after the first second
    watchdog = pico._device.mcu.watchdog

    def never_done(_value):
        left_ms = watchdog.timer.counter / COUNTS_PER_MS
        assert 8000 < left_ms <= 8388  # the firmware had fed it just now
        watchdog.timer.set(COUNTS_PER_MS)  # the rest would take the emulator minutes

    monkeypatch.setattr(pico._wires._spi, "on_transmit", never_done)
    with pytest.raises(ReaderUnplugged):
        card.transmit(b"\x00\xa4\x00\x00")
    monkeypatch.undo()
    reader.reconnect()
    assert tap(reader) == certificate_of(pico)
    health = reader.health()
    assert (health.reset_cause, health.reboots) == ("watchdog", 1)


def test_a_dead_chip_makes_the_board_start_again_once_until_the_power_fails(pico, reader):
    pico.chip.stuck = Stuck.FOR_EVER
    with pytest.raises(ReaderFault) as error:
        tap(reader)
    assert error.value.fault is Fault.CHIP_SILENT
    with pytest.raises(ReaderUnplugged):
        tap(reader)
    reader.reconnect()
    assert reader.info.chip == ""
    with pytest.raises(ReaderFault):
        tap(reader)  # and the board stays: no restart helps now
    pico.chip.stuck = None
    assert tap(reader) == certificate_of(pico)
    health = reader.health()
    assert (health.reset_cause, health.reboots) == ("recovery", 1)
    reader.reconnect()  # unplugged, and plugged in: the power forgets all of it
    health = reader.health()
    assert (health.reset_cause, health.reboots) == ("power on", 0)
