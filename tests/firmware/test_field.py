"""Looking for cards, when the chip and the cards answer anything at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kazashi_wire.messages as wire
from field import FOUND, NOBODY, REFUSED, Field
from health import Health
from hostframe import Answer
from isodep import IsoDep
from pn532 import RadioError
from rig import a_wait, clock

ANSWERS = st.none() | st.binary(max_size=70)


class Chip:
    """Gives out answers in turn, whatever it is asked; None is a time-out."""

    def __init__(self, answers):
        self._answers = list(answers)
        self.reply = Answer(80)
        self.heard = Answer()
        self.health = Health()

    def call(self, command, timeout_ms=0, expected=0):
        return self._fill(self.reply, self._next() or b"")

    def issue(self, command):
        pass

    def received(self):
        data = self._next()
        if data is None:
            raise RadioError(1)
        return self._fill(self.heard, data)

    def wait_for_card(self, microseconds):
        assert microseconds < 1 << 30  # a small int on the RP2040

    def _next(self):
        return self._answers.pop(0) if self._answers else None

    def _fill(self, answer, data):
        answer.start, answer.count = 7, len(data)
        answer.buffer[7 : 7 + len(data)] = data
        return 7


A, B = bytes((wire.Technology.TYPE_A,)), bytes((wire.Technology.TYPE_B,))


def field(*answers, fastest=0, order=A):
    chip = Chip(answers)
    found = Field(chip, IsoDep(chip), a_wait())
    assert found.begin(fastest, order, 0, len(order))
    found._searches = 1  # the field is fresh
    return found


@given(
    st.lists(ANSWERS, max_size=12),
    st.sampled_from([A, B, A + B, B + A]),
    st.sampled_from(wire.BitRate),
)
def test_no_answers_raise(answers, order, fastest):
    assert field(*answers, fastest=fastest, order=order).search() in (NOBODY, FOUND, REFUSED)


@given(st.binary(max_size=60))
def test_no_ats_raises(ats):
    listed = bytes.fromhex("0101000420040801020300"[:22])
    looked = field(listed, b"", ats)
    assert looked.search() == FOUND
    assert bytes(looked.answer[3 : looked.count]) == ats


def test_an_ats_gives_frame_size_and_waiting_time():
    looked = field(bytes.fromhex("01010004200408010203"), b"", bytes.fromhex("0578008002"))
    assert looked.search() == FOUND
    assert looked._isodep.room == 253
    assert looked._isodep._fwt_us > 77_300


LISTED = bytes.fromhex("01010004200408010203")


@pytest.mark.parametrize(
    ("ats", "fwi", "sfgi"),
    [
        ("057800d102", 13, 1),
        ("0468d102", 13, 1),  # no TA
        ("0358d1", 4, 0),  # TA and TC: no TB
        ("0228", 4, 0),  # TB is missing
        ("0278", 4, 0),
        ("0278d1", 4, 0),  # TA alone came
        ("0178", 4, 0),
        ("02", 4, 0),
        ("", 4, 0),
        ("057800de02", 13, 14),
        ("057800df02", 13, 0),  # 15 is reserved
        ("057800f102", 4, 1),
    ],
)
def test_an_ats_gives_waiting_and_guard_time(ats, fwi, sfgi):
    looked = field(LISTED, b"", bytes.fromhex(ats))
    start = clock.s
    assert looked.search() == FOUND
    guard_s = 4480 / 13.56e6 * 2**sfgi
    assert guard_s <= clock.s - start <= 1.02 * guard_s + 0.003
    waiting_us = 4096 / 13.56 * 2**fwi + 49152 / 13.56
    assert waiting_us <= looked._isodep._fwt_us <= 1.01 * waiting_us + 1


def test_a_card_without_iso_dep_is_refused():
    looked = field(bytes.fromhex("01010004000408010203"))
    assert looked.search() == REFUSED
    assert looked.refusal == wire.Refusal.NOT_ISO_DEP
