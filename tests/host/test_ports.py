"""Ports that are busy, pulled out, or back again: each is an error of ours."""

import errno
import os
import socket
import sys

import pytest
import serial

from kazashi import discovery
from kazashi.discovery import SerialPipe, SocketPipe
from kazashi.errors import (
    LinkError,
    NoReader,
    ReaderBusy,
    ReaderForbidden,
    ReaderHeld,
    ReaderNotFound,
    ReaderUnplugged,
)
from kazashi.reader import Reader
from kazashi.returning import opened_again
from played import PlayedReader
from said import raises

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals on Windows")


@pytest.fixture
def port():
    """(the far end of a serial port, its name)."""
    import pty
    import tty

    far, near = pty.openpty()
    tty.setraw(near)
    name = os.ttyname(near)
    yield far, name
    for end in (near, far):
        try:
            os.close(end)
        except OSError:
            pass  # the test did


@needs_posix
@pytest.mark.parametrize("call", ["tcgetattr", "tcsetattr", "tcflush"])
def test_a_board_that_leaves_while_its_port_is_opened_is_an_error_of_the_line(
    port, call, monkeypatch
):
    import termios

    def leaves(*_):
        raise termios.error(errno.EIO, "Input/output error")

    monkeypatch.setattr(f"serial.serialposix.termios.{call}", leaves)
    with pytest.raises(LinkError):
        SerialPipe(port[1])


@needs_posix
def test_a_board_that_leaves_when_its_port_is_open_leaves_no_port_open(port, monkeypatch):
    import termios

    real, calls = termios.tcflush, []

    def leaves_the_second_time(*arguments):
        calls.append(arguments[0])
        if len(calls) > 1:
            raise termios.error(errno.EIO, "Input/output error")
        real(*arguments)

    monkeypatch.setattr("serial.serialposix.termios.tcflush", leaves_the_second_time)
    with pytest.raises(ReaderUnplugged):
        SerialPipe(port[1])
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(calls[-1])


@needs_posix
def test_a_port_that_is_closed_in_the_middle_of_a_read_is_unplugged(port, monkeypatch):
    """pyserial then reads from None, which is a TypeError."""
    pipe = SerialPipe(port[1])
    os.write(port[0], b"something")
    real = serial.serialposix.select.select

    def closes(*arguments):
        ready = real(*arguments)
        pipe.close()
        return ready

    monkeypatch.setattr("serial.serialposix.select.select", closes)
    with pytest.raises(ReaderUnplugged):
        pipe.read(1)


@needs_posix
def test_a_port_that_has_gone_can_be_closed(port, monkeypatch):
    pipe = SerialPipe(port[1])

    def gone():
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(pipe._line, "close", gone)
    pipe.close()


WINDOWS = "could not open port 'COM3': {}"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("PermissionError(13, 'Access is denied.', None, 5)", ReaderBusy),
        ("FileNotFoundError(2, 'The system cannot find the file specified.', None, 2)", NoReader),
    ],
)
def test_a_busy_port_on_windows_is_told_from_an_absent_one(said, error, monkeypatch):
    """serialwin32.py of pyserial 3.5 gives no errno, only this text."""

    def refuse(*_, **__):
        raise serial.SerialException(WINDOWS.format(said))

    monkeypatch.setattr(serial, "Serial", refuse)
    monkeypatch.setattr(discovery, "_IS_WINDOWS", True)
    monkeypatch.setattr(discovery, "holder", lambda _: None)
    with pytest.raises(error):
        SerialPipe("COM3")


@needs_posix
@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.EACCES, ReaderForbidden),
        (errno.EPERM, ReaderForbidden),
        (errno.EBUSY, ReaderBusy),  # another program said TIOCEXCL
    ],
)
def test_a_port_that_may_not_be_used_is_told_from_one_in_use(port, number, error, monkeypatch):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("serial.serialposix.os.open", refuse)
    monkeypatch.setattr(discovery, "holder", lambda _: None)
    with raises(error, match=os.strerror(number)):
        SerialPipe(port[1])


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux")
def test_a_port_in_use_says_by_which_program(port):
    first = SerialPipe(port[1])
    with raises(ReaderHeld, match=f"python.* \\(process {os.getpid()}\\) uses the reader"):
        SerialPipe(port[1])
    first.close()


@pytest.mark.parametrize(
    "url",
    [
        "socket://",
        "socket://127.0.0.1:99999999",
        "socket://[::",
        "socket://\udc80:1",
        "socket://a\0:1",
    ],
)
def test_an_address_that_is_none_is_an_error_of_the_line(url):
    with pytest.raises(LinkError):
        SocketPipe(url)


@needs_posix
def test_what_is_no_serial_port_is_said_in_the_systems_words():
    with pytest.raises(ReaderNotFound) as raised:
        SerialPipe(os.devnull)
    assert raised.value.reason == os.strerror(errno.ENOTTY)


def test_a_host_without_an_address_is_said_in_the_resolvers_words(monkeypatch):
    def resolve(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", resolve)
    with pytest.raises(ReaderNotFound) as raised:
        SocketPipe("socket://kazashi.invalid:1")
    assert raised.value.reason == "Name or service not known"


def test_a_reader_on_a_socket_that_hangs_up_is_unplugged():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pipe = SocketPipe(f"socket://127.0.0.1:{listener.getsockname()[1]}")
        listener.accept()[0].close()
        with pytest.raises(ReaderUnplugged):
            pipe.read(1)
        pipe.close()


class Clock:
    """Time that passes while a program sleeps."""

    def __init__(self):
        self.s = 0.0

    def now(self):
        return self.s

    def sleep(self, seconds):
        self.s += seconds


def opened_after(clock, *times):
    """A port that is what `times` say, (error, until when), and then open."""

    def connect():
        for error, until_s in times:
            if clock.s < until_s:
                raise error
        return "the line"

    return opened_again(connect, clock=clock)


BUSY, ABSENT = ReaderBusy("/dev/ttyACM0", "busy"), ReaderNotFound("/dev/ttyACM0", "absent")
FORBIDDEN = ReaderForbidden("/dev/ttyACM0", "forbidden")  # until udev's rules have run
LEAVES = ReaderUnplugged()  # it was there, and went as it was opened


@pytest.mark.parametrize(
    "times",
    [
        [(ABSENT, 2.0)],
        [(LEAVES, 2.0)],
        [(BUSY, 12.0)],
        [(ABSENT, 2.0), (FORBIDDEN, 2.5), (BUSY, 12.0)],
    ],
)
def test_a_board_that_starts_again_is_waited_for(times):
    clock = Clock()
    assert opened_after(clock, *times) == "the line"
    assert clock.s == pytest.approx(times[-1][1], abs=0.2)


@pytest.mark.parametrize(
    ("error", "after_s"), [(ABSENT, 3.0), (LEAVES, 3.0), (BUSY, 15.0), (FORBIDDEN, 15.0)]
)
def test_a_board_that_does_not_come_back_is_given_up(error, after_s):
    clock = Clock()
    with pytest.raises(type(error)):
        opened_after(clock, (error, 1000.0))
    assert clock.s == pytest.approx(after_s, abs=0.2)


def test_a_reader_that_comes_back_is_greeted_anew_and_its_card_is_over():
    played = [PlayedReader(), PlayedReader()]
    reader = Reader(lambda: played.pop(0))
    card = reader.wait_for_card(3)
    reader.reconnect()
    assert card.is_over
    assert not played
