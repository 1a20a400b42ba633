"""Cards and chips that are not as others are, and with which every tap works all the same.

A card is made by what is in CARDS from its application; a chip is one of CHIPS.
"""

from kazashi.sim.hostframe import SYNTAX_ERROR
from kazashi.sim.picc import BlockSettings, Response, TypeA, TypeB, _State
from kazashi.sim.pn532 import Pn532
from kazashi_wire.messages import Technology

# --- cards ---------------------------------------------------------------------------------------


class Refusing:
    """An application that gives no reason for a refusal: 6F00, where `refuses(apdu)`."""

    def __init__(self, application):
        self._application = application
        self._is_first = True

    def __getattr__(self, name):
        return getattr(self._application, name)

    def reset(self):
        self._is_first = True
        self._application.reset()

    def transmit(self, apdu):
        is_refused, self._is_first = self.refuses(apdu), False
        return Response(b"\x6f\x00") if is_refused else self._application.transmit(apdu)


class RefusingFirst(Refusing):
    """The first command after it got power: a real My Number Card over PC/SC did."""

    def refuses(self, _apdu):
        return self._is_first


class RefusingExtended(Refusing):
    """An extended READ, and not with 6700 or 6D00 as the standard has it."""

    def refuses(self, apdu):
        return apdu[1] == 0xB0 and len(apdu) == 7


class Clinging(TypeB):
    """It leaves a session when its power goes off, and in no other way."""

    def _answer(self, data):
        return (None, 0.0) if data[:1] in (b"\xc2", b"\xca") else super()._answer(data)


class BothTypes:
    """A phone that answers calls of either type until a reader has chosen one."""

    def __init__(self, application):
        self._b, self._a = TypeB(application), TypeA(application)
        self.blocks = self._b.blocks

    def lose_power(self):
        self._a.lose_power()
        self._b.lose_power()

    def receive(self, frame):
        mine, other = self._a, self._b
        if frame.technology is Technology.TYPE_B:
            mine, other = other, mine
        return None if other._state is _State.ACTIVE else mine.receive(frame)


def patient(application):
    """It asks for as much more time as it may, eight times in a row."""
    return TypeB(application, BlockSettings(extensions=dict.fromkeys(range(3, 11), 59)))


def guarded(application):
    """A phone that hears nothing for 155 ms after its ATS."""
    return TypeA(application, BlockSettings(fwi=8, sfgi=9))


def small(application):
    return TypeB(application, BlockSettings(fsci=0))


def slow(application):
    return TypeB(application, BlockSettings(fwi=13))


CARDS = {
    "usual": TypeB,
    "without CID": lambda application: TypeB(application, has_cid=False),
    "clinging": Clinging,
    "refuses the first command": lambda application: TypeB(RefusingFirst(application)),
    "refuses extended length": lambda application: TypeB(RefusingExtended(application)),
    "patient": patient,
    "small": small,
    "slow": slow,
    "phone": TypeA,
    "guarded phone": guarded,
    "of both types": BothTypes,
}

# --- chips ---------------------------------------------------------------------------------------

_DIAGNOSE, _SAM_CONFIGURATION = 0x00, 0x14


def _is_long_sam(command):
    return command[0] == _SAM_CONFIGURATION and len(command) != 2


class SamUnheard(Pn532):
    """A clone that takes SAMConfiguration with one parameter alone; others it does not hear."""

    def listens_to(self, command):
        return not _is_long_sam(command) and super().listens_to(command)


class SamUnanswered(Pn532):
    """The same, but that others are acknowledged, and never answered."""

    def carry_out(self, command):
        return None if _is_long_sam(command) else super().carry_out(command)


class SamNotUnderstood(Pn532):
    """The same, but that others are a syntax error."""

    def carry_out(self, command):
        return (SYNTAX_ERROR, 0.0006) if _is_long_sam(command) else super().carry_out(command)


class WithoutSelfTests(Pn532):
    """A clone that knows no Diagnose."""

    def carry_out(self, command):
        is_test = command[0] == _DIAGNOSE
        return (SYNTAX_ERROR, 0.0006) if is_test else super().carry_out(command)


class ZerosBefore(Pn532):
    """It says zeros before its frames: `zeros` has how many, in turn."""

    zeros = (1,)
    said = 0  # frames

    def say(self, frame, after_s):
        zeros = self.zeros[self.said % len(self.zeros)]
        self.said += 1
        super().say(bytes(zeros) + frame, after_s)


class ZerosAtTimes(ZerosBefore):
    """The same, many of them before one frame in seven."""

    zeros = (0, 0, 0, 8, 0, 0, 0)


SAM_CLONES = (SamUnheard, SamUnanswered, SamNotUnderstood)
CHIPS = (Pn532, *SAM_CLONES, WithoutSelfTests, ZerosBefore, ZerosAtTimes)
