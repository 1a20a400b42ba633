"""A reader that fetches nothing holds no wait up: it is cancelled, or over, in its time."""

import os
import socket
import sys
from threading import Event, Thread, Timer

import pytest
import serial

from kazashi import discovery
from kazashi.discovery import SerialPipe, SocketPipe
from kazashi.errors import Cancelled, CardTooSlow, ReaderSilent
from kazashi.link import Link, send
from kazashi.reader import Reader
from kazashi_wire.messages import Done, Rest, Signal, Transmit
from played import PlayedReader, response

READ = b"\0\xb0\0\0\0"
LONG = b"\0\xd6\0\0\0\x07\xd0" + bytes(2000)  # in four parts
OK = b"\x90\0"
LATE_S = 0.1
MOST_S = 30.0  # against a hang: what is cancelled ends long before


def reader_that_takes(room):
    """A reader with a card that takes so many bytes more."""
    played = PlayedReader({Transmit: lambda sent: response(OK) if sent.is_last else []})
    reader = Reader(lambda: played)
    card = reader.wait_for_card(3)
    played.room = room
    return reader, card, played


@pytest.mark.parametrize("room", [0, 5])
@pytest.mark.parametrize(
    "wait",
    [
        lambda _reader, card, cancel: card.transmit(LONG, cancel=cancel),
        lambda _reader, card, cancel: card.keep(cancel),
        lambda reader, _card, cancel: reader.show(1, cancel),
        lambda reader, _card, cancel: reader.wait_for_card(30, cancel=cancel),
    ],
    ids=["transmit", "keep", "show", "search"],
)
def test_it_is_cancelled_at_once(wait, room):
    reader, card, played = reader_that_takes(room)
    cancel, begin = Event(), played.s
    played.happens.append((played.s + 1.0, cancel.set))
    with pytest.raises(Cancelled):
        wait(reader, card, cancel)
    assert 1.0 <= played.s - begin <= 1.0 + LATE_S


@pytest.mark.parametrize("room", [0, 5])
def test_a_search_ends_in_its_time(room):
    reader, _, played = reader_that_takes(room)
    begin = played.s
    with pytest.raises(ReaderSilent):
        reader.wait_for_card(3)
    assert 3 <= played.s - begin <= 4.1


def test_a_request_ends_after_the_time_of_an_answer():
    reader, _, played = reader_that_takes(0)
    begin = played.s
    with pytest.raises(ReaderSilent):
        reader.show(Signal.DONE)
    assert 9 <= played.s - begin <= 9.1


def test_a_command_that_is_taken_byte_by_byte_is_given_up_after_30_s():
    _, card, played = reader_that_takes(0)

    def take_one():
        played.room += 1
        played.happens.append((played.s + 1.0, take_one))

    take_one()
    begin = played.s
    with pytest.raises(CardTooSlow):
        card.transmit(LONG)
    assert 30 <= played.s - begin <= 31


@pytest.mark.parametrize("room", [0, 5, 700])
def test_a_command_that_was_cancelled_is_sent_whole_before_the_next(room):
    _, card, played = reader_that_takes(room)
    cancel = Event()
    played.happens.append((played.s + 1.0, cancel.set))
    with pytest.raises(Cancelled) as cancelled:
        card.transmit(LONG, cancel=cancel)
    assert cancelled.value.was_sent
    played.room = 1_000_000
    assert card.transmit(READ) == OK
    *long, short = [sent.data for sent in played.asked if isinstance(sent, Transmit)]
    assert (b"".join(long), short) == (LONG, READ)


@pytest.fixture
def lines():
    """Opens a line of a kind: our pipe, and what reads its other end."""
    opened = []

    def serial_line():
        import pty
        import tty

        far, near = pty.openpty()
        tty.setraw(near)
        opened.extend((lambda: os.close(far), lambda: os.close(near)))
        return SerialPipe(os.ttyname(near)), lambda size: os.read(far, size)

    def socket_line():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            pipe = SocketPipe(f"socket://127.0.0.1:{listener.getsockname()[1]}")
            far, _ = listener.accept()
        opened.append(far.close)
        return pipe, far.recv

    def open_line(kind):
        pipe, read = {"serial": serial_line, "socket": socket_line}[kind]()
        opened.insert(0, pipe.close)
        return pipe, read

    yield open_line
    for close in opened:
        close()


KINDS = [
    pytest.param(
        "serial",
        marks=pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals on Windows"),
    ),
    "socket",
]


def fill(pipe):
    """Write until nothing more is taken."""
    while pipe.write(bytes(4096)):
        pass


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_that_nobody_reads_is_left_when_the_wait_is_cancelled(lines, kind):
    pipe, _ = lines(kind)
    fill(pipe)
    cancel = Event()
    link = Link(pipe)
    Timer(0.1, cancel.set).start()
    with pytest.raises(Cancelled):
        link.request(Rest(), Done, link.wait(MOST_S, cancel))


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_that_nobody_reads_is_silent(lines, kind):
    pipe, _ = lines(kind)
    with pytest.raises(ReaderSilent):
        send(pipe, bytes(1 << 24), 0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_taken_in_pieces_arrives_as_it_was(lines, kind):
    pipe, read = lines(kind)
    data = bytes(range(251)) * 1000
    arrived = bytearray()

    def fetch():
        while len(arrived) < len(data):
            arrived.extend(read(1000))

    thread = Thread(target=fetch, daemon=True)
    thread.start()
    send(pipe, data)
    thread.join(MOST_S)
    assert arrived == data


@pytest.mark.parametrize("kind", KINDS[:1])
def test_on_windows_a_packet_of_usb_is_taken_whole_or_not_at_all(lines, kind, monkeypatch):
    """There pyserial does not say how much was sent when its time was over."""
    pipe, _ = lines(kind)
    sent = []

    def write(data):
        if sent:
            raise serial.SerialTimeoutException
        sent.append(data)

    monkeypatch.setattr(discovery, "_IS_WINDOWS", True)
    monkeypatch.setattr(pipe._line, "write", write)
    assert [pipe.write(bytes(100)), pipe.write(bytes(36))] == [64, 0]
    assert sent == [bytes(64)]
