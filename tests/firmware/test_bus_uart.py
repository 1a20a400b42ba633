"""The UART's own troubles: octets lost, garbled or in pieces, and rates that differ."""

from itertools import pairwise

import pytest

from bus_uart import UartBus
from hostframe import ACK, Command
from kazashi.sim.faults import say_syntax_error
from kazashi.sim.ports import HsuPort
from kazashi.sim.radio import Air
from pn532 import ChipSilent, Pn532
from rig import Chip, a_wait, clock
from rig_buses import Uart
from tapping import expect, on_a_rig

WAKE_UP = "5555" + "00" * 14
SAM, VERSION = "0000ff05fbd4140100011600", "0000ff02fed4022a00"
SET_RATE = {
    1288000: "0000ff03fdd410081400",
    921600: "0000ff03fdd410071500",
    460800: "0000ff03fdd410061600",
}
FASTEST = 1288000
ANSWER = bytes.fromhex("0000ff06fad50332010607e800")


class WatchedUart(Uart):
    """Notes (rate, octets) of all that is written."""

    def __init__(self, port):
        super().__init__(port)
        self.written = []

    def write(self, buffer, start, count):
        self.written.append((self.port.baud, bytes(buffer[start : start + count]).hex()))
        super().write(buffer, start, count)


def damaged_at(index, change):
    """A Uart on which the octet with this index of those from the chip is changed, once."""

    class DamagedUart(Uart):
        heard = 0

        def any(self):
            known = len(self.received)
            super().any()
            new = self.received[known:]
            place = index - self.heard
            self.heard += len(new)
            if 0 <= place < len(new):
                new = new[:place] + change(new[place : place + 1]) + new[place + 1 :]
                self.received = self.received[:known] + new
            return len(self.received)

    return DamagedUart


def rest():
    clock.pass_by(0.0001)


def chip_on(uart_class, max_baud=FASTEST, with_reset=False):
    """(simulated chip, its Uart, the driver)."""
    chip = Chip(Air(), clock)
    uart = uart_class(HsuPort(chip, max_baud))

    def reset(value):
        if not value:
            chip.reset()

    waiting = a_wait()
    bus = UartBus(uart, waiting, rest)
    return chip, uart, Pn532(bus, waiting, reset if with_reset else None)


def lose(_octet):
    return b""


def garble(octet):
    return bytes((octet[0] ^ 0x18,))


def insert(octet):
    return b"\xff" + octet


def test_a_start_is_at_115200_and_asks_for_no_other_rate():
    chip, uart, driver = chip_on(WatchedUart)
    driver.start()
    assert [frame for _, frame in uart.written[:4]] == [WAKE_UP, ACK.hex(), SAM, VERSION]
    assert {rate for rate, _ in uart.written} == {115200} == {chip.baud}
    assert bytes(driver.version).hex() == "32010607"


@pytest.mark.parametrize("with_reset", [True, False])
@pytest.mark.parametrize("carried", [1288000, 921600, 460800, 115200])
def test_the_climb_ends_at_the_highest_rate_that_the_line_carries(carried, with_reset):
    chip, uart, driver = chip_on(WatchedUart, carried, with_reset)
    driver.start()
    driver.speed_up()
    assert chip.baud == uart.port.baud == carried
    tried = [frame for _, frame in uart.written if frame in SET_RATE.values()]
    assert list(dict.fromkeys(tried)) == [
        SET_RATE[rate] for rate in SET_RATE if rate >= carried or carried == 115200
    ]
    assert driver.call(Command(0x02, 0))


def test_the_rate_changes_only_when_the_ack_has_left_even_if_a_sleep_is_a_tick_short():
    pauses_ms = []

    class TimedUart(WatchedUart):
        def write(self, buffer, start, count):
            super().write(buffer, start, count)
            self.written_at = clock.now()

        def init(self, rate, **options):
            if self.written and self.written[-1][1] == ACK.hex():
                pauses_ms.append((clock.now() - self.written_at) * 1000)
            super().init(rate, **options)

    _chip, _uart, driver = chip_on(TimedUart, 921600, with_reset=True)
    driver.start()
    driver.speed_up()
    assert pauses_ms
    assert min(pauses_ms) - 1 > len(ACK) * 10 / 115.2


def test_a_climb_that_is_over_is_not_begun_again():
    _chip, uart, driver = chip_on(WatchedUart)
    driver.start()
    driver.speed_up()
    said = len(uart.written)
    driver.speed_up()
    assert len(uart.written) == said


def test_a_rate_that_failed_is_not_tried_again_after_a_reset():
    chip, uart, driver = chip_on(WatchedUart, 921600, with_reset=True)
    driver.start()
    driver.speed_up()
    uart.written.clear()
    driver.start()
    assert chip.baud == 115200
    driver.speed_up()
    assert chip.baud == 921600
    assert SET_RATE[1288000] not in [frame for _, frame in uart.written]


def test_a_climb_counts_nothing_as_mended():
    _chip, _uart, driver = chip_on(Uart, 460800, with_reset=True)
    driver.start()
    driver.speed_up()
    assert driver.health.retries == 0


@pytest.mark.parametrize("kind", [lose, garble, insert])
@pytest.mark.parametrize("place", range(len(ACK) + len(ANSWER)))
def test_whatever_happens_to_an_octet_the_answer_comes(place, kind):
    _chip, uart, driver = chip_on(damaged_at(place, kind))
    uart.init(115200, 0, 0)
    start = driver.call(Command(0x02, 0))
    assert bytes(driver.reply.buffer[start : start + 4]).hex() == "32010607"


def test_the_end_of_a_frame_that_never_comes_is_waited_for_a_little():
    _chip, uart, _driver = chip_on(Uart)
    bus = UartBus(uart, a_wait(), rest)
    uart.received = ANSWER[:-3]
    begin = clock.s
    assert bus.readinto(bytearray(80), 24) == 0
    assert clock.s - begin < 0.04


def test_nothing_beyond_a_frame_is_read():
    _chip, uart, _driver = chip_on(Uart)
    bus = UartBus(uart, a_wait(), rest)
    uart.received = ACK + ANSWER
    buffer = bytearray(80)
    assert bus.readinto(buffer, 24) == len(ACK)
    assert bus.readinto(buffer, 24) == len(ANSWER)
    assert bytes(buffer[: len(ANSWER)]) == ANSWER


@pytest.mark.parametrize("octets", [bytes(276), b"\xff" * 276, b"\x00\xff\xff\xff\xff\xff" * 46])
def test_a_line_that_never_falls_silent_is_a_silent_chip(octets):
    class Babbling(Uart):
        def any(self):
            self.received = octets
            return len(octets)

    _chip, uart, driver = chip_on(Babbling)
    uart.init(115200, 0, 0)
    begin = clock.s
    with pytest.raises(ChipSilent):
        driver.call(Command(0x02, 0))
    assert clock.s - begin < 1.0


@pytest.mark.parametrize("place", range(len(ACK)))
def test_a_rate_that_only_one_end_has_changed_is_found_out(place):
    """The ACK that makes the chip change its rate does not arrive as it left."""

    class DamagedUart(WatchedUart):
        def write(self, buffer, start, count):
            if self.written and self.written[-1][1] == SET_RATE[FASTEST]:
                frame = bytearray(ACK)
                frame[place] ^= 0x18
                buffer, start = frame, 0
            super().write(buffer, start, count)

    chip, uart, driver = chip_on(DamagedUart)
    driver.start()
    driver.speed_up()
    assert ACK.hex() not in [
        frame for (_, before), (_, frame) in pairwise(uart.written) if before == SET_RATE[FASTEST]
    ]
    assert chip.baud == uart.port.baud
    assert driver.call(Command(0x02, 0))


@pytest.mark.parametrize("kept", SET_RATE)
def test_a_chip_that_kept_a_high_rate_is_called_back(kept):
    chip, uart, driver = chip_on(Uart)
    driver.start()
    chip.baud = kept  # the board has started again; the chip does not know
    driver = Pn532(UartBus(uart, a_wait(), rest), a_wait())
    driver.start()
    assert chip.baud == 115200
    driver.speed_up()
    assert chip.baud == FASTEST


def octets_of_a_tap():
    counted = damaged_at(-1, lose)
    tapping = on_a_rig(bus="hsu", uart=counted)
    assert tapping.outcome() is None
    return tapping.rig.uart.heard


OCTETS = octets_of_a_tap()


@pytest.mark.parametrize("kind", [lose, garble])
@pytest.mark.parametrize("place", range(0, OCTETS, 37))
def test_a_tap_does_not_notice_what_happens_to_an_octet(place, kind):
    tapping = on_a_rig(bus="hsu", uart=damaged_at(place, kind))
    assert tapping.outcome() is None
    assert tapping.rig.chip.baud >= 921600  # where it met the climb, one rate was left out


@pytest.mark.parametrize("with_reset", [True, False])
def test_after_a_brown_out_the_next_tap_is_as_any(with_reset):
    tapping = on_a_rig(bus="hsu", with_reset=with_reset)
    expect(tapping.outcome(), None, "read")
    tapping.rig.chip.reset()
    assert tapping.rig.chip.baud == 115200
    assert tapping.taps_again().reboots == 0
    assert tapping.rig.chip.baud == FASTEST


def test_a_chip_that_does_not_know_a_rate_climbs_to_the_next():
    chip, uart, driver = chip_on(Uart)
    chip.disturb = lambda _n, command: say_syntax_error if command[:2] == b"\x10\x08" else None
    driver.start()
    driver.speed_up()
    assert chip.baud == uart.port.baud == 921600
