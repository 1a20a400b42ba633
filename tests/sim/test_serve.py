"""Programs at the TCP port of a simulated reader that behave badly: none holds it for ever."""

import select
import socket
from contextlib import closing

import pytest

from kazashi.errors import ReaderUnplugged
from kazashi.sim.serve import GREETING_S, SILENCE_S, STAY_S, UNREAD_S, TcpLine, serve
from kazashi_wire.frame import Frame
from kazashi_wire.messages import AskHealth, Maintain

ASK = Frame(AskHealth.kind, 1, AskHealth().build()).build()
MAINTAIN = Frame(Maintain.kind, 2, Maintain().build()).build()


class Clock:
    s = 0.0

    def now(self):
        return self.s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def line(clock):
    with closing(TcpLine("127.0.0.1", 0, now=clock.now)) as line:
        yield line


@pytest.fixture
def program(line):
    with socket.create_connection(line.address, timeout=10) as program:
        assert line.read(5.0) == b""  # it is taken in
        yield program


def is_hung_up(line, program):
    try:
        while program.recv(1 << 16):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return line._peer is None


def test_a_program_that_says_nothing_makes_way_for_the_next(line, clock, program):
    clock.s = GREETING_S
    line.read(0.0)
    assert line._peer
    clock.s += 1
    line.read(0.0)
    assert is_hung_up(line, program)
    with socket.create_connection(line.address) as following:
        line.read(5.0)
        following.sendall(ASK)
        assert line.read(5.0) == ASK


def test_a_program_that_has_spoken_may_wait_for_cards_for_minutes(line, clock, program):
    program.sendall(ASK)
    assert line.read(5.0) == ASK
    clock.s = SILENCE_S
    line.read(0.0)
    assert line._peer
    clock.s += 1
    line.read(0.0)
    assert is_hung_up(line, program)


class Firmware:
    """Takes all that the program says, or nothing; the program speaks every nine minutes."""

    def __init__(self, clock, program, *, takes_all):
        self.offered = b""
        self._clock, self._program, self._takes_all = clock, program, takes_all

    def read_beside(self, line):
        if not line._peer or self._clock.s > 2 * STAY_S:
            raise ReaderUnplugged
        self._clock.s += SILENCE_S * 0.9
        self._program.sendall(ASK)
        select.select([line], [], [], 5.0)
        return b""

    def write(self, data):
        self.offered += data
        return len(data) if self._takes_all else 0


@pytest.mark.parametrize("takes_all", [True, False])
def test_a_program_that_speaks_now_and_then_makes_way_after_an_hour(
    line, clock, program, takes_all
):
    firmware = Firmware(clock, program, takes_all=takes_all)
    with pytest.raises(ReaderUnplugged):
        serve(firmware, line)
    assert is_hung_up(line, program)
    assert STAY_S < clock.s < STAY_S + SILENCE_S
    assert firmware.offered == ASK * int(STAY_S / (SILENCE_S * 0.9))


def test_a_program_that_never_reads_is_left(line, clock, program):
    for _ in range(1000):
        line.write(bytes(1 << 20), 0.0 if clock.s else 0.05)
        clock.s += UNREAD_S / 10
        if not line._peer:
            break
    assert is_hung_up(line, program)
    assert clock.s < 10 * UNREAD_S


@pytest.mark.parametrize("cut", range(1, len(MAINTAIN)))
def test_maintenance_is_refused_however_it_is_cut(line, program, cut):
    program.sendall(MAINTAIN[:cut])
    assert line.read(5.0) == b""
    program.sendall(MAINTAIN[cut:])
    assert line.read(5.0) == b""
    assert is_hung_up(line, program)


def test_only_whole_frames_pass(line, program):
    program.sendall(b"noise" + ASK[:5])
    assert line.read(5.0) == b""
    program.sendall(ASK[5:])
    assert line.read(5.0) == ASK
