"""Who is in the field: looking for cards, waking them, noticing that they leave.

Ref: ISO/IEC 14443-3 (WUPB, ATQB, ATTRIB), 14443-4 §5 (RATS); UM0701-02 §7.3.1, §7.3.5.

The chip lists and wakes Type B cards with 64-byte frames and a CID of its own, so a card found is
deselected and woken again by hand (as nfcpy does). A bare WUPB also tells two cards from none: the
chip has no Type B anticollision and reports either as nothing.

A Type B card may speak at 212 or 424 kbit/s if its ATQB offers it and the Watch asks for it: in
ATTRIB the card is told, in the CIU's speed bits the chip. No source tells of a PN532 doing so: the
first command of a plan tries it, or a few blocks without one. If that fails, the next search is at
106 kbit/s, and the host has not heard of the card before.
"""

from micropython import const

import isodep
import wire
from hostframe import PARAMETERS, Command
from octets import copy, wipe
from pn532 import (
    IN_COMMUNICATE_THRU,
    IN_LIST_PASSIVE_TARGET,
    READ_REGISTER,
    RF_CONFIGURATION,
    TIMEOUT,
    WRITE_REGISTER,
    ChipSilent,
    RadioError,
)

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from isodep import IsoDep
    from pn532 import Pn532
    from reading import Reading
    from wait import Wait

NOBODY = const(0)  # what search() finds
FOUND = const(1)
REFUSED = const(2)

_TYPE_A = wire.TECHNOLOGY_TYPE_A
_TYPE_B = wire.TECHNOLOGY_TYPE_B
_ECP = wire.TECHNOLOGY_APPLE_ECP

_FIELD_OFF_MS = const(10)  # 5 at least, or halted cards stay halted: esphome issue 9875
_GUARD_MS = const(5)  # from field on to the first command, ISO/IEC 14443-3 §5.2
_COLLISIONS = const(3)  # in a row, each in a fresh field
_SEARCHES = const(8)  # with one field
_LONGEST_ORDER = const(8)
_ECP_EVERY = const(4)  # searches, 150 ms: an iPhone wants two to four calls, 100 to 250 ms apart
_LIST_TIMEOUT_MS = const(400)
_LISTED = const(25)  # bytes of the answer that lists a card: ATQB and a short answer to ATTRIB
# An ATQB begins within 0.7 ms: 9000 / fc, flipper iso14443_3b. Nobody there, this passes each time.
_ATQB_US = const(1_600)
# ATTRIB and RATS answers come within 5 ms, ISO/IEC 14443-4 §5.7; so does that to S(DESELECT).
_ACTIVATION_US = const(10_000)
_SLOW_US = const(1_000_000)  # a card that may take longer would hold up a search if it is lost

# Start-up frame guard time, after the ATS: (4096 + 384) / fc, doubles with each SFGI, §5.2.5.
_GUARD_0_US = const(331)

_ATQB = const(0x50)
_ATQB_SIZE = const(12)
_ATQA_SIZE = const(2)
_FORCE_100_ASK = const(0x40)
# The chip's answers to ATTRIB for a card without a CID, and to WriteRegister.
_ACTIVATED = const(b"\0\0\xff\x04\xfc\xd5\x43\0\0")
_WRITTEN = const(b"\0\0\xff\x02\xfe\xd5\x09")
_PUPI = const(1)  # its index in the ATQB, 4 octets
_OFFERED = const(9)  # octet of the ATQB: the bit rates
_LINE_CHECKS = const(3)  # blocks that have to pass at a higher rate
_R_ACK = const(0xA2)  # with either number in its last bit
_ISO_DEP_B = const(0x01)  # in ATQB octet 10, of its bits 09
_ISO_DEP_A = const(0x20)  # in the SAK
_MAX_ANSWER = const(64)
_FSDI = const(8)  # frames of 256 bytes
_MODE_B = const(0x83)  # CIU_TxMode and CIU_RxMode: CRC on, framing of Type B; bit rate in b6 to b4


class Field:
    """The field of one chip. After FOUND, `isodep` talks to the card."""

    def __init__(self, chip: "Pn532", isodep: "IsoDep", wait: "Wait") -> None:
        self._chip = chip
        self._wait = wait
        self._isodep = isodep
        self._health = chip.health
        self._off = Command(RF_CONFIGURATION, 2, b"\x01\x00")
        self._on = Command(RF_CONFIGURATION, 2, b"\x01\x01")
        self._list_a = Command(IN_LIST_PASSIVE_TARGET, 2, b"\x01\x00")
        self._list_b = Command(IN_LIST_PASSIVE_TARGET, 3, b"\x01\x03\x00")
        # CIU_TxMode 6302 and CIU_RxMode 6303: CRC on, 106 kbit/s, framing of Type A or B. For A,
        # whole bytes again, too: CIU_BitFraming 633D is 7 after REQA.
        self._frames_a = Command(WRITE_REGISTER, 9, b"\x63\x02\x80\x63\x03\x80\x63\x3d\x00")
        self._frames_b = Command(WRITE_REGISTER, 6, b"\x63\x02\x83\x63\x03\x83")
        self._deselect = Command(IN_COMMUNICATE_THRU, 2, b"\xca\x01")  # with the chip's CID
        self._wupb = Command(IN_COMMUNICATE_THRU, 3, b"\x05\x00\x08")  # all families, one slot
        # ATTRIB: PUPI, default timing, FSD 256 and bit rates, ISO-DEP, no CID.
        self._attrib = Command(IN_COMMUNICATE_THRU, 9, b"\x1d\0\0\0\0\x00\x08\x01\x00")
        self._faster = Command(WRITE_REGISTER, 6, b"\x63\x02\x83\x63\x03\x83")
        # REQA: no CRC, 7 bits, and modulated as Type A is, by Force100ASK in CIU_TxAuto 6305.
        self._modulation = Command(READ_REGISTER, 2, b"\x63\x05")
        self._frames_reqa = Command(
            WRITE_REGISTER, 12, b"\x63\x02\0\x63\x03\0\x63\x3d\x07\x63\x05\0"
        )
        self._reqa = Command(IN_COMMUNICATE_THRU, 1, b"\x26")
        self._whole_bytes = Command(WRITE_REGISTER, 6, b"\x63\x3d\0\x63\x05\0")
        self._are_you_there = Command(IN_COMMUNICATE_THRU, 1, b"\xb2")  # R(NAK)
        self._rats = Command(IN_COMMUNICATE_THRU, 2, b"\xe0\x80")  # FSD 256, CID 0
        self._ecp = Command(IN_COMMUNICATE_THRU, 6, b"\x6a\x02\x81\x03\x00\x00")
        self._searches = 0  # since the field was fresh
        self._collisions = 0  # in a row
        self._fastest = wire.BIT_RATE_KBIT_106  # to try
        self.reading: "Reading | None" = None  # its plan is begun as soon as a card is activated
        self._order = bytearray(_LONGEST_ORDER)  # of a search, a wire.TECHNOLOGY each
        self._steps = 0  # of a search
        self._seeks_a = self._seeks_b = False  # each is one of them
        self.technology = 0
        self.to_card = self.from_card = 0  # each a wire.BIT_RATE
        self.refusal = 0
        self.answer = bytearray(_MAX_ANSWER)  # of the card found, as in wire.CARD_FOUND
        self.count = 0

    def begin(self, fastest: int, source: "bytes | bytearray", start: int, count: int) -> bool:
        """A Watch begins: a fresh field, and bit rates up to `fastest` if they work.

        `count` bytes of `source` are the order of a search, see wire.WATCH. Return False if that
        order is invalid.
        """
        seeks_a = seeks_b = False
        for i in range(start, start + count):
            seeks_a = seeks_a or source[i] == _TYPE_A
            seeks_b = seeks_b or source[i] == _TYPE_B
            if source[i] not in (_TYPE_A, _TYPE_B, _ECP):
                return False
        if not (seeks_a or seeks_b) or count > _LONGEST_ORDER:
            return False
        self._seeks_a, self._seeks_b = seeks_a, seeks_b
        copy(source, start, self._order, 0, count)
        self._steps = count
        self._fastest = fastest
        self.renew()
        return True

    def forget(self) -> None:
        """Nothing of the card stays: not its PUPI, nor what it said of itself."""
        wipe(self.answer, 0, _MAX_ANSWER)
        self.count = 0
        wipe(self._attrib.buffer, PARAMETERS + 1, PARAMETERS + 5)
        self._attrib.seal(9)

    def off(self) -> None:
        """Switch the field off: every card forgets what it was told. It stays off for
        `_FIELD_OFF_MS` at least, for only `_switch` can end that.
        """
        self._chip.call(self._off)

    def search(self) -> int:
        """Look once for each technology in order. Returns NOBODY, FOUND or REFUSED."""
        if self._searches == 0:
            self._start_afresh()
        self._searches = (self._searches + 1) % _SEARCHES
        for i in range(self._steps):
            found = self._search_for(self._order[i])
            if found == REFUSED:
                self.renew()
            if found != NOBODY:
                return found
        return NOBODY

    def _search_for(self, technology: int) -> int:
        if technology == _TYPE_B:
            return self._search_b()
        if technology == _TYPE_A:
            return self._search_a()
        if self._searches % _ECP_EVERY == 0:
            self._wake_wallet()
        return NOBODY

    def renew(self) -> None:
        """The next search begins with a fresh field: whoever is in it starts anew.

        A card that was woken and then lost answers no call until its power was off. If the chip
        lost it unseen, the fresh field comes by itself after some searches.
        """
        self._searches = 0

    def _start_afresh(self) -> None:
        self._chip.speed_up()  # here nobody waits for it
        self._switch()

    def _switch(self) -> None:
        """The field off, and on again."""
        self.off()
        self._wait.sleep_ms(_FIELD_OFF_MS)
        self._chip.call(self._on)
        self._wait.sleep_ms(_GUARD_MS)

    def _search_b(self) -> int:
        chip = self._chip
        start = chip.call(self._list_b, _LIST_TIMEOUT_MS, _LISTED)
        is_listed = chip.reply.count > 0 and chip.reply.buffer[start] > 0
        if is_listed and self._is_beside_type_a():
            return self._refuse(wire.REFUSAL_SEVERAL_CARDS)
        chip.call(self._frames_b)
        chip.wait_for_card(_ACTIVATION_US if is_listed else _ATQB_US)
        status = self._wake_again() if is_listed else self._ask(self._wupb)
        if status:
            return self._no_single_card(is_listed, status != TIMEOUT)
        self._collisions = 0
        heard = chip.heard
        atqb = heard.start
        is_atqb = heard.count >= _ATQB_SIZE and heard.buffer[atqb] == _ATQB
        if not is_atqb or heard.buffer[atqb + 10] & 0x09 != _ISO_DEP_B:
            return self._refuse(wire.REFUSAL_NOT_ISO_DEP)
        copy(heard.buffer, atqb, self.answer, 0, _ATQB_SIZE)
        self.count = _ATQB_SIZE
        copy(self.answer, _PUPI, self._attrib.buffer, PARAMETERS + 1, 4)
        for i in range(_PUPI, _PUPI + 4):
            self.answer[i] = 0
        return self._activate_b(self._isodep.rates(self.answer[_OFFERED], self._fastest))

    def _is_beside_type_a(self) -> bool:
        """Whether a Type A card lies beside the Type B one that the chip has just listed.

        The Type B card is in a session and ignores REQA: so a phone that shows both types is not
        taken for two cards.
        """
        if not self._seeks_a:
            return False
        chip = self._chip
        start = chip.call(self._modulation)
        if not chip.reply.count:
            return False
        modulation = chip.reply.buffer[start]
        self._frames_reqa.buffer[PARAMETERS + 11] = modulation | _FORCE_100_ASK
        self._frames_reqa.seal(12)
        self._whole_bytes.buffer[PARAMETERS + 5] = modulation
        self._whole_bytes.seal(6)
        try:
            chip.call(self._frames_reqa)
            chip.wait_for_card(_ATQB_US)
            return self._ask(self._reqa) == 0 and chip.heard.count == _ATQA_SIZE
        finally:  # a hot chip, for example: no frame of 7 bits would find a card again
            chip.call(self._whole_bytes)

    def _wake_again(self) -> int:
        """Wake the card that the chip has listed, out of its session. Returns the chip's status.

        A card without a CID leaves the session by a block without one, if at all: ISO/IEC 14443-4
        §7.1.2.
        """
        for leave in (self._deselect, self._isodep.deselect_block, None):
            if leave:
                self._ask(leave)
            else:
                self._switch()
            status = self._ask(self._wupb)
            if status != TIMEOUT:
                break
        return status

    def _activate_b(self, rates: int) -> int:
        chip = self._chip
        reading = self.reading
        self._attrib.buffer[PARAMETERS + 6] = rates << 4 | _FSDI
        self._attrib.seal(9)
        modes = self._faster.buffer
        modes[PARAMETERS + 2] = _MODE_B | (rates & 3) << 4
        modes[PARAMETERS + 5] = _MODE_B | rates >> 2 << 4
        self._faster.seal(6)
        # The card's own waiting time is set here, not on the path of the certificate; but not yet
        # if it is long, or if blocks try the line: a lost card, or a failing line, would cost it.
        fwt_us = self._isodep.open(self.answer[10] >> 4, self.answer[11] >> 4)
        is_cautious = fwt_us > _SLOW_US or (rates and reading is None)
        chip.wait_for_card(_ACTIVATION_US if is_cautious else fwt_us)
        plan = None if is_cautious else reading  # to begin at once
        first = None if plan is None else plan.first()
        chip.expect(_ACTIVATED, self._faster if rates else first)
        if self._ask(self._attrib) or (rates and not self._is_heard(plan, first)):
            if rates:
                self._fastest = wire.BIT_RATE_KBIT_106  # for the rest of this Watch
            return self._lose()
        chip.wait_for_card(fwt_us)
        if reading is not None and (is_cautious or not rates):
            reading.select(False)  # first of all: the rest is done while it is on air
        self.technology = _TYPE_B
        self.to_card = rates & 3
        self.from_card = rates >> 2
        return FOUND

    def _is_heard(self, reading: "Reading | None", first: "Command | None") -> bool:
        """Change the chip's rates as the card has done, and try the line."""
        self._chip.expect(_WRITTEN, first)
        self._chip.call(self._faster)
        if reading is not None:
            try:
                reading.select(True)
            except (RadioError, isodep.BlockError, ChipSilent):
                return False
            return True
        heard = self._chip.heard
        for _ in range(_LINE_CHECKS):
            if self._ask(self._are_you_there) or not heard.count:
                return False
            if heard.buffer[heard.start] & ~1 != _R_ACK:
                return False
        return True

    def _no_single_card(self, is_listed: bool, is_garbled: bool) -> int:
        """WUPB had no good answer. Garbled again and again, it is that of several cards.

        Once or twice it may be that of one card on its way into the field.
        """
        if not is_garbled:
            self._collisions = 0
            return self._lose() if is_listed else NOBODY
        self._collisions += 1
        if self._collisions < _COLLISIONS:
            return self._lose()
        return self._refuse(wire.REFUSAL_SEVERAL_CARDS)

    def _search_a(self) -> int:
        chip = self._chip
        reply = chip.reply
        start = chip.call(self._list_a, _LIST_TIMEOUT_MS, _LISTED)
        if reply.count < 5 or reply.buffer[start] == 0:
            return NOBODY
        copy(reply.buffer, start + 2, self.answer, 0, 3)  # ATQA, SAK
        if not self.answer[2] & _ISO_DEP_A:
            is_alone = not self._is_beside_type_b()
            return self._refuse(
                wire.REFUSAL_NOT_ISO_DEP if is_alone else wire.REFUSAL_SEVERAL_CARDS
            )
        chip.call(self._frames_a)
        chip.wait_for_card(_ACTIVATION_US)
        if self._ask(self._rats):
            return self._lose()
        size = min(chip.heard.count, _MAX_ANSWER - 3)
        copy(chip.heard.buffer, chip.heard.start, self.answer, 3, size)
        self.count = 3 + size
        if self._is_beside_type_b():
            return self._refuse(wire.REFUSAL_SEVERAL_CARDS)
        fsci, fwi, sfgi = isodep.ats_fields(self.answer, 3, size)
        self.to_card = self.from_card = wire.BIT_RATE_KBIT_106
        self._wait.sleep_ms((_GUARD_0_US << sfgi) // 1000 + 1)
        chip.wait_for_card(self._isodep.open(fsci, fwi))
        self.technology = _TYPE_A
        return FOUND

    def _is_beside_type_b(self) -> bool:
        """Whether a Type B card lies beside the Type A one, which is in its session by now."""
        if not self._seeks_b or self._order[0] == _TYPE_B:
            return False  # it would have been found before
        chip = self._chip
        chip.call(self._frames_b)
        chip.wait_for_card(_ATQB_US)
        is_there = self._ask(self._wupb) == 0
        chip.call(self._frames_a)
        return is_there

    def _wake_wallet(self) -> None:
        """Tell an iPhone that an identity document is asked for. It does not answer: it wakes.

        Source: kormax/apple-enhanced-contactless-polling, with a trace of Apple's reader.
        """
        self._chip.call(self._frames_a)
        self._chip.wait_for_card(_ATQB_US)
        self._ask(self._ecp)

    def _ask(self, command: Command) -> int:
        """Send a frame to whoever is there. Returns the chip's status, 0 for a good answer."""
        try:
            self._chip.issue(command)
            self._chip.received()
        except RadioError as error:
            return error.args[0]
        except ChipSilent:
            return TIMEOUT  # if the chip is dead, the next call() says so
        return 0

    def _lose(self) -> int:
        """A card answered and was lost: look again, in a fresh field. Returns NOBODY."""
        self._health.repolls += 1
        self._health.field_offs += 1
        self.renew()
        return NOBODY

    def _refuse(self, refusal: int) -> int:
        self.refusal = refusal
        return REFUSED
