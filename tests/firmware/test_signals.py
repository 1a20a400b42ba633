"""What people see and hear of the reader: each pattern, and those of a tap from start to end."""

import pytest

from rig import Buzzer, Rig, clock

# isort: split
import faults
import signals
import wire
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.errors import CardError, ReaderFault
from kazashi.reader import Reader
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import TypeB
from kazashi_wire.messages import Fault, Show, Signal

BEAT_S = signals.BEAT_MS / 1000
DARK, LIT = (0, 0), (1, 0)
ONCE = (Signal.DONE, Signal.FAILED, Signal.TRY_AGAIN)


class Front:
    """LED and buzzer, and what they did: beats in a row that look and sound the same."""

    def __init__(self):
        self.is_lit, self.buzzer = 0, Buzzer()
        self.signals = signals.Signals(self._set, self.buzzer)

    def _set(self, value):
        self.is_lit = int(value)

    def during(self, seconds):
        """[(is lit, hertz), ms] of all that could be told apart meanwhile."""
        seen = []
        for _ in range(round(seconds / BEAT_S)):
            self.signals.step()
            now = self.is_lit, self.buzzer.hertz
            if seen and seen[-1][0] == now:
                seen[-1][1] += signals.BEAT_MS
            else:
                seen.append([now, signals.BEAT_MS])
            clock.s += BEAT_S
        return [tuple(each) for each in seen]


@pytest.fixture
def front():
    clock.watchdog = None
    clock.s = round(clock.s + 1)
    front = Front()
    assert front.during(1) == [(LIT, 1000)]  # in which BOOTSEL is looked at
    return front


def test_a_reader_that_has_nothing_to_say_is_dark_and_silent(front):
    assert front.during(5) == [(DARK, 5000)]


def test_ready_is_a_short_flash_every_two_seconds(front):
    front.signals.show(wire.SIGNAL_READY)
    assert front.during(4) == [(LIT, 50), (DARK, 1950)] * 2


def test_a_card_found_is_a_steady_light(front):
    front.signals.show(wire.SIGNAL_CARD_FOUND)
    assert front.during(3) == [(LIT, 3000)]


def test_reading_is_a_quick_blink(front):
    front.signals.show(wire.SIGNAL_READING)
    assert front.during(0.4) == [(LIT, 100), (DARK, 100)] * 2


def test_done_is_two_rising_tones_and_a_light(front):
    front.signals.show(wire.SIGNAL_DONE)
    assert front.during(3) == [((1, 2000), 150), ((1, 2600), 200), (LIT, 900), (DARK, 1750)]


def test_failed_is_three_long_low_tones(front):
    front.signals.show(wire.SIGNAL_FAILED)
    low, pause = ((1, 500), 600), (DARK, 150)
    assert front.during(3) == [low, pause, low, pause, low, (DARK, 900)]


def test_try_again_is_two_short_tones_three_times(front):
    front.signals.show(wire.SIGNAL_TRY_AGAIN)
    twice = [((1, 2000), 100), (DARK, 50), ((1, 2000), 100)]
    assert front.during(2) == [*twice, (DARK, 500)] * 2 + [*twice, (DARK, 250)]


def test_a_reader_that_was_idle_for_a_week_goes_on(front):
    front.signals.show(wire.SIGNAL_READY)
    for _ in range(8):
        clock.s += 86_400.0  # ticks wrap after 12.4 days, and look negative after half of that
        assert front.during(2)


def test_without_a_buzzer_the_light_says_it(front):
    front.signals = signals.Signals(front._set)
    front.signals.show(wire.SIGNAL_FAILED)
    assert front.during(1.5) == [(LIT, 600), (DARK, 150)] * 2


@pytest.mark.parametrize("signal", ONCE)
def test_the_next_patient_is_called_when_the_last_one_has_been_told(front, signal):
    front.signals.show(signal)
    told = len(signals.PATTERNS[signal]) * BEAT_S
    front.signals.show(wire.SIGNAL_READY)
    assert front.during(told)[-1] != (DARK, 1950)
    assert front.during(2) == [(LIT, 50), (DARK, 1950)]


@pytest.mark.parametrize("signal", ONCE)
def test_a_card_is_shown_at_once(front, signal):
    front.signals.show(signal)
    front.signals.show(wire.SIGNAL_READING)
    assert front.during(0.4) == [(LIT, 100), (DARK, 100)] * 2


@pytest.mark.parametrize("signal", ONCE)
def test_the_end_of_a_session_does_not_cut_off_what_is_told(front, signal):
    front.signals.show(signal)
    front.signals.show(0)
    told = front.during(3)
    assert sum(ms for (_, hertz), ms in told if hertz) >= 200
    assert told[-1][0] == DARK


def test_every_signal_has_a_pattern_of_its_own():
    assert len(signals.PATTERNS) == len(Signal) + 1 == len(set(signals.PATTERNS))


def test_every_fault_is_told_to_people_or_is_the_hosts_alone():
    told = {fault: faults.signal_of(fault) for fault in Fault}
    again = {f for f, signal in told.items() if signal == Signal.TRY_AGAIN}
    silent = {f for f, signal in told.items() if signal == 0}
    assert again == {
        *(Fault.CARD_GONE, Fault.CARD_GARBLED, Fault.CARD_PROTOCOL, Fault.CHIP_RESTARTED),
    }
    assert silent == {
        Fault.UNKNOWN_REQUEST,
        Fault.MALFORMED_REQUEST,
        Fault.NO_CARD,
        Fault.NO_SESSION,
    }
    assert {told[fault] for fault in told.keys() - again - silent} == {Signal.FAILED}


# --- the whole reader --------------------------------------------------------------------------


class Shown(list):
    """Every signal that the reader shows, in order; 0: nothing more."""

    def __init__(self, monkeypatch):
        super().__init__()
        show = signals.Signals.show

        def note(that, signal):
            if signal != (self[-1] if self else 0):
                self.append(signal)
            show(that, signal)

        monkeypatch.setattr(signals.Signals, "show", note)


@pytest.fixture
def shown(monkeypatch):
    return Shown(monkeypatch)


def a_reader():
    rig = Rig(TypeB(Jpki(Person())))
    return rig, Reader(rig.connect)


def run(rig, seconds):
    """(is lit, hertz) of each step meanwhile."""
    end, seen = clock.s + seconds, set()
    while clock.s < end:
        rig.step()
        seen.add((rig.is_lit, rig.buzzer.hertz))
    return seen


def test_a_tap_is_shown_from_start_to_end(shown):
    rig, reader = a_reader()
    card = reader.wait_for_card(5)
    assert shown == [Signal.READY, Signal.CARD_FOUND]
    JpkiSession(card).authentication_certificate()
    assert shown[2:] == [Signal.READING]
    reader.show(Signal.DONE)
    rig.air.clear()
    assert run(rig, 3) >= {(True, 2000), (True, 2600), (False, 0)}
    reader.rest()
    assert shown[3:] == [Signal.DONE, 0]
    assert run(rig, 3) == {(False, 0)}


def test_an_armed_reader_shows_that_it_reads(shown):
    _, reader = a_reader()
    reader.wait_for_card(5, plan=PLAN)
    assert shown == [Signal.READY, Signal.READING, Signal.CARD_FOUND]


def test_a_card_that_leaves_before_all_was_read_is_asked_for_again(shown):
    rig, reader = a_reader()
    JpkiSession(reader.wait_for_card(5))
    rig.air.clear()
    run(rig, 1)
    assert shown[2:] == [Signal.READING, Signal.TRY_AGAIN, 0]


def test_a_card_that_nobody_read_leaves_without_a_word(shown):
    rig, reader = a_reader()
    reader.wait_for_card(5)
    rig.air.clear()
    run(rig, 1)
    assert shown[1:] == [Signal.CARD_FOUND, 0]


def test_a_card_lost_within_an_exchange_is_asked_for_again(shown):
    rig, reader = a_reader()
    jpki = JpkiSession(reader.wait_for_card(5))
    rig.air.clear()
    with pytest.raises(CardError):
        jpki.authentication_certificate()
    assert shown[-1] == Signal.TRY_AGAIN


def test_a_chip_that_falls_silent_for_good_is_a_failure(shown):
    rig, reader = a_reader()
    rig.chip.host_bytes = lambda data: None
    with pytest.raises(ReaderFault):
        reader.wait_for_card(5)
    assert shown[-1] == Signal.FAILED
    assert run(rig, 3) >= {(True, 500), (False, 0)}


@pytest.mark.parametrize("payload", [b"", b"\x00", b"\x07", b"\x01\x01"])
def test_a_signal_that_there_is_not_is_refused(shown, payload, monkeypatch):
    _, reader = a_reader()
    monkeypatch.setattr(Show, "build", lambda _: payload)
    with pytest.raises(ReaderFault) as error:
        reader.show(Signal.DONE)
    assert error.value.fault is Fault.MALFORMED_REQUEST
    assert shown == []
