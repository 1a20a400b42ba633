"""Select one application on a card, read its files, send commands to it.

Ref: ISO/IEC 7816-4 §7.1.1 and §7.2.3. A file may be longer than the data object in it. The header
of the object, in the first response, gives its length; the padding after it is not read.
"""

from collections.abc import Callable
from typing import NamedTuple

from kazashi.cards.apdu import Channel, Command, send
from kazashi.cards.errors import AnswersTooShort, CardStatus, MalformedFile
from kazashi.cards.tlv import Record, object_size
from kazashi.errors import CardError
from kazashi_wire.reading import (
    AT_END,
    BY_SHORT_IDENTIFIER,
    LONGEST_FILE,
    MOST_IN_FRAME,
    NO_DIAGNOSIS_SW1,
    NOT_VERIFIED,
    OK,
    READ_BINARY,
)

Progress = Callable[[int, int], None]  # bytes so far, bytes in all

_LEAST_READ = 32  # bytes of a READ, on average; real cards give 200 and more
_NO_APPLICATION = (0x6A82, 0x6A81, 0x6A86, 0x6D00, 0x6E00, 0x6999)


class File(NamedTuple):
    """A file that holds one data object."""

    sfi: int  # short identifier
    tag: int  # tag of the data object
    name: str  # for errors

    def record(self, data: bytes) -> Record:
        """Parse `data`, the content of the file."""
        return Record(data, self.tag, self.name)


def select_command(aid: bytes) -> Command:
    """SELECT by name, without file control information."""
    return Command(0x00, 0xA4, 0x04, 0x0C, aid)


class Files:
    """The application `aid` of the card behind `channel`, selected.

    `absent`: the error to raise if the card does not have it. `not_verified`: the error to raise if
    a PIN or a code is needed first; it is called with status word and instruction.
    """

    def __init__(
        self,
        channel: Channel,
        aid: bytes,
        absent: Callable[[], CardError],
        not_verified: Callable[[int, int], CardError],
    ) -> None:
        self.channel = channel
        self._not_verified = not_verified
        self._takes_extended = True  # extended APDUs; False after the card refused one
        try:
            _select(channel, aid)
        except CardStatus as refused:
            if refused.status in _NO_APPLICATION:
                raise absent() from refused
            raise

    def read(self, file: File, on_progress: Progress | None = None, guess: int = 0) -> bytes:
        """The data object that `file` holds. `guess`: bytes to ask for at once, if the card
        takes that; the firmware does the same, see firmware/reading.py.

        Raises:
            MalformedFile: the file has no such object.
            AnswersTooShort: the object comes in too many pieces.
            CardTooSlow: reading takes longer than `Limits.file_s`.
        """
        with self.channel.within(self.channel.limits.file_s):
            return self._read_whole(file, on_progress or _ignore, guess)

    def read_start(self, sfi: int, count: int) -> bytes:
        """The first `count` bytes of a file, or fewer. It becomes the current file."""
        read = Command(0x00, READ_BINARY, BY_SHORT_IDENTIFIER | sfi, 0, ne=count)
        return self.send(read, accept=(OK, AT_END))[:count]

    def send(
        self,
        command: Command,
        on_progress: Callable[[int], None] | None = None,
        accept: tuple[int, ...] = (OK,),
    ) -> bytes:
        """Send any command and return the data of its response.

        Raises:
            CardStatus: the card refuses the command.
        """
        try:
            return send(self.channel, command, accept=accept, on_progress=on_progress).data
        except CardStatus as refused:
            if refused.status == NOT_VERIFIED:
                raise self._not_verified(refused.status, command.ins) from None
            raise

    def _read_whole(self, file: File, report: Progress, guess: int) -> bytes:
        if guess and self._takes_extended:
            start = self._read_guess(file.sfi, guess, report)
        else:
            start = self.read_start(file.sfi, MOST_IN_FRAME)
        size = object_size(start) if start.startswith(_tag_bytes(file.tag)) else None
        if size is None or size > LONGEST_FILE:
            raise MalformedFile(file.name)
        data = bytearray(start[:size])
        report(len(data), size)
        reads_left = 2 + size // _LEAST_READ
        while len(data) < size:
            if not reads_left:
                raise AnswersTooShort
            reads_left -= 1
            rest = self._read_rest(len(data), size, report)
            if not rest:
                raise MalformedFile(file.name)
            data += rest
        return bytes(data)

    def _read_guess(self, sfi: int, guess: int, report: Progress) -> bytes:
        """The first `guess` bytes, or fewer; as many as a frame holds if the card refuses."""
        read = Command(0x00, READ_BINARY, BY_SHORT_IDENTIFIER | sfi, 0, ne=guess)
        try:
            start = self.send(read, lambda got: report(min(got, guess), guess), (OK, AT_END))
        except CardStatus:
            start = self.read_start(sfi, MOST_IN_FRAME)  # before that, nothing is known of a card
        self._takes_extended = len(start) == guess
        return start[:guess]

    def _read_rest(self, offset: int, size: int, report: Progress) -> bytes:
        """The bytes from `offset` on that one command can read, without the padding."""
        left = size - offset
        if self._takes_extended and left > MOST_IN_FRAME:
            try:
                data = self._read(offset, left, lambda got: report(min(offset + got, size), size))
                self._takes_extended = len(data) == left
                return data
            except CardStatus:
                self._takes_extended = False  # status words for this refusal differ between cards
        data = self._read(offset, min(left, MOST_IN_FRAME), None)
        report(offset + len(data), size)
        return data

    def _read(self, offset: int, count: int, on_progress: Callable[[int], None] | None) -> bytes:
        command = Command(0x00, READ_BINARY, offset >> 8, offset & 0xFF, ne=count)
        return self.send(command, on_progress)[:count]


def _select(channel: Channel, aid: bytes) -> None:
    """SELECT `aid`; repeat it once if the card refuses it without a reason.

    My Number Cards answer 6F00 to the first command after power-up (soltia48/myna-card).
    """
    select = select_command(aid)
    try:
        send(channel, select)
    except CardStatus as refused:
        if refused.status >> 8 != NO_DIAGNOSIS_SW1:
            raise
        send(channel, select)


def _tag_bytes(tag: int) -> bytes:
    return tag.to_bytes(2 if tag > 0xFF else 1, "big")


def _ignore(_so_far: int, _size: int) -> None:
    pass
