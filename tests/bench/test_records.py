"""Which packets brought the certificate, and when."""

import pytest

from kazashi.bench.records import Packet, arrivals
from kazashi_wire.frame import Frame
from kazashi_wire.messages import End, Part

CERTIFICATE = bytes.fromhex("308200ff") + bytes(range(100, 160))
OK = b"\x90\x00"


def line(*messages):
    """These messages as packets of 64 bytes, a second apart, the first at 1."""
    stream = b"".join(Frame(m.kind, 1, m.build()).build() for m in messages)
    pieces = [stream[i : i + 64] for i in range(0, len(stream), 64)]
    return [Packet(float(1 + i), piece) for i, piece in enumerate(pieces)]


def part(data):
    return Part(offset=0, data=data)


def test_the_last_byte_comes_with_its_packet_not_with_the_end_of_its_frame():
    packets = line(part(CERTIFICATE[:45]), part(CERTIFICATE[45:] + bytes(61)))
    assert len(packets) == 3
    pieces = [each for each in arrivals(packets, CERTIFICATE) if each.piece]
    assert [(each.begin_s, each.end_s) for each in pieces] == [(1.0, 1.0), (2.0, 2.0)]


def test_what_is_not_the_certificate_is_passed_over():
    packets = line(part(OK), part(CERTIFICATE[:4] + OK), End(size=6, mac=b""), part(b""))
    packets += [Packet(9.0, line(part(CERTIFICATE[4:] + OK))[0].data)]
    packets += [Packet(10.0, line(part(CERTIFICATE[4:] + OK))[1].data)]
    pieces = [each.piece for each in arrivals(packets, CERTIFICATE)]
    assert pieces == [b"", CERTIFICATE[:4], b"", b"", CERTIFICATE[4:]]


def test_a_status_word_is_no_part_of_a_certificate_that_goes_on_like_it():
    certificate = CERTIFICATE[:4] + OK + CERTIFICATE[4:]
    packets = line(part(certificate[:4] + OK), End(size=6, mac=b""))
    packets += line(part(certificate[4:] + OK), End(size=len(certificate) - 2, mac=b""))
    pieces = [each.piece for each in arrivals(packets, certificate) if each.piece]
    assert pieces == [certificate[:4], certificate[4:]]


def test_an_armed_reader_counts_on_from_one_response_to_the_next():
    first, rest = CERTIFICATE[:4], CERTIFICATE[4:]
    packets = line(Part(offset=0, data=OK), End(size=2, mac=b""))
    packets += line(Part(offset=2, data=first + OK), End(size=6, mac=b""))
    packets += line(Part(offset=8, data=rest + OK), End(size=len(rest) + 2, mac=b""))
    packets += line(End(size=len(rest) + 10, mac=b""))
    pieces = [each.piece for each in arrivals(packets, CERTIFICATE) if each.piece]
    assert pieces == [first, rest]


def test_a_certificate_that_did_not_come_is_no_measurement():
    with pytest.raises(AssertionError, match="4 of 64"):
        arrivals(line(part(CERTIFICATE[:4])), CERTIFICATE)
