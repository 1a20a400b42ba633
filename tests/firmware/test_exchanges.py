"""The chip's driver, by exchanges that can be read on the bus; each bus has to carry them all."""

from contextlib import suppress

import pytest

from bus_i2c import I2cBus
from bus_uart import UartBus
from hostframe import ACK, NACK, Command
from kazashi.sim.hostframe import answer
from kazashi.sim.pn532 import Pn532 as Chip
from kazashi.sim.ports import HsuPort, I2cPort, SpiPort
from kazashi.sim.radio import Air
from pn532 import CardLost, ChipRefused, ChipSilent, Overheated, Pn532, RadioError
from rig import a_wait, clock, spi_bus
from rig_buses import I2c, Spi, Uart

ACKNOWLEDGED, REPEAT = ACK.hex(), NACK.hex()
ASK_VERSION, VERSION = "0000ff02fed4022a00", "0000ff06fad50332010607e800"
STALE = "0000ff02fed5151600"
R_ACK = "0000ff03fdd442a34700"
CHAINED = bytes.fromhex("0000ffffff0101fed5430012")  # the beginning of a_block()
DONE = bytes.fromhex("0000ff06fad54300029000")  # 90 00, in a card's first block

# What UM0701-02 §7.1 lists, by what it asks for; all others are a mistake of ours.
CLASSES = {
    RadioError: (0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x09, 0x0B, 0x23),
    CardLost: (0x27, 0x29, 0x2A, 0x2B),
    Overheated: (0x0D, 0x2D),
}


def a_block(pcb=0x12, count=253, status=0):
    """The answer that brings a block of the card, with so many bytes of a response."""
    return answer(0x42, bytes((status, pcb)) + bytes(range(count))).hex()


class ScriptedChip:
    """Expects the first frame of each exchange, then says the others, one at a time.

    Each is there only when it was looked for `looks` times in vain.
    """

    is_asleep = False
    stuck = None
    baud = 115200

    def __init__(self, *exchanges, looks=0):
        self._exchanges = list(exchanges)
        self._waiting = []
        self._heard = b""
        self._looks = self._looks_left = looks

    def host_bytes(self, data):
        self._heard += data
        assert self._exchanges, f"unexpected: {self._heard.hex()}"
        expected = bytes.fromhex(self._exchanges[0][0])
        assert expected.startswith(self._heard), self._heard.hex()
        if self._heard == expected:
            self._waiting = [bytes.fromhex(frame) for frame in self._exchanges.pop(0)[1:]]
            self._heard = b""

    def head(self):
        if self._waiting and self._looks_left:
            self._looks_left -= 1
            return None
        return self._waiting[0] if self._waiting else None

    def pop(self):
        self._looks_left = self._looks
        return self._waiting.pop(0)

    def wake(self):
        """It never slept."""

    def is_over(self):
        return not self._exchanges and not self._waiting and not self._heard


class Exchanges:
    """The suite. A subclass is a bus, and makes it for a chip."""

    def bus(self, chip):
        raise NotImplementedError

    def longer(self, command, acknowledgement, said):
        """The exchanges of a command whose answer is longer than expected."""
        return [(command, acknowledgement, said)]

    def call(self, *exchanges, code=0x02, parameters=b"", looks=0):
        """Send a command to a chip with these exchanges. Returns the answer's data."""
        scripted = ScriptedChip(*exchanges, looks=looks)
        chip = Pn532(self.bus(scripted), a_wait())
        start = chip.call(Command(code, 300, parameters), timeout_ms=20)
        assert scripted.is_over()
        return bytes(chip.reply.buffer[start : start + chip.reply.count])

    def test_a_command_is_acknowledged_and_answered(self):
        assert self.call((ASK_VERSION, ACKNOWLEDGED, VERSION)).hex() == "32010607"

    def test_what_is_not_ready_is_waited_for(self):
        said = self.call((ASK_VERSION, ACKNOWLEDGED, VERSION), looks=5)
        assert said.hex() == "32010607"

    def test_a_missing_acknowledgement_aborts_and_asks_again(self):
        exchanges = (ASK_VERSION,), (ACKNOWLEDGED,), (ASK_VERSION, ACKNOWLEDGED, VERSION)
        assert self.call(*exchanges).hex() == "32010607"

    def test_a_stale_answer_before_the_acknowledgement_is_passed_over(self):
        assert self.call((ASK_VERSION, STALE, ACKNOWLEDGED, VERSION)).hex() == "32010607"

    def test_a_stale_answer_after_the_acknowledgement_is_passed_over(self):
        assert self.call((ASK_VERSION, ACKNOWLEDGED, STALE, VERSION)).hex() == "32010607"

    @pytest.mark.parametrize("garbage", ["00", "000000", "ffff00", "a55a", "ff"])
    def test_garbage_before_an_answer_is_passed_over(self, garbage):
        assert self.call((ASK_VERSION, ACKNOWLEDGED, garbage + VERSION)).hex() == "32010607"

    def test_a_damaged_answer_is_asked_for_again(self):
        damaged = VERSION.replace("0106", "0107")
        exchanges = (ASK_VERSION, ACKNOWLEDGED, damaged), (REPEAT, VERSION)
        assert self.call(*exchanges).hex() == "32010607"

    def test_an_answer_damaged_every_time_is_silence(self):
        damaged = VERSION.replace("0106", "0107")
        exchanges = (ASK_VERSION, ACKNOWLEDGED, damaged), *[(REPEAT, damaged)] * 2
        with pytest.raises(ChipSilent):
            self.call(*exchanges, (ACKNOWLEDGED,))  # the last one aborts

    def test_a_silent_chip_is_said_to_be_silent(self):
        with pytest.raises(ChipSilent) as silent:
            self.call((ASK_VERSION,), (ACKNOWLEDGED,), (ASK_VERSION,), (ACKNOWLEDGED,))
        assert silent.value.args == (0x02,)

    def test_what_goes_on_air_is_given_to_the_chip_once(self):
        scripted = ScriptedChip(("0000ff03fdd442c22800",), (ACKNOWLEDGED,))  # no ACK: it is aborted
        with pytest.raises(ChipSilent):
            Pn532(self.bus(scripted), a_wait()).issue(Command(0x42, 1, b"\xc2"))
        assert scripted.is_over()

    def test_the_syntax_error_frame_is_a_refusal(self):
        with pytest.raises(ChipRefused):
            self.call((ASK_VERSION, ACKNOWLEDGED, "0000ff01ff7f8100"))

    def test_a_long_command_goes_in_an_extended_frame(self):
        parameters = bytes(range(254))
        body = b"\xd4\x00" + parameters
        checksum = -sum(body) & 0xFF
        frame = b"\x00\x00\xff\xff\xff\x01\x00\xff" + body + bytes((checksum, 0))
        exchange = frame.hex(), ACKNOWLEDGED, "0000ff02fed5012a00"
        assert self.call(exchange, code=0, parameters=parameters) == b""

    @pytest.mark.parametrize("count", [20, 60])
    def test_an_answer_longer_than_expected_comes_whole(self, count):
        data = bytes(range(count))
        exchanges = self.longer("0000ff02fed4002c00", ACKNOWLEDGED, answer(0x00, data).hex())
        assert self.call(*exchanges, code=0) == data

    @pytest.mark.parametrize("expected", [0, 24, 100, 266, 267, 276])
    def test_the_longest_block_comes_whole_whatever_was_expected(self, expected):
        block = bytes(range(254))
        frame = answer(0x42, b"\x00" + block).hex()
        assert len(frame) // 2 == 267
        command = "0000ff03fdd442c22800", ACKNOWLEDGED, frame
        is_enough = expected >= len(frame) // 2
        scripted = ScriptedChip(*([command] if is_enough else self.longer(*command)))
        chip = Pn532(self.bus(scripted), a_wait())
        chip._wait_ms, chip.expected = 100, expected
        chip.issue(Command(0x42, 1, b"\xc2"))
        start = chip.received()
        assert bytes(chip.heard.buffer[start : start + chip.heard.count]) == block
        assert chip.size == len(frame) // 2
        assert scripted.is_over()

    def test_a_whole_block_is_acknowledged_to_the_card_at_once(self):
        scripted = ScriptedChip(
            ("0000ff03fdd442c22800", ACKNOWLEDGED, a_block()),
            (R_ACK, ACKNOWLEDGED),
        )
        chip = Pn532(self.bus(scripted), a_wait())
        chip._wait_ms, chip.expected = 100, 267
        chip.issue(Command(0x42, 1, b"\xc2"))
        ack = Command(0x42, 1, b"\xa3")
        chip.expect(CHAINED, ack)
        chip.received()
        assert scripted._waiting == [ACK]
        chip.issue(ack)  # it is out already: only the chip's ACK is waited for
        assert scripted.is_over()

    @pytest.mark.parametrize(
        "said",
        [
            a_block(pcb=0x13),  # the number of another
            a_block(pcb=0x02),  # the last
            a_block(pcb=0xF2),
            a_block(count=200),
            a_block(status=0x02),
            a_block(status=0x29),
        ],
    )
    def test_no_other_block_is_acknowledged_at_once(self, said):
        scripted = ScriptedChip(("0000ff03fdd442c22800", ACKNOWLEDGED, said))
        chip = Pn532(self.bus(scripted), a_wait())
        chip._wait_ms, chip.expected = 100, len(said) // 2
        chip.issue(Command(0x42, 1, b"\xc2"))
        chip.expect(CHAINED, Command(0x42, 1, b"\xa3"))
        with suppress(RadioError):
            chip.received()
        assert scripted.is_over()
        assert chip._next is None

    @pytest.mark.parametrize("place", [8, 9, 10, 11, 12, 100, 264, 265])
    def test_a_damaged_block_is_not_acknowledged_before_the_chip_has_said_it_again(self, place):
        damaged = bytearray.fromhex(a_block())
        damaged[place] ^= 0x40
        scripted = ScriptedChip(
            ("0000ff03fdd442c22800", ACKNOWLEDGED, damaged.hex()),
            (REPEAT, a_block()),
            (R_ACK,),
        )
        chip = Pn532(self.bus(scripted), a_wait())
        chip._wait_ms, chip.expected = 100, 267
        chip.issue(Command(0x42, 1, b"\xc2"))
        chip.expect(CHAINED, Command(0x42, 1, b"\xa3"))
        chip.received()
        assert scripted.is_over()

    def test_a_block_that_follows_90_00_goes_out_at_once(self):
        scripted = ScriptedChip(
            ("0000ff03fdd442c22800", ACKNOWLEDGED, DONE.hex() + "5600"), (R_ACK, ACKNOWLEDGED)
        )
        chip = Pn532(self.bus(scripted), a_wait())
        chip._wait_ms = 100
        chip.issue(Command(0x42, 1, b"\xc2"))
        following = Command(0x42, 1, b"\xa3")
        chip.expect(DONE, following)
        chip.received()
        chip.issue(following)
        assert scripted.is_over()

    @pytest.mark.parametrize("said", ["0000ff06fad543000290005700", "0000ff06fad543000263008300"])
    def test_no_block_follows_a_damaged_90_00_or_another_status(self, said):
        again = [(REPEAT, DONE.hex() + "5600"), (R_ACK,)] if said.endswith("5700") else []
        scripted = ScriptedChip(("0000ff03fdd442c22800", ACKNOWLEDGED, said), *again)
        chip = Pn532(self.bus(scripted), a_wait())
        chip._wait_ms = 100
        chip.issue(Command(0x42, 1, b"\xc2"))
        chip.expect(DONE, Command(0x42, 1, b"\xa3"))
        chip.received()
        assert scripted.is_over()

    def test_an_answer_that_does_not_fit_is_asked_for_again_and_then_silence(self):
        frame = answer(0x00, bytes(200)).hex()  # `reply` has room for 80
        exchanges = ("0000ff02fed4002c00", ACKNOWLEDGED, frame), *[(REPEAT, frame)] * 2
        with pytest.raises(ChipSilent):
            self.call(*exchanges, (ACKNOWLEDGED,), code=0)

    @pytest.mark.parametrize("status", range(1, 0x40))
    def test_a_status_of_the_air_says_what_to_do_about_it(self, status):
        frame = answer(0x42, bytes((status,))).hex()
        chip = Pn532(
            self.bus(ScriptedChip(("0000ff03fdd442c22800", ACKNOWLEDGED, frame))), a_wait()
        )
        chip._wait_ms = 100
        chip.issue(Command(0x42, 1, b"\xc2"))
        expected = [kind for kind, statuses in CLASSES.items() if status in statuses]
        with pytest.raises(Exception) as error:  # noqa: PT011
            chip.received()
        assert (type(error.value), error.value.args) == ((*expected, ChipRefused)[0], (status,))

    def test_the_waiting_time_is_told_once_and_is_never_too_short(self):
        told = "0000ff02fed533f800"
        scripted = ScriptedChip(
            ("0000ff06fad43202000b0de000", ACKNOWLEDGED, told),  # 100 µs · 2^12
            ("0000ff06fad43202000b10dd00", ACKNOWLEDGED, told),
            ("0000ff06fad43202000b00ed00", ACKNOWLEDGED, told),  # for ever
        )
        chip = Pn532(self.bus(scripted), a_wait())
        for microseconds in (313_000, 313_000, 2_480_000, 2_480_000, 4_900_000):
            chip.wait_for_card(microseconds)
        assert scripted.is_over()

    def test_a_chip_that_sleeps_is_woken(self):
        simulated = Chip(Air(), clock)
        driver = Pn532(self.bus(simulated), a_wait())
        driver.start()
        driver.call(Command(0x16, 1, b"\xf8"))  # PowerDown
        assert simulated.is_asleep
        driver.start()
        assert bytes(driver.version).hex() == "32010607"

    def test_the_first_sam_configuration_is_heard_and_its_ack_and_answer_too(self):
        simulated = Chip(Air(), clock)
        driver = Pn532(self.bus(simulated), a_wait())
        heard = []
        simulated.disturb = lambda _, command: heard.append(command[0])
        for _ in range(2):  # at power-on, and asleep
            driver.start()
            assert heard.count(0x14) == 1
            assert driver.health.retries == 0
            driver.call(Command(0x16, 1, b"\xf8"))  # PowerDown
            heard.clear()


class TestSpiWithIrq(Exchanges):
    def bus(self, chip):
        return spi_bus(Spi(SpiPort(chip)), a_wait(), lambda: int(chip.head() is None))


class TestSpiByItsStatus(Exchanges):
    def bus(self, chip):
        return spi_bus(Spi(SpiPort(chip)), a_wait())


class OneByOne(Uart):
    """Octets come one at a time: at least one look passes before the next is there."""

    def any(self):
        return min(super().any(), 1)


class TestHsu(Exchanges):
    def bus(self, chip):
        return UartBus(Uart(HsuPort(chip)), a_wait())


class TestHsuOctetByOctet(Exchanges):
    def bus(self, chip):
        return UartBus(OneByOne(HsuPort(chip)), a_wait())

    # What is left of it comes for longer than such a line is waited for.
    test_an_answer_that_does_not_fit_is_asked_for_again_and_then_silence = None


class TestI2cByItsStatus(Exchanges):
    def bus(self, chip):
        return I2cBus(I2c(I2cPort(chip)), a_wait())

    def longer(self, command, acknowledgement, said):
        return [(command, acknowledgement, said), (REPEAT, said)]


class TestI2cWithIrq(TestI2cByItsStatus):
    def bus(self, chip):
        return I2cBus(I2c(I2cPort(chip)), a_wait(), lambda: int(chip.head() is None))

    def test_a_frame_that_is_not_repeated_is_none(self):
        frame = answer(0x00, bytes(60)).hex()
        bus = self.bus(ScriptedChip(("aa", frame), (REPEAT,)))
        bus.write(b"\xaa", 0, 1)
        begin = clock.s
        assert bus.readinto(bytearray(80), 24) == 0
        assert clock.s - begin < 0.03

    @pytest.mark.parametrize("irq", [0, 1])
    def test_nobody_on_the_bus_is_a_silent_chip(self, irq):
        chip = ScriptedChip()
        chip.stuck = True
        driver = Pn532(I2cBus(I2c(I2cPort(chip)), a_wait(), lambda: irq), a_wait())
        with pytest.raises(ChipSilent):
            driver.start()
