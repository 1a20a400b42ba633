"""An emulated Pico gets its firmware, and is reached whatever lies on it."""

import pytest
from rp2040py.gpio_pin import GPIOPinState

from kazashi.cards.jpki import JpkiSession
from kazashi.flashing.board_files import MAIN, Board
from kazashi.flashing.errors import WrongBoard
from kazashi.flashing.install import install
from kazashi.flashing.prompt import open_prompt
from kazashi.reader import Reader
from kazashi.sim.emulation import pico as emulation
from kazashi.sim.emulation.flash_memory import firmware_files
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.options import Options

PICO = Board.named("pico")
SELECT, LED = 1, 25  # BOOTSEL pulls the flash's select line, the second of its pins
PATIENCE_S = 9.0  # longer than the watchdog's


class PowerCut(Exception):
    """Somebody pulled the plug."""


def tap(pico, reader):
    der = JpkiSession(reader.wait_for_card(10)).authentication_certificate()
    assert der == pico.cards[0].blocks.application.person.certificate


def stays_at_the_prompt(transport):
    transport.serial.pipe.let_pass(PATIENCE_S)
    return transport.eval("1 + 1") == 2


def test_a_blank_board_becomes_a_reader_also_after_a_power_cut(image):
    pico = EmulatedPico(image, Options(tap=0.0), is_blank=True)
    sent = []

    def cut_in_the_middle(done, total):
        sent.append(done)
        if done > total / 2:
            raise PowerCut

    with pytest.raises(PowerCut):
        install(pico.connect, PICO, cut_in_the_middle)
    before = sent[-1]
    totals = set()
    reader = install(pico.connect, PICO, lambda _done, total: totals.add(total))
    assert 0 < totals.pop() < 1.2 * before  # the other half, and the file that was cut
    tap(pico, reader)


def test_a_reader_that_is_refused_reads_on(pico, reader):
    with pytest.raises(WrongBoard):
        install(pico.connect, Board.named("pico_w"), lambda *_: None)
    reader.reconnect()
    tap(pico, reader)


def press_bootsel(pico):
    pico._device.mcu.qspi[SELECT].set_input_value(False)


def release_bootsel(pico):
    pico._device.mcu.qspi[SELECT].release_input()


def is_lit(pico):
    return pico._device.mcu.gpio[LED].value is GPIOPinState.HIGH


def test_bootsel_when_the_led_lights_leads_to_the_prompt(image):
    pico = EmulatedPico(image, Options(tap=0.0, chip=0.0))
    pipe = pico.connect()
    while not is_lit(pico):
        pipe.let_pass(0.01)
    press_bootsel(pico)
    pipe.let_pass(1)
    assert pico.has_reset
    pipe = pico.connect()
    pipe.let_pass(0.5)
    assert not is_lit(pico)
    release_bootsel(pico)
    transport = open_prompt(lambda: pipe)
    assert stays_at_the_prompt(transport)
    transport.restart()
    tap(pico, Reader(pico.connect))


def test_a_reader_asked_for_maintenance_stays_at_the_prompt_once(pico, reader):
    pipe = reader._link._pipe
    pipe.let_pass(1.5)
    press_bootsel(pico)  # too late: its watchdog runs
    pipe.let_pass(0.5)
    release_bootsel(pico)
    reader.maintain()
    pipe.let_pass(0.5)
    assert pico.has_reset
    transport = open_prompt(pico.connect)
    assert stays_at_the_prompt(transport)
    transport.restart()
    reader.reconnect()
    tap(pico, reader)


@pytest.mark.parametrize("name", ["dispatch.mpy", MAIN])
def test_a_board_whose_files_are_damaged_is_at_the_prompt(image, monkeypatch, name):
    files = firmware_files("pico", "spi") | {name: b"damaged"}
    monkeypatch.setattr(emulation, "firmware_files", lambda *_, **__: files)
    pico = EmulatedPico(image, Options(card="none"))
    pipe = pico.connect()
    pipe.let_pass(0.5)  # it has tried to start
    transport = open_prompt(lambda: pipe)
    transport.exec_raw_no_follow("while True: pass")
    transport.serial.write(b"\x03")
    assert b"KeyboardInterrupt" in transport.follow(None)[1]
