"""A whole tap over the I²C of the emulated Pico."""

import pytest

from kazashi.cards.jpki import JpkiSession
from kazashi.errors import ReadInterrupted
from kazashi.sim.dialogue import Stuck
from kazashi.sim.ledger import Owner

BUS = "i2c"  # of the board that booted: see conftest.py


@pytest.mark.parametrize("stretch_us", [0, 440, 1000])  # seen: pn532_i2c of esphome, of Tasmota
def test_the_certificate_arrives_over_i2c_however_the_chip_holds_the_clock(
    pico, reader, stretch_us
):
    pico._wires.stretch_ns = stretch_us * 1000
    card = reader.wait_for_card(10)
    pico.ledger.start()
    begin = round(pico.clock.now() * 1e9)
    der = JpkiSession(card).authentication_certificate()
    assert der == pico.cards[0].blocks.application.person.certificate
    spent = pico.ledger.spent_ns(begin, round(pico.clock.now() * 1e9))
    assert spent[Owner.BUS] / 1e9 > 1600 * 9 / 400e3
    assert reader.health().retries == 0


def test_a_chip_that_leaves_the_bus_is_reset_and_found_again(pico, reader):
    pico._wires.stretch_ns = 0
    card = reader.wait_for_card(10)
    pico.chip.stuck = Stuck.UNTIL_RESET
    with pytest.raises(ReadInterrupted):
        JpkiSession(card).authentication_certificate()
    assert JpkiSession(reader.wait_for_card(10)).token_label() == "JPKIAPICCTOKEN2"
