"""The firmware's own files on a real RP2040 image: a whole tap, in emulated time."""

import pytest

from kazashi.cards.jpki import JpkiSession
from kazashi.link import send
from kazashi.reader import Reader
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.emulation.usb_host import packet_ns
from kazashi.sim.ledger import Owner
from kazashi_wire.frame import MAX_PAUSE_MS, Frame
from kazashi_wire.messages import AskHealth, Done, Health, Watch


def test_the_reader_answers_within_a_second_of_power(booted):
    assert booted.after_s <= 1.0


def test_the_board_says_that_it_is_simulated(reader):
    assert reader.info.is_simulated


def test_the_firmware_takes_at_most_60_kb_of_heap(reader):
    JpkiSession(reader.wait_for_card(10)).authentication_certificate()
    health = reader.health()
    assert health.heap_used <= 60_000
    assert health.heap_free >= 170_000  # the RP2040 has 246 kB, some of which MicroPython keeps


def test_the_certificate_arrives_byte_for_byte(pico, reader):
    der = JpkiSession(reader.wait_for_card(10)).authentication_certificate()
    assert der == pico.cards[0].blocks.application.person.certificate


def test_emulated_time_is_honest(pico, reader):
    """From card found to the last byte: the air, and what bus and USB must cost at least."""
    card = reader.wait_for_card(10)
    start, air = pico.clock.now(), pico.air.spent_s
    JpkiSession(card).authentication_certificate()
    total, on_air = pico.clock.now() - start, pico.air.spent_s - air
    spi = (9 * 267 + 200) * 8 / 3.5e6  # nine blocks and their commands, at least
    usb = 1600 / 64 * packet_ns(64) / 1e9
    assert on_air + spi + usb < total < 1.25 * on_air


def test_the_bus_is_charged_for_each_byte_of_a_read(pico, reader, monkeypatch):
    card = reader.wait_for_card(10)
    port, octets = pico._wires._port, []
    transfer = port.transfer
    monkeypatch.setattr(port, "transfer", lambda data: (octets.append(data), transfer(data))[1])
    pico.ledger.start()
    begin = round(pico.clock.now() * 1e9)
    JpkiSession(card).authentication_certificate()
    notes = pico.ledger._notes[Owner.BUS]
    bus_ns = sum(end - begin for begin, end in notes)  # beside the air, too
    assert bus_ns == pytest.approx(len(octets) * 8e9 * 14 / 48e6, abs=len(notes))
    spent = pico.ledger.spent_ns(begin, round(pico.clock.now() * 1e9))
    assert 0 < spent[Owner.BUS] <= bus_ns


def test_every_run_is_the_same_to_the_nanosecond(pico, reader, image):
    def tap(pico, reader):
        jpki = JpkiSession(reader.wait_for_card(10))
        pico.ledger.start()
        moments = []
        begin = round(pico.clock.now() * 1e9)
        jpki.authentication_certificate(lambda *_: moments.append(pico.clock.now()))
        return moments, pico.ledger.partition(begin, round(pico.clock.now() * 1e9))

    other = EmulatedPico(image, pico.options)
    assert tap(other, Reader(other.connect)) == tap(pico, reader)


def test_a_frame_cut_at_any_byte_does_not_hold_the_search(pico, reader):
    pico.air.clear()
    link, pipe = reader._link, pico._pipe
    link.request(Watch(fastest=0, period_ms=0, lease_s=10, order=b"\x02\x01"), Done)

    def until_next_search_s():
        begin_s, searches = pipe.now(), pico.air.exchanges
        while pico.air.exchanges == searches:
            pipe.let_pass(0.01)
            assert pipe.now() - begin_s < 5
        return pipe.now() - begin_s

    longest_s = max(until_next_search_s() for _ in range(10))
    asked = Frame(AskHealth.kind, 77, AskHealth().build()).build()
    for size in range(1, len(asked)):
        send(pipe, asked[:size])
        assert until_next_search_s() < longest_s + 0.1
        pipe.let_pass(MAX_PAUSE_MS / 1000)  # now it is given up, and the next is taken
        send(pipe, asked)
        link._number = 77
        assert isinstance(link._answer(link.wait(1)), Health)


def test_a_flood_from_the_host_loses_nothing(pico, reader):
    send(reader._link._pipe, bytes(4096))
    assert JpkiSession(reader.wait_for_card(10)).token_label() == "JPKIAPICCTOKEN2"
