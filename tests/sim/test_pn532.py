"""The chip model at byte level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.sim.dialogue import Stuck
from kazashi.sim.faults import once, say_syntax_error
from kazashi.sim.hostframe import ACK, NACK, SYNTAX_ERROR
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import TypeB
from kazashi.sim.pn532 import Pn532
from kazashi.sim.ports import HsuPort, I2cPort, SpiPort, TimedHsuPort, heard
from kazashi.sim.radio import Air

PERSON = Person()
SAM = bytes.fromhex("0000ff05fbd4140100001700")
SAM_ANSWER = bytes.fromhex("0000ff02fed5151600")
VERSION = bytes.fromhex("0000ff02fed4022a00")
VERSION_ANSWER = bytes.fromhex("0000ff06fad50332010607e800")


class Clock:
    """Time that the test moves."""

    def __init__(self):
        self.s = 0.0

    def now(self):
        return self.s

    def sleep_until(self, when_s):
        self.s = max(self.s, when_s)


class Bench:
    """A chip with a card, on HSU."""

    def __init__(self, fastest=424):
        self.clock = Clock()
        self.air = Air()
        self.air.place(TypeB(Jpki(PERSON)))
        self.chip = Pn532(self.air, self.clock, fastest=fastest)
        self.port = HsuPort(self.chip)

    def send(self, data, after_s=10.0):
        self.port.feed(data)
        self.clock.s += after_s
        return self.port.fetch()

    def command(self, data):
        """Send D4 `data`; the answer behind D5."""
        body = bytes.fromhex("d4" + data)
        frame = b"\x00\x00\xff" + bytes((len(body), -len(body) & 0xFF)) + body
        said = self.send(frame + bytes((-sum(body) & 0xFF, 0)))
        assert said.startswith(ACK)
        answer = said[len(ACK) :]
        start = 9 if answer[3:5] == b"\xff\xff" else 6
        return answer[start:-2].hex() if answer else None


@pytest.fixture
def bench():
    ready = Bench()
    assert ready.send(SAM) == ACK + SAM_ANSWER
    return ready


def test_the_answer_comes_after_the_acknowledgement_and_not_before_its_time(bench):
    assert bench.send(VERSION, after_s=0.0) == b""
    bench.clock.s += 0.0002
    assert bench.port.fetch() == ACK
    bench.clock.s += 0.001
    assert bench.port.fetch() == VERSION_ANSWER


def test_in_low_battery_mode_the_field_cannot_be_used_until_sam_configuration():
    fresh = Bench()
    assert fresh.send(VERSION) == ACK + VERSION_ANSWER
    assert fresh.send(bytes.fromhex("0000ff04fcd44a0103de00")) == b""
    assert fresh.send(SAM) == ACK + SAM_ANSWER


def test_a_damaged_command_gets_no_acknowledgement(bench):
    assert bench.send(VERSION[:-2] + b"\x2b\x00") == b""
    assert bench.send(VERSION) == ACK + VERSION_ANSWER


def test_a_nack_from_the_host_brings_the_answer_again(bench):
    bench.send(VERSION)
    assert bench.send(NACK) == VERSION_ANSWER


def test_a_nack_from_the_host_brings_an_error_frame_again(bench):
    bench.send(VERSION)
    bench.chip.disturb = once(bench.chip.commands, say_syntax_error)
    bench.send(VERSION)
    assert bench.send(NACK) == SYNTAX_ERROR


def test_an_ack_from_the_host_ends_a_command(bench):
    bench.send(VERSION, after_s=0.0)
    assert bench.send(ACK) == b""


def test_an_unknown_command_is_a_syntax_error(bench):
    assert bench.send(bytes.fromhex("0000ff02fed4ff2d00")) == ACK + SYNTAX_ERROR


def test_the_line_test_echoes_extended_frames(bench):
    body = b"\xd4\x00\x00" + bytes(range(256)) + b"123456"
    size = len(body).to_bytes(2, "big")
    head = b"\x00\x00\xff\xff\xff" + size + bytes((-sum(size) & 0xFF,))
    said = bench.send(head + body + bytes((-sum(body) & 0xFF, 0)))
    assert said[len(ACK) + 10 : -2] == body[2:]


def test_the_self_tests_of_rom_and_ram_say_whether_these_are_good(bench):
    assert (bench.command("0001"), bench.command("0002")) == ("0100", "0100")
    bench.chip.rom, bench.chip.ram = b"\xff", b"\xff"
    assert (bench.command("0001"), bench.command("0002")) == ("01ff", "01ff")


@pytest.mark.parametrize(
    ("current_ma", "result", "register"), [(24, "af", "af"), (60, "00", "2f"), (151, "6f", "6f")]
)
def test_the_antenna_test_tells_a_current_beyond_its_limits(bench, current_ma, result, register):
    bench.chip.antenna_ma = current_ma
    assert bench.command("00072f") == "01" + result
    assert bench.command("06610c") == "07" + register


def test_while_its_reset_is_held_low_the_chip_says_nothing(bench):
    bench.chip.hold(low=True)
    assert bench.send(SAM) == b""
    bench.chip.hold(low=False)
    assert bench.send(SAM) == ACK + SAM_ANSWER


def test_registers_keep_what_is_written(bench):
    assert bench.command("08633d07630280") == "09"
    assert bench.command("06633d6302") == "070780"


WUPB = "42050008"
SPEEDS = {106: ("83", "08"), 212: ("93", "58"), 424: ("a3", "a8")}  # TxMode and RxMode; Param2


def attrib(bench, bit_rate):
    """Wake the card, choose a bit rate, and speak at it: what it answers to R(NAK)."""
    mode, parameter = SPEEDS[bit_rate]
    bench.command("320101")
    bench.command("08630283630383630500")
    pupi = bench.command(WUPB)[6:14]
    assert bench.command(f"421d{pupi}00{parameter}0100") == "430000"
    bench.command(f"086302{mode}6303{mode}")
    return bench.command("42b2")


@pytest.mark.parametrize("bit_rate", SPEEDS)
def test_the_speed_bits_choose_the_bit_rate(bench, bit_rate):
    assert attrib(bench, bit_rate) == "4300a3"


@pytest.mark.parametrize("bit_rate", [212, 424])
def test_a_chip_that_cannot_do_a_bit_rate_is_not_heard(bit_rate):
    slow = Bench(fastest=bit_rate // 2)
    slow.send(SAM)
    assert attrib(slow, bit_rate) == "4301"


def test_listing_waits_for_ever_by_default_and_as_often_as_told(bench):
    bench.air.clear()
    assert bench.command("4a010300") is None
    assert bench.command("3205010001") == "33"
    assert bench.command("4a010300") == "4b00"


def test_a_type_b_card_is_listed_activated_and_read_through_the_engine(bench):
    listed = bench.command("4a010300")
    assert listed.startswith("4b010150")
    assert listed.endswith("000041e0b381a10101")
    assert bench.command("400100a4040c0ad392f000260100000001") == "41009000"
    assert bench.command("4001" + "00b0860010") == "4100" + b"JPKIAPICCTOKEN2 ".hex() + "9000"
    assert bench.command("0006") == "0100"  # it is still there
    assert bench.command("5201") == "5300"
    assert bench.command("400100b0860010") == "4127"  # no such target any more


def test_a_response_over_262_bytes_comes_with_the_more_data_bit(bench):
    bench.command("4a010300")
    bench.command("400100a4040c0ad392f000260100000001")
    first = bytes.fromhex(bench.command("400100b08a00000258"))  # 600 bytes
    second = bytes.fromhex(bench.command("4001"))
    third = bytes.fromhex(bench.command("4001"))
    assert (first[1], second[1], third[1]) == (0x40, 0x40, 0x00)
    whole = first[2:] + second[2:] + third[2:]
    assert whole == PERSON.certificate[:600] + b"\x90\x00"


def test_the_raw_path_speaks_with_the_framing_of_the_registers(bench):
    bench.air.switch(on=True)
    assert bench.command("42050008") == "4301"  # Type A framing after reset: nobody answers
    bench.command("08630283630383")
    assert bench.command("42050008").startswith("430050")


def test_the_raw_path_takes_frames_of_256_bytes(bench):
    bench.air.switch(on=True)
    bench.command("08630283630383")
    pupi = bench.command("42050008")[6:14]
    bench.command(f"421d{pupi}00080100")
    bench.command("420200a4040c0ad392f000260100000001")
    block = bytes.fromhex(bench.command("420300b08a0000"))
    assert len(block) == 2 + 1 + 253
    assert block[3:] == PERSON.certificate[:253]


def test_without_a_chip_time_out_a_silent_card_is_waited_for_until_the_abort(bench):
    bench.command("3202000b00")
    bench.command("08630283630383")
    bench.air.switch(on=True)
    assert bench.command("42ff") is None
    assert bench.send(ACK) == b""
    assert bench.send(VERSION) == ACK + VERSION_ANSWER


def test_switching_the_field_off_forgets_the_target(bench):
    bench.command("4a010300")
    bench.command("320100")
    assert bench.command("4001000000") == "4127"


def test_power_down_sleeps_after_its_answer_and_a_preamble_wakes(bench):
    assert bench.command("162000") == "1700"
    assert bench.send(VERSION) == b""  # these bytes only woke it
    assert bench.send(VERSION) == ACK + VERSION_ANSWER
    bench.command("162000")
    assert bench.send(bytes(10) + VERSION) == ACK + VERSION_ANSWER


def test_the_baud_rate_changes_when_the_host_has_acknowledged(bench):
    bench.command("1007")
    assert bench.chip.baud == 115200
    bench.send(ACK)
    assert bench.chip.baud == 921600


RATES = (9600, 115200, 460800, 921600, 1288000)


@given(st.binary(max_size=40), st.sampled_from(RATES))
def test_uarts_at_about_one_rate_understand_each_other(data, baud):
    assert heard(data, baud, round(baud * 0.985)) == data


@given(st.sampled_from(RATES), st.sampled_from(RATES))
def test_uarts_at_other_rates_do_not(sent, listened):
    assert (heard(SAM, sent, listened) == SAM) == (sent == listened)


def test_a_zero_sent_slowly_is_a_line_held_low_and_nothing_to_a_fast_uart():
    assert heard(b"\x00", 115200, 921600) == b""


def test_a_command_at_another_rate_does_not_reach_the_chip(bench):
    port = HsuPort(bench.chip)
    port.baud = 921600
    port.feed(SAM)
    port.feed(ACK)
    bench.clock.s += 1
    assert port.fetch() == b""
    port.baud = 115200
    port.feed(SAM)
    bench.clock.s += 1
    assert port.fetch() == ACK + SAM_ANSWER


@pytest.mark.parametrize("rate", [115200, 921600])
def test_in_real_time_an_octet_takes_ten_bits_either_way(rate):
    bench = Bench()
    port = TimedHsuPort(bench.chip, bench.clock)
    port.rate = rate
    port.feed(SAM)
    assert bench.clock.s == pytest.approx(len(SAM) * 10 / rate)
    for said in (ACK, SAM_ANSWER):
        bench.clock.sleep_until(bench.chip.due_s())
        begin_s = bench.clock.s
        assert port.fetch() == said
        assert bench.clock.s == pytest.approx(begin_s + len(said) * 10 / rate)


def test_in_real_time_octets_come_while_nobody_fetches_them():
    bench = Bench()
    port = TimedHsuPort(bench.chip, bench.clock)
    port.feed(SAM)
    bench.clock.s = 1.0
    assert port.fetch() == ACK + SAM_ANSWER
    assert bench.clock.s == 1.0


def turned(data):
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)


def test_spi_reads_one_frame_at_a_time_in_any_pieces():
    bench = Bench()
    port = SpiPort(bench.chip)

    def operation(data):
        port.select(low=True)
        answer = turned(port.transfer(turned(data)))
        port.select(low=False)
        return answer

    assert operation(b"\x02\x00") == b"\x00\x00"
    operation(b"\x01" + SAM)
    bench.clock.s += 1
    assert operation(b"\x02\x00") == b"\x00\x01"
    assert operation(b"\x03" + bytes(10)) == b"\x00" + ACK + bytes(4)
    assert operation(b"\x03" + bytes(4)) == b"\x00" + SAM_ANSWER[:4]
    assert operation(b"\x03" + bytes(5)) == b"\x00" + SAM_ANSWER[4:]
    assert operation(b"\x02\x00") == b"\x00\x00"


class I2cMaster:
    """One transfer at a time."""

    def __init__(self, chip):
        self._port = I2cPort(chip)

    def read(self, *counts):
        assert self._port.start(I2cPort.ADDRESS)
        return b"".join(self._port.read(count) for count in counts)

    def write(self, data):
        assert self._port.start(I2cPort.ADDRESS)
        self._port.write(data)


def test_a_read_over_i2c_begins_with_the_status_and_loses_what_it_leaves():
    bench = Bench()
    master = I2cMaster(bench.chip)
    assert master.read(3) == b"\x00\x00\x00"
    master.write(SAM)
    bench.clock.s += 1
    assert [master.read(1), master.read(1)] == [b"\x01", b"\x01"]
    assert master.read(1, 0, 2, 7) == b"\x01" + ACK + bytes(3)
    assert master.read(4) == b"\x01" + SAM_ANSWER[:3]
    assert master.read(1) == b"\x00"
    master.write(bytes.fromhex("0000ffff0000"))
    bench.clock.s += 1
    assert master.read(10) == b"\x01" + SAM_ANSWER


def test_a_transfer_over_i2c_that_wakes_the_chip_is_lost():
    bench = Bench()
    bench.send(SAM)
    bench.command("1680")
    assert bench.chip.is_asleep
    master = I2cMaster(bench.chip)
    master.write(SAM)
    bench.clock.s += 1
    assert master.read(1) == b"\x00"
    master.write(SAM)
    bench.clock.s += 1
    assert master.read(7) == b"\x01" + ACK


def test_nobody_else_answers_for_the_chip_on_i2c():
    chip = Bench().chip
    assert not I2cPort(chip).start(0x25)
    chip.stuck = Stuck.FOR_EVER
    assert not I2cPort(chip).start(I2cPort.ADDRESS)


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_no_bytes_from_the_host_break_the_chip(pieces):
    bench = Bench()
    for piece in pieces:
        bench.send(piece)
    bench.send(bytes(300) + ACK)
    assert bench.send(bytes(10) + SAM).endswith(ACK + SAM_ANSWER)


@given(st.integers(0, 255), st.binary(max_size=20))
def test_no_command_breaks_the_chip(code, parameters):
    bench = Bench()
    bench.send(SAM)
    bench.command(bytes((code, *parameters)).hex())
    bench.send(ACK)
    assert bench.send(bytes(10) + SAM).endswith(ACK + SAM_ANSWER)
