"""Inputs: what is wrong in the ways in which frames and blocks go wrong, and any bytes at all."""

from kazashi.sim import hostframe
from kazashi_wire.frame import SYNC, Frame

SELECT = bytes.fromhex("00a4040c0ad392f000260100000001")


_SIZES = (0, 1, 2, 3, 5, 8, 11, 16, 24, 64, 253, 254, 255, 256, 300)


def noise(rng, most=300):
    """Any bytes, short ones more often."""
    return rng.randbytes(min(most, rng.choice(_SIZES)))


def damaged(rng, data):
    """`data` after an accident or two."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(_ACCIDENTS)(rng, data)
    return data


def _flipped(rng, data):
    return _changed(rng, data, lambda octet: octet ^ 1 << rng.randrange(8))


def _extreme(rng, data):
    return _changed(rng, data, lambda _: rng.choice((0x00, 0x01, 0x7F, 0x80, 0xFF)))


def _changed(rng, data, change):
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes((change(data[at]),)) + data[at + 1 :]


def _cut(rng, data):
    return data[: rng.randint(0, len(data))]


def _beheaded(rng, data):
    return data[rng.randint(0, len(data)) :]


def _torn(rng, data):
    """A piece of it is missing."""
    return _cut(rng, data) + _beheaded(rng, data)


def _stuffed(rng, data):
    """Something came in between."""
    at = rng.randint(0, len(data))
    return data[:at] + noise(rng, 20) + data[at:]


def _doubled(rng, data):
    return data + data


_ACCIDENTS = (_flipped, _flipped, _extreme, _extreme, _cut, _beheaded, _torn, _stuffed, _doubled)


# --- from the host -------------------------------------------------------------------------------


def pieces(rng):
    """What the host sends, in pieces; None is a pause."""
    frames = [rng.choice(_LINES)(rng) for _ in range(rng.randint(1, 4))]
    if rng.random() < 0.5:
        return [b"".join(frames)]
    return [piece for frame in frames for piece in (frame, *[None] * (rng.random() < 0.3))]


def a_frame(rng):
    kind = rng.choice((1, 2, 3, 4, 4, 4, 5, 9, rng.randrange(256)))
    head = rng.choice((b"", b"\x00", b"\x01", b"\x01" + SELECT, b"\x03", b"\x02"))
    return Frame(kind, rng.randrange(256), head + noise(rng)).build()


def a_damaged_frame(rng):
    return damaged(rng, a_frame(rng))


def a_lying_frame(rng):
    """Its header is good, only that it says another size."""
    head = bytes((rng.randrange(6), rng.randrange(256)))
    head += rng.choice((0, 1, 500, 512, 513, 0xFFFF, rng.randrange(600))).to_bytes(2, "big")
    return SYNC + head + bytes((-sum(head) & 0xFF,)) + noise(rng)


def syncs(rng):
    return SYNC * rng.randrange(1, 40) + SYNC[:1]


_LINES = (a_frame, a_frame, a_damaged_frame, a_damaged_frame, a_lying_frame, syncs, noise)


# --- from the chip -------------------------------------------------------------------------------


def lying_answer(rng):
    """A frame of the chip with good checksums of anything."""
    size = rng.choice((0, 1, 2, 3, 254, 255, 256, 263, 265, 266, 0xFFFF, rng.randrange(300)))
    lengths = size.to_bytes(2, "big")
    head = b"\xff\xff" + lengths + bytes((-sum(lengths) & 0xFF,))
    if size < 256 and rng.random() < 0.5:
        head = bytes((size, -size & 0xFF))
    body = rng.choice((b"\xd5", b"\x7f", b"\xd4", b"")) + noise(rng)
    body = body[:size]
    return b"\x00\x00\xff" + head + body + bytes((-sum(body) & 0xFF, 0))


def other_answer(rng):
    return hostframe.answer(rng.randrange(0, 256, 2), noise(rng, 20))


ACCIDENTS = (  # to a frame of the chip: the frames that come in its place
    lambda _rng, _code, _frame: [],
    lambda _rng, _code, frame: [frame, frame],
    lambda rng, _code, frame: [damaged(rng, frame)],
    lambda rng, _code, frame: [other_answer(rng), frame],
    lambda rng, _code, frame: [frame + other_answer(rng)],
    lambda rng, _code, frame: [noise(rng), frame],
    lambda rng, _code, frame: [bytes(rng.randrange(1, 12)) + frame],
    lambda rng, _code, _frame: [lying_answer(rng)],
    lambda rng, code, _frame: [hostframe.answer(code, a_reply(rng))],
    lambda rng, code, _frame: [hostframe.answer(code, noise(rng, 200))],
    lambda _rng, _code, frame: [frame if frame == hostframe.ACK else hostframe.SYNTAX_ERROR],
    lambda rng, _code, _frame: [rng.choice((hostframe.ACK, hostframe.NACK))],
)


def a_listing(rng):
    """What InListPassiveTarget may find."""
    sak = rng.choice((0x20, 0x28, 0x60, 0x00, 0x08, rng.randrange(256)))
    type_a = b"\x01\x01" + noise(rng, 2) + bytes((sak, 4)) + noise(rng, 10)
    type_b = b"\x01\x01\x50" + noise(rng, 14)
    return rng.choice((b"", b"\x00", b"\x01", type_a, type_b, noise(rng, 70)))


def a_reply(rng):
    """What InCommunicateThru may bring: a status, and an ATQB, an ATS or anything."""
    status = rng.choice((0, 0, 0, 0, 1, 2, 0x40, 0x80, rng.randrange(256)))
    atqb = b"\x50" + rng.randbytes(11)
    ats = bytes((rng.randrange(256), rng.randrange(256))) + noise(rng, 16)
    return bytes((status,)) + rng.choice((atqb, atqb + b"\x00", ats, noise(rng, 263)))


# --- from the card -------------------------------------------------------------------------------


def information(rng, number):
    return bytes((0x02 | number,)) + noise(rng, 253)


def chained(rng, number):
    return bytes((0x12 | number,)) + noise(rng, 253)


def foreign_number(rng, number):
    return rng.choice((information, chained, receive_ready))(rng, number ^ 1)


def receive_ready(rng, number):
    return bytes((rng.choice((0xA2, 0xB2)) | number,))


def supervisory(rng, _number):
    return rng.choice(
        (b"\xf2" + noise(rng, 3), bytes((0xF2, rng.randrange(256))), b"\xc2", b"\xca\x01")
    )


def any_block(rng, _number):
    return noise(rng, 255)  # the simulated chip lists nobody who says more to ATTRIB


# None: its own answer, or one from before.
BLOCKS = (information, chained, foreign_number, receive_ready, supervisory, any_block, None)
