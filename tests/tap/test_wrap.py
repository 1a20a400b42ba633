"""Taps on a 32-bit MicroPython whose ticks_ms wraps in the middle: at 2^30, after twelve days."""

from pathlib import Path

import pytest

from interpreters import on_32_bits
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import NoCard, ReadInterrupted
from kazashi.sim import faults
from kazashi.sim import pico as pico_module
from kazashi.sim.radio import Disturbance
from kazashi_wire.frame import Deframer, Frame
from kazashi_wire.messages import Failed, Fault, Transmit
from site_waits import LIMIT_S, until

pytestmark = on_32_bits

WRAPPING = Path(__file__).parents[1] / "firmware/device/wrapping"
LAST = 2**30 - 1
EXCHANGES = 13  # on air, from the chip's REQB to the last block of a certificate


class Ticks:
    """Those of the simulated reader: they stand at the last one until they are let go."""

    def __init__(self, folder):
        self._folder = folder

    def go(self):
        (self._folder / "go").touch()

    def seen(self):
        """What the firmware saw before and after the wrap; None: it has not seen it yet."""
        seen = self._folder / "seen"
        return tuple(map(int, seen.read_text().split())) if seen.exists() else None

    def have_wrapped(self):
        until(self.seen)
        before, after = self.seen()
        return before == LAST and 0 <= after < LAST // 2


@pytest.fixture
def ticks(tmp_path, monkeypatch):
    run = pico_module.interpreter
    monkeypatch.setenv("KAZASHI_TICKS", str(tmp_path))
    monkeypatch.setattr(
        pico_module,
        "interpreter",
        lambda name, script, folders: run(name, script, [str(WRAPPING), *folders]),
    )
    return Ticks(tmp_path)


def read_certificate(reader):
    return JpkiSession(reader.wait_for_card(LIMIT_S)).authentication_certificate()


def at_exchange(moment, ticks, disturbance=None):
    """Lets the ticks wrap while a frame is on air, for `Air.disturb`."""

    def disturb(index, _frame):
        if index != moment:
            return None
        assert ticks.seen() is None
        ticks.go()
        return disturbance

    return disturb


@pytest.mark.parametrize("moment", range(EXCHANGES))
@pytest.mark.parametrize("disturbance", [None, Disturbance.ANSWER_LOST])
def test_a_tap_goes_on_where_they_wrap_while_a_frame_is_on_air(
    ticks, simulated, plug_in, certificate, moment, disturbance
):
    reader = plug_in(simulated)
    simulated.air.disturb = at_exchange(moment, ticks, disturbance)
    assert read_certificate(reader) == certificate
    assert ticks.have_wrapped()


def test_a_card_is_found_by_a_search_in_which_they_wrapped(ticks, pico, plug_in):
    simulated = pico(tap=1e9)
    reader = plug_in(simulated)
    simulated.air.disturb = at_exchange(20, ticks)

    def have_searched():
        with pytest.raises(NoCard):
            reader.wait_for_card(0.5)
        return ticks.seen()

    until(have_searched)
    assert ticks.have_wrapped()
    simulated.lay_down()
    assert JpkiSession(reader.wait_for_card(LIMIT_S)).token_label()


def test_the_presence_check_comes_where_they_wrap_before_it(ticks, simulated, plug_in):
    reader = plug_in(simulated)
    reader.wait_for_card(LIMIT_S)
    first = simulated.air.exchanges
    assert not reader.wait_for_removal(0.5)
    assert simulated.air.exchanges == first  # they stand still
    ticks.go()

    def have_looked():
        assert not reader.wait_for_removal(0.5)
        return simulated.air.exchanges > first

    until(have_looked)
    assert ticks.have_wrapped()
    simulated.air.clear()
    assert reader.wait_for_removal(LIMIT_S)


def test_a_silent_chip_is_given_up_where_they_wrap_within_the_wait(
    ticks, simulated, plug_in, certificate
):
    reader = plug_in(simulated)
    card = reader.wait_for_card(LIMIT_S)

    def get_stuck(chip, command):
        faults.get_stuck(chip, command)
        ticks.go()

    simulated.chip.disturb = faults.once(simulated.chip.commands, get_stuck)
    with pytest.raises(ReadInterrupted):
        card.transmit(b"\x00\xa4\x00\x00")
    assert ticks.have_wrapped()
    assert read_certificate(reader) == certificate


def test_half_a_command_is_given_up_where_they_wrap_behind_it(
    ticks, simulated, plug_in, certificate
):
    reader = plug_in(simulated)
    card = reader.wait_for_card(LIMIT_S)
    first_part = Transmit(is_last=0, card=card._number, data=b"\x00\xa4\x00\x00")
    simulated.pipe.write(Frame(first_part.kind, 200, first_part.build()).build())
    assert simulated.pipe.read(1) == b""  # for 50 ms: it waits for the other part
    ticks.go()
    cut = Failed(fault=Fault.COMMAND_CUT, detail=0)
    assert next_frame(simulated.pipe) == (cut.kind, 200, cut.build())
    assert ticks.have_wrapped()
    assert read_certificate(reader) == certificate


def next_frame(pipe):
    deframer, frames = Deframer(), []
    until(lambda: frames.extend(deframer.feed(pipe.read(4096))) or frames)
    return frames[0]
