import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi_wire.frame import MAX_PAUSE_MS, MAX_PAYLOAD, Deframer, Frame
from vectors import load

FRAMES = st.builds(Frame, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=MAX_PAYLOAD))


def received(parts: list[str | int]) -> list[list[object]]:
    """What the host's receiver makes of pieces (hex) and pauses (ms)."""
    deframer = Deframer()
    frames: list[Frame] = []
    for part in parts:
        if isinstance(part, str):
            frames += deframer.feed(bytes.fromhex(part))
        elif part > MAX_PAUSE_MS:
            frames += deframer.pause()
    return [[frame.kind, frame.number, frame.payload.hex()] for frame in frames]


@pytest.mark.parametrize("vector", load("frames.jsonl"), ids=lambda v: v["name"])
def test_the_host_receives_what_the_vectors_say(vector):
    assert received(vector["input"]) == vector["frames"]


@given(FRAMES)
def test_a_frame_survives_the_line(frame):
    assert list(Deframer().feed(frame.build())) == [frame]


@given(st.lists(FRAMES, max_size=4), st.data())
def test_pieces_of_any_size_make_no_difference(frames, data):
    line = b"".join(frame.build() for frame in frames)
    deframer, found = Deframer(), []
    while line:
        size = data.draw(st.integers(1, len(line)))
        found += deframer.feed(line[:size])
        line = line[size:]
    assert found == frames


def test_a_frame_in_pieces_is_found_at_its_last_byte_after_a_longer_one():
    deframer = Deframer()
    for frame in (Frame(1, 1, bytes(100)), Frame(2, 2, bytes(3))):
        *start, last = frame.build()
        assert [*deframer.feed(bytes(start))] == []
        assert [*deframer.feed(bytes((last,)))] == [frame]


@given(st.binary(max_size=600), FRAMES)
def test_after_any_noise_and_a_pause_the_next_frame_is_understood(noise, frame):
    deframer = Deframer()
    list(deframer.feed(noise))
    list(deframer.pause())
    assert list(deframer.feed(frame.build())) == [frame]


@given(st.binary(max_size=600), FRAMES)
def test_noise_right_before_a_frame_does_not_swallow_it(noise, frame):
    deframer = Deframer()
    found = [*deframer.feed(noise + frame.build()), *deframer.pause()]
    assert found[-1:] == [frame]


@given(FRAMES, st.data())
def test_a_damaged_frame_is_never_taken(frame, data):
    line = bytearray(frame.build())
    index = data.draw(st.integers(0, len(line) - 1))
    line[index] ^= data.draw(st.integers(1, 255))
    deframer = Deframer()
    assert frame not in [*deframer.feed(bytes(line)), *deframer.pause()]


def test_a_payload_over_the_limit_is_misuse():
    with pytest.raises(ValueError, match="too long"):
        Frame(1, 1, bytes(MAX_PAYLOAD + 1)).build()
