"""Shortcuts through the emulator: less work for the same instructions in the same time."""

import pytest
from rp2040py.rp2040 import RP2040
from rp2040py.simulator import Simulator

from kazashi.sim.emulation.shortcuts import take_shortcuts

RAM, GPIO0_CTRL = 0x20000000, 0x40014004
PIO0, PIO1, PIO1_FUNCTION = 0x50200000, 0x50300000, 7
STARTS_A_PIO = (
    0x4801,  # ldr r0, [pc, #4]
    0x210F,  # movs r1, #15
    0x6001,  # str r1, [r0]: CTRL, all its machines
    0xE7FE,  # b .
)


def short():
    simulator = Simulator()
    take_shortcuts(simulator.rp2040)
    return simulator


def started(simulator, pio):
    """State of processor and PIO when a program has started that PIO and waits."""
    mcu, clock = simulator.rp2040, simulator.clock
    for i, code in enumerate(STARTS_A_PIO):
        mcu.write_uint16(RAM + 2 * i, code)
    mcu.write_uint32(RAM + 8, pio)
    mcu.core.pc = RAM
    alarm = clock.create_alarm(lambda: setattr(simulator, "stopped", True))
    alarm.schedule(10_000)
    simulator.stopped = False
    while not simulator.stopped:  # a batch ends early on a busy machine
        simulator._execute_batch()
    return clock.nanos, mcu.core.cycles, [(block.stopped, block.cycle_fp) for block in mcu.pio]


@pytest.mark.parametrize("pio", [PIO0, PIO1])
def test_a_program_that_starts_a_pio_takes_the_same_cycles_as_without(pio):
    assert started(short(), pio) == started(Simulator(), pio)


def test_the_pios_are_not_asked_for_each_instruction_until_one_is_used_even_after_a_reset():
    mcu = short().rp2040
    mcu.reset()
    assert not mcu.pio
    mcu.read_uint32(PIO1)
    assert len(mcu.pio) == 2
    mcu.reset()
    assert len(mcu.pio) == 2


def test_a_pin_may_be_given_to_a_pio_that_does_nothing_yet():
    mcu = short().rp2040
    mcu.write_uint32(GPIO0_CTRL, PIO1_FUNCTION)
    assert not mcu.gpio[0].output_enable


def test_an_access_to_memory_creates_no_method():
    mcu = RP2040()
    take_shortcuts(mcu)
    for name in ("read_uint16", "read_uint32", "write_uint8", "write_uint32"):
        assert getattr(mcu, name) is getattr(mcu, name)
