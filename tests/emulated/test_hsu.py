"""The UART of the emulated Pico, and a whole tap over it."""

import pytest
from rp2040py.rp2040 import RP2040

from kazashi.cards.jpki import JpkiSession
from kazashi.reader import Reader
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.emulation.pl011 import PL011
from kazashi.sim.ledger import Owner
from kazashi.sim.options import Options

DATA, FLAGS, DIVISOR, LINE, CONTROL, MASK, STATUS = 0x00, 0x18, 0x24, 0x2C, 0x30, 0x38, 0x40
FIFOS, ENABLE = 1 << 4, 1 << 9 | 1 << 8 | 1
RECEIVE, TRANSMIT, TIMEOUT, OVERRUN = 1 << 4, 1 << 5, 1 << 6, 1 << 10
LOST_BEFORE = 1 << 11
OCTET_NS = 10_000
BUS = "hsu"  # of the board that booted: see conftest.py


@pytest.fixture
def uart():
    """At 1 Mbit/s, with its interrupts on; `uart.left` is what it has sent."""
    mcu = RP2040()
    mcu.clk_peri = 16_000_000
    uart = PL011.put_into(mcu, 1, lambda _begin, _end: None)
    for register, value in ((DIVISOR, 1), (LINE, FIFOS), (CONTROL, ENABLE), (MASK, 0x7FF)):
        uart.write_uint32(register, value)
    uart.left = []
    uart.on_byte = uart.left.append
    return uart


def test_octets_leave_one_after_the_other_at_the_rate(uart):
    for octet in b"abc":
        uart.write_uint32(DATA, octet)
    uart.rp2040.clock.tick(2.5 * OCTET_NS)
    assert bytes(uart.left) == b"ab"
    uart.rp2040.clock.tick(OCTET_NS)
    assert bytes(uart.left) == b"abc"


def test_the_transmit_interrupt_comes_when_half_has_left_and_goes_when_it_is_cleared(uart):
    assert not uart.read_uint32(STATUS) & TRANSMIT
    for octet in range(32):
        uart.write_uint32(DATA, octet)
    uart.rp2040.clock.tick(14.5 * OCTET_NS)
    assert not uart.read_uint32(STATUS) & TRANSMIT
    uart.rp2040.clock.tick(OCTET_NS)
    assert uart.read_uint32(STATUS) & TRANSMIT
    uart.write_uint32_atomic(0x44, TRANSMIT, 0)
    uart.rp2040.clock.tick(30 * OCTET_NS)
    assert not uart.read_uint32(STATUS) & TRANSMIT
    assert len(uart.left) == 32


def test_a_few_octets_are_told_of_when_no_more_have_come_for_32_bits(uart):
    uart.feed_byte(1)
    uart.rp2040.clock.tick(3.1 * OCTET_NS)
    assert not uart.read_uint32(STATUS)
    uart.rp2040.clock.tick(OCTET_NS)
    assert uart.read_uint32(STATUS) == TIMEOUT
    assert uart.read_uint32(DATA) == 1
    assert not uart.read_uint32(STATUS)


def test_many_are_told_of_at_once(uart):
    for octet in range(16):
        uart.feed_byte(octet)
    assert uart.read_uint32(STATUS) == RECEIVE


def test_what_nobody_fetches_is_lost_beyond_32_octets(uart):
    for octet in range(35):
        uart.feed_byte(octet)
    assert uart.read_uint32(STATUS) & OVERRUN
    assert uart.overruns == 3
    assert [uart.read_uint32(DATA) for _ in range(32)] == list(range(32))
    uart.feed_byte(99)
    assert uart.read_uint32(DATA) == LOST_BEFORE | 99


def test_the_answer_to_hello_does_not_wait_for_the_climb(pico, reader):
    assert reader.info.chip
    assert pico.chip.baud == 115200


def test_the_certificate_arrives_over_the_uart_at_its_high_rate(pico, reader):
    card = reader.wait_for_card(10)
    pico.ledger.start()
    begin = round(pico.clock.now() * 1e9)
    der = JpkiSession(card).authentication_certificate()
    assert der == pico.cards[0].blocks.application.person.certificate
    assert pico.chip.baud == 1288000
    assert pico._wires.uart.overruns == 0
    spent = pico.ledger.spent_ns(begin, round(pico.clock.now() * 1e9))
    assert spent[Owner.BUS] / 1e9 > 1600 * 10 / 1288000


def test_octets_lost_to_an_overrun_are_asked_for_again(pico, reader, monkeypatch):
    """As if the processor stood still for half a millisecond: 50 octets come at once."""
    uart, card = pico._wires.uart, reader.wait_for_card(10)
    mended, lost = reader.health().retries, uart.overruns
    feed, fed = uart.feed_byte, []

    def feed_late(octet):
        fed.append(octet)
        if len(fed) == 150:
            for late in fed[100:]:
                feed(late)
        elif not 100 < len(fed) < 150:
            feed(octet)

    monkeypatch.setattr(uart, "feed_byte", feed_late)
    JpkiSession(card).authentication_certificate()
    assert uart.overruns > lost
    assert reader.health().retries > mended


def test_a_chip_that_browned_out_is_found_at_its_first_rate(pico, reader):
    reader.wait_for_card(10)
    pico.chip.reset()
    assert pico.chip.baud == 115200
    der = JpkiSession(reader.wait_for_card(10)).authentication_certificate()
    assert der == pico.cards[0].blocks.application.person.certificate
    assert pico.chip.baud == 1288000


def test_a_line_that_garbles_what_is_too_fast_ends_at_the_rate_that_it_carries(image):
    pico = EmulatedPico(image, Options(tap=0.0, chip=0.0, bus="hsu", hsu_max=460800))
    JpkiSession(Reader(pico.connect).wait_for_card(10)).token_label()
    assert pico.chip.baud == 460800
