"""The ATR that the firmware makes is the one that the host makes for vpcd."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from contactless import put_atr
from kazashi.pcsc.atr import atr
from kazashi_wire.messages import Technology

OLD = b"\xee" * 40  # of an earlier card: not to be seen


def firmware_atr(technology, answer):
    field = SimpleNamespace(technology=technology, answer=bytearray(answer + OLD))
    field.count = len(answer)
    tx = bytearray(30)
    return tx[: put_atr(field, tx, 0)]


@given(st.binary(min_size=12, max_size=12))
def test_firmware_and_host_make_the_same_atr_of_an_atqb(atqb):
    assert firmware_atr(Technology.TYPE_B, atqb) == atr(Technology.TYPE_B, atqb)


@given(st.integers(0, 20), st.integers(0, 0x7F), st.binary(max_size=20))
def test_firmware_and_host_make_the_same_atr_of_an_ats(size, t0, rest):
    answer = bytes((4, 0, 0x20, size, t0)) + rest
    assert firmware_atr(Technology.TYPE_A, answer) == atr(Technology.TYPE_A, answer)
