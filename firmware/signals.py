"""What people see and hear of the reader: its LED, and a buzzer if one is wired.

A pattern is a line of beats. One that lasts begins again at its end; one that tells how a tap
ended is shown once. Until then there is no sound: people lift a card as soon as they hear one.

Nothing here allocates after construction, and nothing runs between the blocks of a read.
"""

from time import ticks_diff, ticks_ms

from micropython import const

import wire

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from collections.abc import Callable

    from machine import PWM

BEAT_MS = const(50)

_DARK = const(0x2E)  # a beat: "." is dark, "#" lit; these are lit and sound, at so many hertz
_TONES = {0x5F: 500, 0x2D: 2000, 0x5E: 2600}  # "_" low, "-" higher, "^" highest
_START = b"#" * 20  # the second in which BOOTSEL leads to MicroPython's prompt: device.py
_HALF = const(0x8000)  # of the time the buzzer's pin is high, where it is loudest

PATTERNS = (  # by wire.SIGNAL
    b".",
    b"#.......................................",
    b"#",
    b"##..",
    b"---^^^^##################",
    b"____________...____________...____________",
    b"--.--..........--.--..........--.--",
)


class Signals:
    """`led` is a pin; `buzzer` a machine.PWM, silent, or None."""

    def __init__(self, led: "Callable[[bool], object]", buzzer: "PWM | None" = None) -> None:
        self._led = led
        self._buzzer = buzzer
        self._lasting = PATTERNS[0]
        self._ending = _START  # shown before the lasting one; b"": none is
        self._begun = ticks_ms()  # when what is shown began
        self._beat = _DARK  # what is shown

    def show(self, signal: int) -> None:
        """Show a wire.SIGNAL; 0: nothing more, once what is told is told.

        A card is shown at once, whatever was being told of the one before.
        """
        pattern = PATTERNS[signal]
        if signal >= wire.SIGNAL_DONE:
            self._lasting = PATTERNS[0]
            self._ending = pattern
        elif pattern is self._lasting:
            return
        else:
            self._lasting = pattern
            if signal >= wire.SIGNAL_CARD_FOUND:
                self._ending = b""
            if self._ending:
                return
        self._begun = ticks_ms()
        self.step()

    def card_left(self) -> None:
        """Ask for it again, if it was being read and nobody has said that this was all."""
        is_cut = self._lasting is PATTERNS[wire.SIGNAL_READING]
        self.show(wire.SIGNAL_TRY_AGAIN if is_cut else 0)

    def step(self) -> None:
        """Bring LED and buzzer up to date. It is due every beat; a late one does no harm."""
        beats = ticks_diff(ticks_ms(), self._begun) // BEAT_MS
        if 0 <= beats < len(self._ending):  # ticks wrap after days
            self._put(self._ending[beats])
            return
        if self._ending:
            self._ending = b""
            self._begun = ticks_ms()
            beats = 0
        self._put(self._lasting[beats % len(self._lasting)])

    def _put(self, beat: int) -> None:
        if beat == self._beat:
            return
        self._beat = beat
        self._led(beat != _DARK)
        if self._buzzer is not None:
            hertz = _TONES.get(beat, 0)
            if hertz:
                self._buzzer.freq(hertz)
            self._buzzer.duty_u16(_HALF if hertz else 0)
