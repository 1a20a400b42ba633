"""Boards that stall, at any point of being flashed: each wait is over in its time."""

import threading

import pytest
from mpremote.transport import TransportError

from kazashi.errors import Cancelled, LinkError, NoReader, ReaderBusy, ReaderSilent, ReaderUnplugged
from kazashi.flashing import install
from kazashi.flashing.errors import BoardUnreachable, EndlessAnswer
from kazashi.flashing.prompt import PromptTransport, open_prompt
from kazashi.flashing.repl import KNOCK, State, booted, is_at_prompt, looked_at
from kazashi_wire.messages import Done, Maintain
from played import LOOK_S, PlayedReader

RAW = b"\x01"  # what asks for the prompt's raw mode, which begins with a greeting
GREETING = b"raw REPL; CTRL-B to exit\r\n>"
SLACK_S = 1.5  # the last look, and what was done before
COMMAND_S = 60


class Board:
    """It says `said` once it was sent `asked`, a byte in `byte_s`; it takes a byte in `take_s`, or
    all at once.
    """

    def __init__(self, said=b"", *, asked=b"", byte_s=0.002, take_s=0.0):
        self.s = 0.0
        self._said = iter(said)
        self._asked = asked
        self._is_asked = not asked
        self._byte_s = byte_s
        self.take_s = take_s
        self._taken_s = 0.0
        self.cancel = threading.Event()
        self.cancelled_at_s = None

    def now(self):
        if self.cancelled_at_s is not None and self.s >= self.cancelled_at_s:
            self.cancel.set()
        return self.s

    def sleep(self, seconds):
        self.s += seconds

    def absent(self):
        """What opens the line to a board that is not there."""
        raise NoReader

    def read(self, _size):
        byte = next(self._said, None) if self._is_asked else None
        self.s += LOOK_S if byte is None else self._byte_s
        return b"" if byte is None else bytes((byte,))

    def write(self, data):
        self._is_asked |= self._asked in data
        if not self.take_s:
            return len(data)
        self.s += LOOK_S
        if self.s - self._taken_s < self.take_s:
            return 0
        self._taken_s = self.s
        return 1

    def close(self):
        pass


class Gone(Board):
    """It leaves whenever it is looked at."""

    def read(self, _size):
        raise ReaderUnplugged


@pytest.mark.parametrize("said", [b"", b"no prompt" * 10_000], ids=["silent", "talking"])
def test_a_prompt_that_does_not_come_is_not_waited_for(said):
    board = Board(said)
    assert not is_at_prompt(board, KNOCK, 1.0)
    assert board.s < 1.0 + SLACK_S


@pytest.mark.parametrize("take_s", [1.0, 1e9], ids=["slowly", "never"])
def test_a_board_that_takes_nothing_is_not_waited_for(take_s):
    board = Board(take_s=take_s)
    with pytest.raises(ReaderSilent):
        is_at_prompt(board, b"a knock, longer than ten bytes", 100.0)
    assert board.s < 10 + SLACK_S


@pytest.mark.parametrize("said", [b">>> ", b">>> " * 10_000], ids=["silent", "talking"])
def test_a_prompt_that_does_not_say_what_lies_there_is_a_prompt(said):
    board = Board(said)
    assert looked_at(lambda: board, board) is State.PROMPT
    assert board.s < 10 + SLACK_S


@pytest.mark.parametrize(("error", "limit_s"), [(NoReader(), 3), (ReaderBusy("", ""), 15)])
def test_a_board_that_is_not_there_is_no_prompt(error, limit_s):
    clock = Board()

    def connect():
        raise error

    assert looked_at(connect, clock) is State.NO_PROMPT
    assert clock.s < limit_s + SLACK_S
    with pytest.raises(type(error)):
        booted(connect, 120, clock)
    assert clock.s < limit_s + 120 + 2 * SLACK_S


def test_what_is_neither_reader_nor_prompt_is_given_up():
    board = Board()
    with pytest.raises(BoardUnreachable):
        open_prompt(lambda: board, board)
    assert board.s < 20


def test_a_reader_that_stays_after_maintenance_is_given_up():
    reader = PlayedReader({Maintain: [Done()]})
    with pytest.raises(BoardUnreachable):
        open_prompt(lambda: reader, Board())
    assert 20 + 120 < reader.s < 20 + 120 + 3 * SLACK_S


DIALOGUE = GREETING + b"OK" + b"its output" + b"\x04" + b"\x04"


def use(board):
    transport = PromptTransport(board)
    assert transport.exec("print('its output')") == b"its output"


def test_a_board_that_says_all_of_it_is_used():
    use(Board(DIALOGUE, asked=RAW))


@pytest.mark.parametrize("count", range(len(DIALOGUE)))
def test_a_board_that_falls_silent_in_the_middle_is_given_up(count):
    board = Board(DIALOGUE[:count], asked=RAW)
    with pytest.raises((ReaderSilent, TransportError)):
        use(board)
    assert board.s < 2 * COMMAND_S + SLACK_S


@pytest.mark.parametrize(
    "said",
    [b"", GREETING + b"OK"],
    ids=["a greeting", "an answer"],
)
def test_a_board_that_talks_slowly_and_for_ever_is_given_up(said):
    board = Board(said + b"y" * 1000, asked=RAW, byte_s=0.5)
    with pytest.raises((ReaderSilent, TransportError)):
        use(board)
    assert board.s < 2 * COMMAND_S + SLACK_S


def test_a_board_that_takes_a_command_slowly_is_given_up():
    board = Board(GREETING, asked=RAW)
    transport = PromptTransport(board)
    board.take_s = 1.0
    with pytest.raises(ReaderSilent):
        transport.exec("pass\n" * 100)
    assert board.s < 2 * COMMAND_S + SLACK_S


def test_a_board_that_does_not_start_again_is_left():
    board = Board(GREETING + b"OK", asked=RAW)
    transport = PromptTransport(board)
    transport.restart()
    assert board.s < 20 + SLACK_S


@pytest.mark.parametrize("has_gone", [False, True], ids=["silent", "gone at once"])
def test_a_reader_that_does_not_start_is_given_up(has_gone):
    board = Gone() if has_gone else Board()
    with pytest.raises(LinkError):
        install._greeted(lambda: board, board, None)
    assert 120 <= board.s < 120 + 20


def test_an_answer_without_end_is_given_up_and_not_kept():
    board = Board(GREETING + b"OK" + b"y" * 100_000, asked=RAW, byte_s=0.0)
    transport = PromptTransport(board)
    with pytest.raises(EndlessAnswer):
        transport.exec("print('y' * 100_000)")


WAITS = {
    "a knock": (lambda board: is_at_prompt(board, KNOCK, 100, board.cancel), Board()),
    "a knock that is not taken": (
        lambda board: is_at_prompt(board, KNOCK, 100, board.cancel),
        Board(take_s=1e9),
    ),
    "is it blank": (
        lambda board: looked_at(lambda: board, board, board.cancel),
        Board(b">>> "),
    ),
    "a board that returns": (lambda board: booted(board.absent, 100, board, board.cancel), Board()),
    "a board whose port is absent": (
        lambda board: looked_at(board.absent, board, board.cancel),
        Board(),
    ),
    "the raw prompt": (lambda board: PromptTransport(board, board.cancel), Board()),
    "an answer": (
        lambda board: PromptTransport(board, board.cancel).exec("pass"),
        Board(GREETING + b"OK", asked=RAW),
    ),
    "its goodbye": (
        lambda board: PromptTransport(board, board.cancel).restart(),
        Board(GREETING + b"OK", asked=RAW),
    ),
    "a reader that starts": (
        lambda board: install._greeted(lambda: board, board, board.cancel),
        Board(),
    ),
}


@pytest.mark.parametrize("name", WAITS)
def test_each_wait_is_cancelled(name):
    wait, board = WAITS[name]
    board.cancelled_at_s = 0.5
    with pytest.raises(Cancelled):
        wait(board)
    assert 0.5 <= board.s <= 0.5 + 2 * LOOK_S


def test_maintenance_is_cancelled():
    reader = PlayedReader({Maintain: []})
    cancel = threading.Event()
    reader.happens.append((3.0, cancel.set))
    with pytest.raises(Cancelled):
        open_prompt(lambda: reader, Board(), cancel)
    assert 3.0 <= reader.s <= 3.0 + 2 * LOOK_S
