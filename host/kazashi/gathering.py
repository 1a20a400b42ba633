"""Join the parts of a response as they arrive."""

from kazashi.errors import EndlessResponse, PartLost
from kazashi_wire.messages import End, Part
from kazashi_wire.schema import Message

_LONGEST_RESPONSE = 65538  # bytes of an APDU, with its status word


class Gathering:
    """One response of at most `most` bytes, which starts `offset` bytes into its stream."""

    def __init__(self, offset: int = 0, most: int = _LONGEST_RESPONSE) -> None:
        self._offset = offset
        self._most = most
        self.data = bytearray()

    def add(self, message: Message) -> bool:
        """Add the next message. Return True if it was the last: the response is complete.

        Raises:
            ProtocolError: a part is missing, or there are too many.
        """
        if isinstance(message, End):
            if message.size != len(self.data):
                raise PartLost
            return True
        if not isinstance(message, Part):
            raise PartLost
        if message.data:  # an empty part: the card asks for more time
            if message.offset != self._offset + len(self.data):
                raise PartLost
            if len(self.data) + len(message.data) > self._most:
                raise EndlessResponse
            self.data += message.data
        return False
