"""Pulling card, cable or process at any moment: a clear error, and the next tap works."""

import signal
from threading import Event

import pytest

from cells import in_each
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import (
    Cancelled,
    CardGone,
    CardProtocolBroken,
    CardTooSlow,
    FirmwareStopped,
    NoCard,
    ReaderSilent,
    ReaderUnplugged,
)
from kazashi.limits import Limits
from kazashi.link import send
from kazashi.reader import Reader
from kazashi.sim import pico as pico_module
from kazashi.sim.radio import Disturbance
from said import raises

EXCHANGES = 13  # on air, from the chip's REQB to the last block of a certificate


def read_twice(reader):
    read_certificate(reader)
    read_certificate(reader)


def read_certificate(reader, cancel=None):
    return JpkiSession(reader.wait_for_card(10, cancel=cancel)).authentication_certificate()


def lay_anew(simulated, reader):
    """As after a start: nothing is disturbed, the field is off, and exchanges count from 0."""
    simulated.air.disturb = lambda *_: None
    reader.rest()
    assert not simulated.air.is_on
    simulated.air.clear()
    simulated.air.exchanges = 0
    simulated.lay_down()


def test_the_card_is_pulled(simulated, plug_in, certificate):
    reader = plug_in(simulated)

    def check(moment):
        searched_long = Event()

        def pull(index, _frame):
            if index == moment:
                simulated.air.clear()
            if index == moment + 100:
                searched_long.set()

        lay_anew(simulated, reader)
        simulated.air.disturb = pull
        try:
            assert read_certificate(reader, cancel=searched_long) == certificate
        except CardGone:
            pass
        except Cancelled:
            with pytest.raises(NoCard):
                reader.wait_for_card(0)
        assert simulated.air.exchanges > moment  # it did happen
        simulated.air.disturb = lambda *_: None
        simulated.air.clear()
        simulated.lay_down()
        assert read_certificate(reader) == certificate

    in_each(range(EXCHANGES), check)


@pytest.mark.parametrize("disturbance", Disturbance)
def test_one_disturbed_exchange_is_mended(simulated, plug_in, certificate, disturbance):
    reader = plug_in(simulated)

    def check(moment):
        lay_anew(simulated, reader)
        simulated.air.disturb = lambda index, _frame: disturbance if index == moment else None
        assert read_certificate(reader) == certificate
        assert simulated.air.exchanges > moment  # it did happen

    in_each(range(EXCHANGES), check)


@pytest.mark.parametrize("bytes_before", [0, 1, 7, 20, 40, 60, 300, 700, 1500, 1690])
def test_the_cable_is_pulled(simulated, plug_in, certificate, bytes_before):
    reader = plug_in(simulated)
    pipe = simulated.pipe
    read, left = pipe.read, [bytes_before]

    def cut(size):
        if not left[0]:
            pipe.close()
            raise ReaderUnplugged
        data = read(size)[: left[0]]
        left[0] -= len(data)
        return data

    pipe.read = cut
    with pytest.raises(ReaderUnplugged):
        read_certificate(reader)
    reader.reconnect()
    assert read_certificate(reader) == certificate


@pytest.mark.parametrize("moment", range(0, EXCHANGES, 2))
def test_the_firmware_is_killed(simulated, plug_in, certificate, moment):
    reader = plug_in(simulated)

    def kill(index, _frame):
        if index == moment:
            simulated.pipe.process.kill()

    simulated.air.disturb = kill
    with pytest.raises(ReaderUnplugged):
        read_twice(reader)
    simulated.air.disturb = lambda *_: None
    reader.reconnect()
    assert read_certificate(reader) == certificate


@pytest.mark.parametrize("wtxm", [1, 10])
def test_a_card_may_ask_for_more_time_before_any_block(simulated, plug_in, certificate, wtxm):
    reader = plug_in(simulated)

    def check(position):
        lay_anew(simulated, reader)
        simulated.cards[0].blocks.settings.extensions = {position: wtxm}
        assert read_certificate(reader) == certificate

    in_each(range(9), check)


def test_a_slow_card_that_is_pulled_is_not_taken_for_a_dead_reader(pico, plug_in):
    simulated = pico(card="slow", speed=5.0)  # in its own time: faults/test_radio.py
    reader = plug_in(simulated, Limits(answer_s=3.0))
    card = reader.wait_for_card(10)
    simulated.air.clear()
    with pytest.raises(CardGone):
        card.transmit(b"\x00\xa4\x00\x00")


def test_a_card_that_chains_for_ever_is_given_up(simulated, plug_in):
    application = simulated.cards[0].blocks.application
    reply = application.transmit(b"\x00\xa4\x00\x00")
    application.transmit = lambda _apdu: type(reply)(bytes(70_000))
    reader = plug_in(simulated)
    card = reader.wait_for_card(10)
    with pytest.raises(CardProtocolBroken):
        card.transmit(b"\x00\xb0\x00\x00\x00")
    del application.transmit
    assert JpkiSession(reader.wait_for_card(10)).token_label()


def test_a_card_of_the_patient_before_is_over(simulated, plug_in, certificate):
    reader = plug_in(simulated)
    before = JpkiSession(reader.wait_for_card(10))
    after = JpkiSession(reader.wait_for_card(10))
    with pytest.raises(NoCard):
        before.authentication_certificate()
    assert after.authentication_certificate() == certificate


def test_a_host_that_says_hello_finds_no_open_card(simulated, plug_in):
    reader = plug_in(simulated)
    jpki = JpkiSession(reader.wait_for_card(10))
    jpki.verify_pin("1234")
    Reader(lambda: simulated.pipe)  # another program, on the same line
    assert not simulated.air.is_on
    with pytest.raises(NoCard):
        jpki.sign(b"challenge")


def test_after_a_card_was_pulled_in_an_exchange_nothing_lies_there(simulated, plug_in):
    reader = plug_in(simulated)
    card = reader.wait_for_card(10)
    assert not reader.wait_for_removal(0.05)
    simulated.air.clear()
    with pytest.raises(CardGone):
        card.transmit(b"\x00\xa4\x00\x00")
    assert reader.wait_for_removal(0.05)


def test_a_lost_answer_to_the_presence_check_does_not_lose_the_card(simulated, plug_in):
    reader = plug_in(simulated)
    jpki = JpkiSession(reader.wait_for_card(10))
    jpki.verify_pin("1234")
    first = simulated.air.exchanges
    lost = Disturbance.ANSWER_LOST
    simulated.air.disturb = lambda index, _frame: lost if index == first else None
    while simulated.air.exchanges <= first + 1:  # two looks
        assert not reader.wait_for_removal(0.3)
    assert len(jpki.sign(b"challenge")) == 256


def test_a_card_that_asks_for_time_for_ever_is_given_up(pico, plug_in):
    simulated = pico(card="slow")  # it asks when half of its waiting time of 2.5 s has passed
    simulated.cards[0].blocks.application.jpki.command_s = 1e6
    reader = plug_in(simulated, Limits(response_s=1.0))  # the usual 30: faults/test_radio.py
    with pytest.raises(CardTooSlow):
        read_certificate(reader)


def test_noise_from_the_host_is_passed_over(simulated, plug_in, certificate):
    reader = plug_in(simulated)
    send(simulated.pipe, bytes(range(256)) * 8)
    assert read_certificate(reader) == certificate


def test_a_flood_from_the_host_loses_nothing(simulated, plug_in, certificate):
    reader = plug_in(simulated)
    for _ in range(64):
        send(simulated.pipe, bytes(1024))  # 64 kB that are no frames; the ring holds 512
    assert read_certificate(reader) == certificate


def test_a_firmware_that_stops_says_why(simulated, plug_in, tmp_path, monkeypatch):
    (tmp_path / "boot.py").touch()
    (tmp_path / "main.py").write_text("import no_such_module", encoding="utf-8")
    folder = pico_module.device_folder
    monkeypatch.setattr(
        pico_module, "device_folder", lambda name: tmp_path if name == "firmware" else folder(name)
    )
    with raises(FirmwareStopped, match="no_such_module"):
        plug_in(simulated)


def test_a_firmware_that_fetches_nothing_does_not_hold_the_host_for_ever(
    simulated, plug_in, monkeypatch
):
    reader = plug_in(simulated)
    simulated.pipe.process.send_signal(signal.SIGSTOP)
    with pytest.raises(ReaderSilent):
        send(simulated.pipe, bytes(200_000), 0.2)
    reader.close()


def test_a_host_that_died_within_a_command_leaves_a_reader_that_works(
    simulated, plug_in, certificate
):
    reader = plug_in(simulated)
    reader.wait_for_card(10)
    first_part = "ca5a04c80102310000"  # half a frame of a Transmit
    simulated.pipe.write(bytes.fromhex(first_part))
    assert read_certificate(reader) == certificate
