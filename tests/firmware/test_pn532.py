"""The chip's driver, by exchanges that can be read on the bus; each bus has to carry them all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus_i2c import I2cBus
from bus_uart import UartBus
from desk import I2c, Spi, Uart, spi_bus
from hostframe import ACK, NACK, PARAMETERS, Answer, Command
from kazashi.sim.ports import HsuPort, I2cPort, SpiPort
from pn532 import CardLost, ChipRefused, ChipSilent, Overheated, Pn532, RadioError

ACKNOWLEDGED, REPEAT = ACK.hex(), NACK.hex()
VERSION = ("0000ff02fed4022a00", ACKNOWLEDGED, "0000ff06fad50332010607e800")


class ScriptedChip:
    """Expects the first frame of each exchange, then says the others, one at a time."""

    is_asleep = False
    stuck = None
    baud = 115200

    def __init__(self, *exchanges):
        self._exchanges = list(exchanges)
        self._waiting = []
        self._heard = b""

    def host_bytes(self, data):
        self._heard += data
        assert self._exchanges, f"unexpected: {self._heard.hex()}"
        expected = bytes.fromhex(self._exchanges[0][0])
        assert expected.startswith(self._heard), self._heard.hex()
        if self._heard == expected:
            self._waiting = [bytes.fromhex(frame) for frame in self._exchanges.pop(0)[1:]]
            self._heard = b""

    def head(self):
        return self._waiting[0] if self._waiting else None

    def pop(self):
        return self._waiting.pop(0)

    def wake(self):
        """It never slept."""

    def is_over(self):
        return not self._exchanges and not self._waiting and not self._heard


BUSES = {
    "spi": lambda chip: spi_bus(Spi(SpiPort(chip))),
    "i2c": lambda chip: I2cBus(I2c(I2cPort(chip))),
    "hsu": lambda chip: UartBus(Uart(HsuPort(chip))),
}


@pytest.fixture(params=BUSES)
def driver(request):
    """Makes the driver of a scripted chip, on the bus under test."""
    return lambda chip: Pn532(BUSES[request.param](chip))


@pytest.fixture
def call(driver):
    """Sends a command to a chip with these exchanges. Returns the answer's data."""

    def call(*exchanges, code=0x02, parameters=b""):
        scripted = ScriptedChip(*exchanges)
        chip = driver(scripted)
        start = chip.call(Command(code, 300, parameters), timeout_ms=20)
        assert scripted.is_over()
        return bytes(chip.reply.buffer[start : start + chip.reply.count])

    return call


def test_a_command_is_acknowledged_and_answered(call):
    assert call(VERSION).hex() == "32010607"


def test_a_missing_acknowledgement_aborts_and_asks_again(call):
    assert call((VERSION[0],), (ACKNOWLEDGED,), VERSION).hex() == "32010607"


def test_a_stale_answer_before_the_acknowledgement_is_passed_over(call):
    stale = "0000ff02fed5151600"
    assert call((VERSION[0], stale, *VERSION[1:])).hex() == "32010607"


def test_a_stale_answer_after_the_acknowledgement_is_passed_over(call):
    stale = "0000ff02fed5151600"
    assert call((VERSION[0], ACKNOWLEDGED, stale, VERSION[2])).hex() == "32010607"


def test_a_damaged_answer_is_asked_for_again(call):
    damaged = VERSION[2].replace("0106", "0107")
    assert call((VERSION[0], ACKNOWLEDGED, damaged), (REPEAT, VERSION[2])).hex() == "32010607"


def test_an_answer_damaged_every_time_is_silence(call):
    damaged = VERSION[2].replace("0106", "0107")
    with pytest.raises(ChipSilent):
        call(
            (VERSION[0], ACKNOWLEDGED, damaged), *[(REPEAT, damaged)] * 2, (ACKNOWLEDGED,)
        )  # the last one aborts


def test_a_silent_chip_is_said_to_be_silent(call):
    with pytest.raises(ChipSilent) as silent:
        call((VERSION[0],), (ACKNOWLEDGED,), (VERSION[0],), (ACKNOWLEDGED,))
    assert silent.value.args == (0x02,)


class StuckBus:
    """A frame seems to wait at all times: IRQ shorted to ground, or an open MISO."""

    def __init__(self, frame):
        self.frame = frame

    def write(self, buffer, start, end):
        pass

    def ready(self):
        return True

    def readinto(self, buffer, expected):
        buffer[: len(self.frame)] = self.frame
        return len(self.frame)


@pytest.mark.parametrize("frame", [b"\xff" * 6, bytes(6), bytes.fromhex("0000ff02fed5151600")])
def test_a_line_that_is_stuck_is_a_silent_chip(frame):
    with pytest.raises(ChipSilent):
        Pn532(StuckBus(frame)).call(Command(0x02, 0))


def test_what_goes_on_air_is_given_to_the_chip_once(driver):
    scripted = ScriptedChip(("0000ff03fdd442c22800",), (ACKNOWLEDGED,))  # no ACK: it is aborted
    with pytest.raises(ChipSilent):
        driver(scripted).issue(Command(0x42, 1, b"\xc2"))
    assert scripted.is_over()


def test_the_syntax_error_frame_is_a_refusal(call):
    with pytest.raises(ChipRefused):
        call((VERSION[0], ACKNOWLEDGED, "0000ff01ff7f8100"))


def test_a_long_command_goes_in_an_extended_frame(call):
    parameters = bytes(range(254))
    body = b"\xd4\x00" + parameters
    checksum = -sum(body) & 0xFF
    frame = b"\x00\x00\xff\xff\xff\x01\x00\xff" + body + bytes((checksum, 0))
    assert (
        call((frame.hex(), ACKNOWLEDGED, "0000ff02fed5012a00"), code=0, parameters=parameters)
        == b""
    )


# What UM0701-02 §7.1 lists, by what it asks for; all others are a mistake of ours.
CLASSES = {
    RadioError: (0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x09, 0x0B, 0x23),
    CardLost: (0x27, 0x29, 0x2A, 0x2B),
    Overheated: (0x0D, 0x2D),
}


@pytest.mark.parametrize("status", range(1, 0x40))
def test_a_status_of_the_air_says_what_to_do_about_it(driver, status):
    answer = bytes((0xD5, 0x43, status))
    frame = b"\x00\x00\xff\x03\xfd" + answer + bytes((-sum(answer) & 0xFF, 0))
    chip = driver(ScriptedChip(("0000ff03fdd442c22800", ACKNOWLEDGED, frame.hex())))
    chip._wait_ms = 100
    chip.issue(Command(0x42, 1, b"\xc2"))
    expected = [kind for kind, statuses in CLASSES.items() if status in statuses] or [ChipRefused]
    with pytest.raises(Exception) as error:  # noqa: PT011
        chip.received()
    assert (type(error.value), error.value.args) == (expected[0], (status,))


def test_the_waiting_time_is_told_once_and_is_never_too_short(driver):
    scripted = ScriptedChip(
        ("0000ff06fad43202000b0de000", ACKNOWLEDGED, "0000ff02fed533f800"),  # 100 µs · 2^12
        (
            "0000ff06fad4320200100bdd00".replace("100bdd", "0b10dd"),
            ACKNOWLEDGED,
            "0000ff02fed533f800",
        ),
        ("0000ff06fad43202000b00ed00", ACKNOWLEDGED, "0000ff02fed533f800"),  # for ever
    )
    chip = driver(scripted)
    for microseconds in (313_000, 313_000, 2_480_000, 2_480_000, 4_900_000):
        chip.wait_for_card(microseconds)
    assert scripted.is_over()


@given(st.binary(max_size=276))
def test_no_bytes_from_the_chip_raise(noise):
    answer = Answer()
    answer.buffer[: len(noise)] = noise
    if answer.read(len(noise)):
        assert answer.start + answer.count <= len(noise)
    answer.is_ack(len(noise))


@given(st.integers(0, 255), st.binary(max_size=263))
def test_what_is_wrapped_is_unwrapped_the_same(code, data):
    command = Command(code, 263, data)
    frame = bytearray(command.buffer[command.start : command.end])
    frame[PARAMETERS - 2 - command.start] = 0xD5  # as if the chip had sent it
    frame[-2] = frame[-2] - 1 & 0xFF
    answer = Answer()
    answer.buffer[: len(frame)] = frame
    assert answer.read(len(frame))
    assert answer.code == code
    assert bytes(answer.buffer[answer.start : answer.start + answer.count]) == data
