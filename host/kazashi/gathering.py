"""A response, put together from the parts in which it arrives."""

from kazashi.errors import EndlessResponse, PartLost
from kazashi_wire.messages import End, Part
from kazashi_wire.schema import Message

_LONGEST_RESPONSE = 65538  # bytes of an APDU, with its status word


class Gathering:
    """One response, `offset` bytes into the stream that brings it, of `most` bytes at most."""

    def __init__(self, offset: int = 0, most: int = _LONGEST_RESPONSE) -> None:
        self._offset = offset
        self._most = most
        self.data = bytearray()

    def add(self, message: Message) -> bool:
        """Take the next message. Returns True if it was the last: the response is whole.

        Raises:
            ProtocolError: a part is missing, or there are too many.
        """
        if isinstance(message, End):
            if message.size != len(self.data):
                raise PartLost
            return True
        if not isinstance(message, Part):
            raise PartLost
        if message.data:  # an empty one: the card asks for more time
            if message.offset != self._offset + len(self.data):
                raise PartLost
            if len(self.data) + len(message.data) > self._most:
                raise EndlessResponse
            self.data += message.data
        return False
