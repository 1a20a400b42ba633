"""The functions of smartcard.scard that we use, with one reader and a card, as tests want them."""

from threading import Event

from kazashi.pcsc.scard import RESET_CARD, STATE_PRESENT, UNPOWER_CARD, Code
from vpcd_card import TYPE_B_ATR

PRESENT, EMPTY = STATE_PRESENT, 0x0010


class FakeScard:
    """`codes`: what a function answers instead of working, by its name. `calls`: those made.

    `hangs`: SCardTransmit waits until it is set. `ended`: the last card was let go.
    """

    def __init__(self, application=None, names=("ACME CL 00",), atr=TYPE_B_ATR):
        self.application, self.names, self.atr = application, list(names), atr
        self.state = PRESENT if application else EMPTY
        self.codes, self.calls = {}, []
        self.hangs, self.begun, self.ended = Event(), Event(), Event()
        self.hangs.set()

    def _code(self, name, *arguments):
        self.calls.append((name, *arguments))
        return self.codes.get(name, Code.OK)

    def called(self, name):
        return [arguments for each, *arguments in self.calls if each == name]

    def SCardEstablishContext(self, scope):
        return [self._code("SCardEstablishContext", scope), 7]

    def SCardReleaseContext(self, context):
        return self._code("SCardReleaseContext")

    def SCardListReaders(self, context, groups):
        return [self._code("SCardListReaders"), self.names]

    def SCardGetStatusChange(self, context, timeout_ms, states):
        ((name, known),) = states
        code = self._code("SCardGetStatusChange")
        if code == Code.OK and known == self.state:
            Event().wait(min(timeout_ms, 5) / 1000)
            code = Code.TIMEOUT
        return [code, [(name, self.state | 2, list(self.atr))]]

    def SCardConnect(self, context, reader, share, protocol):
        code = self._code("SCardConnect", share, protocol)
        self.ended.clear()
        return [code, 9, protocol]

    def SCardReconnect(self, card, share, protocol, beginning):
        code = self._code("SCardReconnect", share, protocol, beginning)
        assert beginning == RESET_CARD
        self.application.reset()
        return [code, protocol]

    def SCardDisconnect(self, card, end):
        code = self._code("SCardDisconnect", end)
        assert end == UNPOWER_CARD
        self.application.reset()
        self.ended.set()
        return code

    def SCardTransmit(self, card, protocol, apdu):
        self.begun.set()
        assert self.hangs.wait(60)
        code = self._code("SCardTransmit", bytes(apdu))
        response = b"" if code else self.application.transmit(bytes(apdu)).apdu
        return [code, list(response)]
