"""The firmware makes the ATR, and answers the commands to the reader, as the host does for vpcd."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from contactless import put_atr, serve
from kazashi.pcsc.apdu import answered_here
from kazashi.pcsc.atr import atr
from kazashi_wire.messages import Technology
from usb_ccid import HEAD, LONGEST

OLD = b"\xee" * 40  # of an earlier card: not to be seen


def field_with(technology, answer):
    return SimpleNamespace(technology=technology, answer=bytearray(answer + OLD), count=len(answer))


def firmware_atr(technology, answer):
    field = field_with(technology, answer)
    tx = bytearray(30)
    return tx[: put_atr(field, tx, 0)]


@given(st.binary(min_size=12, max_size=12))
def test_firmware_and_host_make_the_same_atr_of_an_atqb(atqb):
    assert firmware_atr(Technology.TYPE_B, atqb) == atr(Technology.TYPE_B, atqb)


@given(st.integers(0, 20), st.integers(0, 0x7F), st.binary(max_size=20))
def test_firmware_and_host_make_the_same_atr_of_an_ats(size, t0, rest):
    answer = bytes((4, 0, 0x20, size, t0)) + rest
    assert firmware_atr(Technology.TYPE_A, answer) == atr(Technology.TYPE_A, answer)


PLAIN_ATS = bytes.fromhex("0400 20 05 78 00 80 02")
WITH_HISTORICAL = bytes.fromhex("0400 20 09 78 00 80 02") + b"\xc0\xff\xee\x42"
COMMANDS = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from([b"\xff", b"\xff\xca", b"\xff\xca\1\0", b"\xff\xca\0\0"]),
    st.binary(max_size=4),
)


@given(COMMANDS, st.sampled_from([PLAIN_ATS, WITH_HISTORICAL]))
def test_firmware_and_host_answer_a_command_to_the_reader_alike(command, answer):
    field = field_with(Technology.TYPE_A, answer)
    rx, tx = bytearray(HEAD) + command + bytes(8), bytearray(LONGEST)
    size = serve(field, rx, HEAD + len(command), tx)
    card = SimpleNamespace(technology=Technology.TYPE_A, answer=answer)
    assert tx[HEAD : HEAD + size] == answered_here(command, card)
