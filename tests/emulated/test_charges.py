"""What takes time on the emulated Pico, each alone: nothing boots here, tests drive peripherals."""

import pytest

from kazashi.sim.dialogue import Stuck
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.emulation.usb_host import packet_ns
from kazashi.sim.ledger import Owner
from kazashi.sim.options import Options
from kazashi.sim.pn532 import Timing
from kazashi.sim.radio import AirFrame, frame_time
from kazashi_wire.messages import Technology

CR0, DATA, PRESCALE = 0x00, 0x08, 0x10  # registers of the PL022
EIGHT_BITS, PERIPHERALS_HZ = 0x07, 48_000_000
UART_DATA, DIVISOR, FRACTION, LINE, CONTROL = 0x00, 0x24, 0x28, 0x2C, 0x30  # of the PL011
FIFOS, ENABLE = 1 << 4, 1 << 9 | 1 << 8 | 1
BUFFER_STATUS, ENDPOINT_3_IN = 0x58, 1 << 6
AVAILABLE, FULL = 1 << 10, 1 << 15
TARGET, I2C_DATA, HIGH, LOW, I2C_ENABLE = 0x04, 0x10, 0x1C, 0x20, 0x6C  # of the DW_apb_i2c
STOP, INTERRUPTS, TX_EMPTY, TX_ABORT = 1 << 9, 0x34, 1 << 4, 1 << 6
GET_FIRMWARE_VERSION = bytes.fromhex("0000ff02fed4022a00")


class Bench:
    """An emulated Pico that does not run: time passes when a test lets it."""

    def __init__(self, image, **options):
        self.pico = EmulatedPico(image, Options(tap=0.0, **options))
        self.mcu = self.pico._device.mcu
        self.pico.ledger.start()

    def wait(self, ns):
        """So much time passes; who had it."""
        clock = self.mcu.clock
        begin = round(clock.nanos)
        clock.tick(ns)
        return self.pico.ledger.spent_ns(begin, round(clock.nanos))

    def send_over_spi(self, data, divisor=24):
        """Bytes one after the other, at 48 MHz / divisor; who had the time."""
        spi = self.mcu.spi[0]
        spi.write_uint32(PRESCALE, 2)
        spi.write_uint32(CR0, (divisor // 2 - 1) << 8 | EIGHT_BITS)
        begin = round(self.mcu.clock.nanos)
        for byte in data:
            spi.write_uint32(DATA, byte)
            self.wait(8e9 * divisor / PERIPHERALS_HZ)
        return self.pico.ledger.spent_ns(begin, round(self.mcu.clock.nanos))

    def send_over_uart(self, data, baud, wait_ns=0):
        """Bytes without a pause, and some time behind them; who had the time."""
        uart = self.mcu.uart[1]
        uart.write_uint32(DIVISOR, PERIPHERALS_HZ // (16 * baud))
        uart.write_uint32(FRACTION, PERIPHERALS_HZ * 4 // baud % 64)
        uart.write_uint32(LINE, FIFOS)
        uart.write_uint32(CONTROL, ENABLE)
        begin = round(self.mcu.clock.nanos)
        for byte in data:
            uart.write_uint32(UART_DATA, byte)
            self.wait(10e9 / baud)
        self.wait(wait_ns)
        return self.pico.ledger.spent_ns(begin, round(self.mcu.clock.nanos))

    def send_over_i2c(self, data):
        """A transfer to the chip, as the SDK sends it at 400 kHz; who had the time."""
        i2c = self.mcu.i2c[0]
        for register, value in ((TARGET, 0x24), (HIGH, 178), (LOW, 120), (I2C_ENABLE, 1)):
            i2c.write_uint32(register, value)
        begin = round(self.mcu.clock.nanos)
        for byte in data[:-1]:
            i2c.write_uint32(I2C_DATA, byte)
        i2c.write_uint32(I2C_DATA, data[-1] | STOP)
        self.wait(1_000_000)
        return self.pico.ledger.spent_ns(begin, round(self.mcu.clock.nanos))

    def offer_packet(self, size):
        """As the guest does with what it has for the host, at endpoint 3."""
        self.pico.usb.listen(0x83, lambda _: None)
        self.mcu.usb_ctrl.dpram_updated(0x80 + 3 * 8, AVAILABLE | FULL | size)

    def is_gone(self):
        return bool(self.mcu.usb_ctrl.read_uint32(BUFFER_STATUS) & ENDPOINT_3_IN)


@pytest.fixture
def bench(image):
    return Bench(image)


@pytest.mark.parametrize(("divisor", "byte_ns"), [(14, 2333), (28, 4667)])
def test_a_byte_on_the_spi_takes_its_eight_bits_at_the_clock(bench, divisor, byte_ns):
    spent = bench.send_over_spi(bytes(100), divisor)
    assert spent[Owner.BUS] == pytest.approx(100 * byte_ns, abs=100)
    assert spent[Owner.INTERPRETER] == 0


@pytest.mark.parametrize("baud", [115200, 921600])
def test_an_octet_on_the_uart_takes_its_ten_bits_at_the_rate(image, baud):
    bench = Bench(image, bus="hsu")
    spent = bench.send_over_uart(bytes(100), baud)
    assert spent[Owner.BUS] == pytest.approx(100 * 10e9 / baud, rel=0.002)  # of the divisor
    assert spent[Owner.CHIP] == 0


def test_what_the_chip_says_over_the_uart_is_charged_too(image):
    bench = Bench(image, bus="hsu", chip=0.002)
    spent = bench.send_over_uart(GET_FIRMWARE_VERSION, 115200, wait_ns=6_000_000)
    octets = len(GET_FIRMWARE_VERSION) + 6 + 13  # an ACK, and the version in its frame
    assert spent[Owner.BUS] == pytest.approx(octets * 10e9 / 115200, rel=0.002)


def test_a_byte_on_i2c_takes_its_nine_bits_as_do_address_start_and_stop(image):
    bench = Bench(image, bus="i2c")
    spent = bench.send_over_i2c(GET_FIRMWARE_VERSION)
    bits = 9 * (1 + len(GET_FIRMWARE_VERSION)) + 2
    assert spent[Owner.BUS] == pytest.approx(bits * 313 * 8, abs=200)  # cycles of 8 ns


def test_a_clock_held_by_the_chip_is_charged_to_the_bus(image):
    bench = Bench(image, bus="i2c")
    before = bench.send_over_i2c(b"1")[Owner.BUS]
    bench.pico._wires.stretch_ns = 440_000
    assert bench.send_over_i2c(b"1")[Owner.BUS] == pytest.approx(before + 440_000, abs=2)


def test_the_i2c_tells_that_nobody_is_there(image):
    bench = Bench(image, bus="i2c")
    bench.pico.chip.stuck = Stuck.FOR_EVER
    bench.send_over_i2c(b"1")
    assert bench.mcu.i2c[0].read_uint32(INTERRUPTS) & (TX_EMPTY | TX_ABORT) == TX_EMPTY | TX_ABORT


@pytest.mark.parametrize("command_s", [0.0005, 0.002])
def test_a_command_takes_what_the_option_says(image, command_s):
    bench = Bench(image, chip=command_s)
    select = bench.pico._wires._port.select
    select(low=True)
    bench.send_over_spi(
        bytes((0x80,)) + bytes(int(f"{b:08b}"[::-1], 2) for b in GET_FIRMWARE_VERSION)
    )
    select(low=False)
    spent = bench.wait(5_000_000)
    # The command is over with its last byte but one: what follows is the postamble.
    assert spent[Owner.CHIP] == pytest.approx((command_s + Timing().ack_s) * 1e9, abs=5000)
    assert spent[Owner.CHIP] + spent[Owner.INTERPRETER] == 5_000_000


def test_a_frame_on_air_takes_what_the_standard_says(bench):
    frame = AirFrame(Technology.TYPE_B, bytes.fromhex("05000871ff"))
    bench.pico.air.exchange(frame, 0.0, 0.005)
    on_air_s = frame_time(Technology.TYPE_B, 5, from_card=False) + 0.005
    assert bench.wait(10_000_000)[Owner.AIR] == round(on_air_s * 1e9)


@pytest.mark.parametrize(("size", "us"), [(64, 51.3), (0, 8.7)])
def test_a_usb_packet_takes_its_bits(size, us):
    assert packet_ns(size) / 1000 == pytest.approx(us, abs=0.05)


def test_a_packet_to_the_host_holds_the_guest_back_until_it_is_gone(bench):
    bench.offer_packet(64)
    bench.wait(packet_ns(64) - 10)
    assert not bench.is_gone()
    bench.wait(20)
    assert bench.is_gone()
    assert bench.pico.ledger.spent_ns(0, 100_000)[Owner.USB] == round(packet_ns(64))


def test_packets_either_way_wait_for_each_other(bench):
    for _ in range(3):
        bench.mcu.usb_ctrl.endpoint_read_done(2, bytes(64))
    bench.offer_packet(64)
    bench.wait(4 * packet_ns(64) - 10)
    assert not bench.is_gone()
    bench.wait(20)
    assert bench.is_gone()
