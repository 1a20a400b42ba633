"""The slot of CCID: the card in the field, and who has it.

The slot has the field whenever no Watch of the serial link does. While a program has powered the
card, the link is told that it is in use; while the link has the field, the slot is empty.
"""

from time import ticks_diff, ticks_ms

from micropython import const

import wire
from faults import Fault
from field import FOUND

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from collections.abc import Callable

    from field import Field
    from isodep import IsoDep
    from recovery import Recovery
    from usb_ccid import UsbCcid
    from watch import Watch

_ORDER = bytes((wire.TECHNOLOGY_TYPE_B, wire.TECHNOLOGY_TYPE_A))
_LOOK_MS = const(150)  # twice a card's waiting time, 0.41 s at FWI 10, and this: 1 s
_AFTER_FAILURE_MS = const(2000)  # while the chip is being mended
_UNFINISHED_MS = const(10_000)  # for the host to go on with a command or a response
_ACTIVATIONS = const(3)
# bStatus: the card has power, has none, or is not there.
_ACTIVE = const(0)
_INACTIVE = const(1)
_ABSENT = const(2)


class Slot:
    """One slot. `on_wait` is called while its card takes its time."""

    def __init__(
        self,
        usb: "UsbCcid",
        field: "Field",
        isodep: "IsoDep",
        watch: "Watch",
        recovery: "Recovery",
        on_wait: "Callable[[], None]",
    ) -> None:
        self._usb = usb
        self._field = field
        self._isodep = isodep
        self._watch = watch
        self._recovery = recovery
        self._on_wait = on_wait
        self._others = isodep.on_wait  # the link's
        self._has_field = False
        self._is_there = False  # a card was, at the last look
        self._is_awake = False  # it is activated
        self._pause_ms = _LOOK_MS
        self._looked = ticks_ms()  # at the card, or at the empty field
        self.is_fresh = False  # it has heard no command since it was activated
        self.is_powered = False  # by a program, which has it
        self.is_unsent = False  # a command goes on
        self.is_unfetched = False  # a response does

    def status(self) -> int:
        """What bStatus says of the card."""
        return _ACTIVE if self.is_powered else _INACTIVE if self._is_there else _ABSENT

    def step(self) -> None:
        """See whether a card has come, or left, if it is time."""
        if self._is_due():
            self._pause_ms = _AFTER_FAILURE_MS
            self._looked = ticks_ms()
            self._look()
            self.seen()
            self._pause_ms = _LOOK_MS

    def seen(self) -> None:
        """Note that a command has shown whether the card is there."""
        self._looked = ticks_ms()

    def take(self, insists: bool) -> bool:
        """The link takes the field: for PC/SC, the card is gone. Return False if a program has it.

        Raises Fault in its place if the link insists.
        """
        if self.is_powered:
            if insists:
                raise Fault(wire.FAULT_CARD_IN_USE, 0)
            return False
        self.lose()
        return True

    def lose(self) -> None:
        """The field is dark, or is the link's."""
        self._isodep.on_wait = self._others
        self._has_field = self._is_there = False
        self.forget()
        self._usb.tell(False)

    def power(self) -> bool:
        """Give the card power, as if it had none before. Return False if there is no card."""
        if not (self.is_taken() or self._recovery.is_hot):
            if not self.is_fresh:
                self.let_go()
            attempts = 0
            while not self._is_awake and attempts < _ACTIVATIONS:
                attempts += 1
                self._activate()
        self.is_powered = self._is_awake
        return self._is_awake

    def let_go(self) -> None:
        """Switch the field off: the card forgets the PIN that it was shown."""
        if self._is_awake:
            self.forget()
            self._field.renew()  # even if the next is cut short
            self._recovery.switch_field_off()

    def forget(self) -> None:
        """Nothing of a session stays."""
        self._is_awake = self.is_fresh = self.is_powered = False
        self.is_unsent = self.is_unfetched = False
        self._usb.forget()
        self._watch.forget()

    def _is_due(self) -> bool:
        if not self._usb.is_open or self.is_taken() or self._recovery.is_hot:
            return False
        goes_on = self.is_unsent or self.is_unfetched
        pause_ms = _UNFINISHED_MS if goes_on else self._pause_ms
        return ticks_diff(ticks_ms(), self._looked) >= pause_ms

    def is_taken(self) -> bool:
        """Return True if the link has the field: it searches, or has found a card."""
        return self._watch.is_looking or self._watch.has_card

    def _look(self) -> None:
        if not self._is_awake:
            self._activate()
        elif self.is_unsent or self.is_unfetched:
            self.let_go()  # its host does not go on
        elif not self._isodep.is_present(1):
            self.let_go()
            self._is_there = False
        self._usb.tell(self._is_there)

    def _activate(self) -> None:
        field = self._field
        if not self._has_field:
            self._recovery.start_chip()
            field.reading = None
            field.begin(wire.BIT_RATE_KBIT_106, _ORDER, 0, len(_ORDER))
            self._isodep.on_wait = self._on_wait
            self._has_field = True
        self._is_awake = True  # it may be, if the search is cut short
        self._is_there = self._is_awake = self.is_fresh = field.search() == FOUND
        if not self._is_awake:
            self._watch.forget()  # a card that was refused, or there in passing
