"""Replays frames.jsonl through the firmware's link, both ways. On MicroPython with the heap locked.

Prints one JSON line a vector: the frames received.
"""

import json
import sys

import micropython

import link
from signals import Signals
from wait import Wait

now = 0
link.ticks_ms = lambda: now

lock = getattr(micropython, "heap_lock", lambda: None)
unlock = getattr(micropython, "heap_unlock", lambda: None)


class Port:
    """Gives out octets that it holds."""

    def __init__(self):
        self.data = b""
        self.at = 0
        self.written = 0

    def read(self, buffer, start, end, wait_ms):
        while start < end and self.at < len(self.data):
            buffer[start] = self.data[self.at]
            self.at += 1
            start += 1
        return start

    def write(self, buffer, start, count):
        self.written += count


class Board:
    """Its time, and that it has no watchdog."""

    def ticks_ms(self):
        return now

    def sleep_ms(self, ms):
        raise NotImplementedError

    def feed(self):
        pass


def hexed(data):
    return "".join("{:02x}".format(octet) for octet in data)


def poll(receiver, frames):
    while True:
        lock()
        try:
            is_frame = receiver.poll()
        finally:
            unlock()
        if not is_frame:
            if receiver._port.at < len(receiver._port.data):
                continue  # it takes so many octets at once
            return
        answer(receiver)
        payload = receiver.buffer[link.HEADER : link.HEADER + receiver.size]
        frames.append([receiver.kind, receiver.number, hexed(payload)])


def answer(receiver):
    """Sends the payload's end back, behind a head of what lies there."""
    head = min(4, receiver.size)
    count = receiver.size - head
    lock()
    try:
        receiver.send(
            receiver.kind, receiver.number, head, receiver.buffer, link.HEADER + head, count
        )
    finally:
        unlock()


def unhexed(text):
    return bytes(int(text[i : i + 2], 16) for i in range(0, len(text), 2))


def replay(vector):
    global now
    port = Port()
    board = Board()
    receiver = link.Link(port, Wait(board, Signals(lambda _value: None), board))
    frames = []
    for part in vector["input"]:
        if isinstance(part, int):
            now = (now + part) % (1 << 30)
        else:
            port.data = unhexed(part)
            port.at = 0
        poll(receiver, frames)
    return frames


with open(sys.argv[1]) as file:
    for line in file:
        sys.stdout.buffer.write((json.dumps(replay(json.loads(line))) + "\n").encode())
