"""A simulated card in the first slot of a pcscd's vpcd, with no reader in between."""

import threading

from kazashi.pcsc import vpcd

TYPE_B_ATR = bytes.fromhex("3b888001 000041e0 b381a1 00 3b")
_INSERTED, _REMOVED = "Card inserted into", "Card Removed From"  # pcscd's log


class CardInSlot:
    """`application` lies in the slot until take_away(), or for `with`.

    `leaves_at`: the beginning of the command at which the card is pulled, once. `commands` are
    those that it was sent.
    """

    def __init__(self, daemon, application, atr=TYPE_B_ATR):
        self.application = application
        self.commands = []
        self.leaves_at = None
        self._daemon, self._atr = daemon, atr
        self._thread = None
        self.lay()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.take_away()

    @property
    def is_there(self):
        return self._thread is not None and self._thread.is_alive()

    def lay(self):
        """Lay it down; return when pcscd has seen it."""
        assert not self.is_there
        self._leaving = threading.Event()
        with self._daemon.network():
            connection = vpcd.Connection(("127.0.0.1", vpcd.PORT))
        self._thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
        self._seen(_INSERTED, self._thread.start)

    def take_away(self):
        """Take it away; return when pcscd has seen it."""
        if self.is_there:
            self._seen(_REMOVED, self._leave)

    def _leave(self):
        self._leaving.set()
        self._thread.join()
        self.application.reset()

    def _seen(self, words, move):
        """Make a move that pcscd logs with these words."""
        before = self._daemon.log.count(words)
        move()
        if self._daemon.process.poll() is None:
            self._daemon.wait_until(lambda: self._daemon.log.count(words) > before, words)

    def _serve(self, connection):
        try:
            while not self._leaving.is_set():
                request = connection.request(0.01)
                if request and not self._respond(connection, request):
                    break
        except vpcd.Disconnected:
            pass  # pcscd has ended
        finally:
            connection.close()

    def _respond(self, connection, request):
        """Whether it still lies there."""
        if len(request) > 1:
            self.commands.append(request)
            if self.leaves_at and request.startswith(self.leaves_at):
                self.leaves_at = None
                return False
            connection.answer(self.application.transmit(request).apdu)
        elif request[0] == vpcd.Control.ATR:
            connection.answer(self._atr)
        else:
            self.application.reset()
        return True
