"""USB CCID beside the serial port, over `machine.USBDevice`: descriptors and transfers.

Ref: CCID specification 1.1, §5 descriptors and class requests, §6.1 to 6.3 messages.

Knows USB and the ten bytes that begin each message, not cards. A message of the host is taken
packet by packet, so none needs a buffer of its length. USB calls back between two bytecodes of
whatever runs: a callback notes what came, and no more.
"""

import struct
from time import ticks_ms

import machine
from micropython import const

from octets import copy, wipe

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from wait import Wait

HEAD = const(10)  # bytes of a message before its body
LONGEST = const(3072)  # dwMaxCCIDMessageLength: as Solo 2 and YubiKey 5; a certificate fits
_PACKET = const(64)
_UNSENT = const(253)  # bytes of a command that may wait for the next packet: a block to the card
_NEXT_MS = const(1000)  # for the host to send the next packet of a message
_FETCHED_MS = const(1000)  # for the host to fetch what was sent before
# Automatic: parameters by ATR, activation, voltage, clock, rates, PPS, IFSD; APDUs, short and
# extended. Microsoft and Apple take readers that say so.
_FEATURES = const(0x000404BE)
_VERSION = const(0x0110)
_ANY_VOLTAGE = const(0x07)
_T1 = const(0x02)
_KHZ = const(4000)  # of a card with contacts: hosts ask, and nothing follows from it
_BPS = const(10753)
_IFSD = const(254)

_INTERFACE_DESCRIPTOR = const(4)
_ENDPOINT_DESCRIPTOR = const(5)
_CCID_DESCRIPTOR = const(0x21)
_CCID_SIZE = const(54)
_SMART_CARD = const(0x0B)
_BULK = const(2)
_INTERRUPT = const(3)
_NOTE_MS = const(16)
_VID = const(8)  # in the device descriptor

_CLASS_REQUEST = const(0x21)  # to an interface; bit 7 is its direction
_ABORT = const(1)
_CLOCK_FREQUENCIES = const(2)
_DATA_RATES = const(3)
_SETUP = const(1)  # stage of a control transfer

_SLOT_CHANGE = const(0x50)
_CHANGED = const(0x02)


device: "UsbCcid | None" = None  # this board's, which boot.py begins


class UsbCcid:
    """The CCID interface of this board. `usb_id`: VID and PID. USB begins when this is made.

    After poll() returned True a message has begun: `rx` has `end` bytes of it, `left` are still
    to come, see take(). To answer, fill `tx` from HEAD on and reply().
    """

    def __init__(self, usb_id: "tuple[int, int]") -> None:
        self.rx = bytearray(HEAD + _UNSENT + _PACKET)
        self.tx = bytearray(LONGEST)
        self.end = 0
        self.left = 0
        self.is_false = False  # the message is not as long as it says
        self.is_open = False  # a host has configured the board
        self.is_new = False  # it has done so, or has reset the bus, and Ccid has not seen that yet
        self.aborted = -1  # sequence number that a class request aborts; -1: none
        self.aborted_ms = 0  # ticks, when it did
        self.wait: "Wait"  # of the reader, which sets it when it has started
        self._packet = memoryview(self.rx)
        self._answer = memoryview(self.tx)
        self._start = 0  # in `rx`, of the packet awaited
        self._is_begun = False  # the first packet of a message came, and has no answer
        self._is_awaited = False  # a packet is
        self._is_sending = False
        self._is_even = False  # what is sent ends in a whole packet: an empty one has to follow
        self._note = bytearray((_SLOT_CHANGE, 0))
        self._is_noting = False
        self._is_card_there = False
        self._has_packet = self._is_packet_there  # looked up here, for that allocates
        self._is_fetched = self._is_silent
        self._usb = usb = machine.USBDevice()
        usb.active(False)
        builtin = usb.BUILTIN_DEFAULT
        # The stubs lack it.
        usb.builtin_driver = builtin  # pyright: ignore[reportAttributeAccessIssue]
        self._interface = builtin.itf_max
        self._out = builtin.ep_max
        self._in = self._out | 0x80
        self._event = self._in + 1
        device = bytearray(builtin.desc_dev)
        struct.pack_into("<HH", device, _VID, *usb_id)
        self._described = device, self._configuration(builtin.desc_cfg)  # USB refers to both
        usb.config(
            *self._described, {2: "Kazashi"}, self._opened, self._gone, self._control, self._done
        )
        usb.active(True)

    def _configuration(self, builtin: bytes) -> bytearray:
        """`builtin`, and behind it our interface with its three endpoints."""
        both = bytearray(builtin)
        both.extend(
            struct.pack(
                "<BBBBBBBBB", 9, _INTERFACE_DESCRIPTOR, self._interface, 0, 3, _SMART_CARD, 0, 0, 0
            )
        )
        both.extend(
            struct.pack(
                "<BBHBBIIIBIIBIIIIIBBHBB",
                _CCID_SIZE,
                _CCID_DESCRIPTOR,
                _VERSION,
                0,  # the highest slot
                _ANY_VOLTAGE,
                _T1,
                _KHZ,
                _KHZ,
                0,
                _BPS,
                _BPS,
                0,
                _IFSD,
                0,
                0,
                _FEATURES,
                LONGEST,
                0xFF,  # class of GET RESPONSE and ENVELOPE: as the command's
                0xFF,
                0,  # no display
                0,  # no PIN pad
                1,  # slot at work at a time
            )
        )
        for endpoint, kind, size, interval in (
            (self._out, _BULK, _PACKET, 0),
            (self._in, _BULK, _PACKET, 0),
            (self._event, _INTERRUPT, 8, _NOTE_MS),
        ):
            both.extend(
                struct.pack("<BBBBHB", 7, _ENDPOINT_DESCRIPTOR, endpoint, kind, size, interval)
            )
        struct.pack_into("<HB", both, 2, len(both), self._interface + 1)
        return both

    # --- called by the reader ------------------------------------------------------------------

    def poll(self) -> bool:
        """Return True if a message has begun, and there is a way for its answer."""
        return self._is_begun and not self._is_sending

    def take(self, start: int) -> bool:
        """Take the next packet of the message in hand to `rx`, from `start` to `end`.

        Return False if none comes, or one that is too short or too long: `is_false` then.
        """
        if self.is_new:
            return False
        self._listen(start)
        if not self.wait.until(self._has_packet, _NEXT_MS):
            self.is_false = True
        return not (self.is_false or self.is_new)

    def reply(self, kind: int, count: int, status: int, error: int, parameter: int) -> None:
        """Answer the message in hand, by `count` bytes of `tx` from HEAD on. Await the next.

        A host that does not even fetch the extension before it gets no answer, nor does one that
        has not asked: what `rx` holds after a reset of the bus is the next message.
        """
        if self.is_new:
            return
        wipe(self.rx, HEAD, len(self.rx))  # it may have been a PIN
        is_fetched = self.wait.until(self._is_fetched, _FETCHED_MS)
        if self.is_new:
            return
        if is_fetched:
            self._send(kind, count, status, error, parameter)
        self._is_begun = False
        if not self._is_awaited:
            self._listen(0)

    def extend(self, kind: int, status: int) -> None:
        """Tell the host that the answer to the message in hand takes longer."""
        if not self._is_sending:
            self._send(kind, 0, status, 1, 0)

    def tell(self, is_card_there: bool) -> None:
        """Tell the host if a card has come or left; if it is not listening, as soon as it is."""
        if self.is_open and self._is_card_there != is_card_there:
            self._is_card_there = is_card_there
            if not self._is_noting:
                self._tell()

    def forget(self) -> None:
        """Nothing of a card stays. What the host has not fetched yet becomes zeros."""
        wipe(self.tx, HEAD, LONGEST)

    def _send(self, kind: int, count: int, status: int, error: int, parameter: int) -> None:
        rx = self.rx
        head = kind, count, rx[5], rx[6], status, error, parameter
        struct.pack_into("<BIBBBBB", self.tx, 0, *head)
        count += HEAD
        self._is_sending = True
        self._is_even = count % _PACKET == 0
        self._usb.submit_xfer(self._in, self._answer[:count])

    def _tell(self) -> None:
        self._is_noting = True
        self._note[1] = _CHANGED | self._is_card_there
        self._usb.submit_xfer(self._event, self._note)

    def _listen(self, start: int) -> None:
        self._start = start
        self._is_awaited = True
        self._usb.submit_xfer(self._out, self._packet[start : start + _PACKET])

    def _is_packet_there(self) -> bool:
        if self._is_awaited:
            machine.idle()
        return not self._is_awaited

    def _is_silent(self) -> bool:
        if self._is_sending:
            machine.idle()
        return not self._is_sending

    # --- called by USB -------------------------------------------------------------------------

    def _opened(self, _descriptor: memoryview) -> None:
        self._gone()
        self.is_open = True
        self._listen(0)

    def _gone(self) -> None:
        """The host has reset the bus, or configures the board: nothing goes on."""
        self.is_open = self._is_begun = self._is_awaited = self._is_sending = False
        self._is_noting = self._is_card_there = False
        self.is_new = True
        self.aborted = -1

    def _control(self, stage: int, request: memoryview) -> "bool | bytes":
        if request[0] & 0x7F != _CLASS_REQUEST or request[4] != self._interface:
            return False
        kind = request[1]
        if kind == _CLOCK_FREQUENCIES:
            return struct.pack("<I", _KHZ)
        if kind == _DATA_RATES:
            return struct.pack("<I", _BPS)
        if kind != _ABORT:
            return False
        if stage == _SETUP:
            self.aborted = request[3]
            self.aborted_ms = ticks_ms()
        return True

    def _done(self, endpoint: int, result: int, count: int) -> None:
        """A transfer has ended. `result` is 0 if it is good."""
        if endpoint == self._out:
            self._is_awaited = False
            self._take(0 if result else count)
        elif endpoint != self._in:
            self._is_noting = False
            if self._note[1] != _CHANGED | self._is_card_there:
                self._tell()
        elif self._is_even and not result:
            self._is_even = False
            self._usb.submit_xfer(self._in, b"")
        else:
            self._is_sending = False

    def _take(self, count: int) -> None:
        start = self._start
        if self._is_begun:
            self.end = start + count
        elif not count:
            self._listen(0)  # the empty packet behind a message of whole ones
            return
        else:
            rx = self.rx
            copy(rx, start, rx, 0, count)  # if the message before was cut
            if count < HEAD:
                wipe(rx, count, HEAD)
            self._is_begun = True
            self.end = count
            self.left = HEAD + struct.unpack_from("<I", rx, 1)[0]
            self.is_false = count < HEAD
        self.left -= count
        self.is_false |= self.left < 0 or (self.left > 0 and count < _PACKET)
