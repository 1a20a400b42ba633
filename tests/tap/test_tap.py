"""A tap from card to certificate, over the firmware's own files, the same on every interpreter."""

import pytest

from interpreters import on_all_interpreters
from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import LastTry, NotAMyNumberCard, PinBlocked, PinRequired, WrongPin
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import CardError, CardUnusable, NoCard, SeveralCards
from kazashi.sim.options import BUSES

pytestmark = on_all_interpreters


def certificate_of(pico):
    """What the simulated card holds."""
    return pico.cards[0].blocks.application.person.certificate


@pytest.mark.parametrize("bus", BUSES)
def test_the_certificate_arrives_byte_for_byte_and_its_key_signs(pico, plug_in, bus):
    simulated = pico(bus=bus)
    reader = plug_in(simulated)
    jpki = JpkiSession(reader.wait_for_card(10))
    der = jpki.authentication_certificate()
    assert der == certificate_of(simulated)
    assert len(der) == 1600
    assert jpki.pin_tries_left() == 3
    jpki.verify_pin("1234")
    assert Certificate.parse(der).verifies(jpki.sign(b"challenge"), b"challenge")
    assert not Certificate.parse(der).verifies(jpki.sign(b"other"), b"challenge")
    assert simulated.chip.baud == (1288000 if bus == "hsu" else 115200)


@pytest.mark.parametrize("carried", [921600, 460800, 115200])
def test_a_uart_is_as_fast_as_its_line(pico, plug_in, carried):
    simulated = pico(bus="hsu", hsu_max=carried)
    assert JpkiSession(plug_in(simulated).wait_for_card(10)).token_label() == "JPKIAPICCTOKEN2"
    assert simulated.chip.baud == carried


@pytest.mark.parametrize("size", [1200, 1313, 1503, 1504, 1505, 2000])
@pytest.mark.parametrize("extended", [True, False])
def test_certificates_of_any_size_arrive(pico, plug_in, size, extended):
    simulated = pico(certificate=size, extended=extended)
    der = JpkiSession(plug_in(simulated).wait_for_card(10)).authentication_certificate()
    assert der == certificate_of(simulated)
    assert len(der) == size


@pytest.mark.parametrize("fsc", [16, 64, 128])
def test_a_card_with_small_frames_is_read_and_signs(pico, plug_in, fsc):
    simulated = pico(fsc=fsc)
    jpki = JpkiSession(plug_in(simulated).wait_for_card(10))
    assert jpki.authentication_certificate() == certificate_of(simulated)
    jpki.verify_pin("1234")
    assert len(jpki.sign(b"challenge")) == 256


def test_a_card_without_extended_length_is_asked_once(pico, plug_in):
    simulated = pico(extended=False)
    commands = watch_commands(simulated)
    jpki = JpkiSession(plug_in(simulated).wait_for_card(10))
    jpki.authentication_certificate()
    jpki.authentication_certificate()
    assert sum(len(c) == 7 for c in commands) == 1


def watch_commands(simulated):
    """Every APDU that the card gets from now on."""
    application = simulated.cards[0].blocks.application
    commands, transmit = [], application.transmit
    application.transmit = lambda apdu: (commands.append(apdu), transmit(apdu))[1]
    return commands


def test_nothing_behind_the_certificate_is_read(pico, plug_in):
    simulated = pico()
    commands = watch_commands(simulated)
    JpkiSession(plug_in(simulated).wait_for_card(10)).authentication_certificate()
    assert [c.hex() for c in commands[1:]] == ["00b08a00fb", "00b000fb000545"]  # 251 + 1349 = 1600


def test_commands_and_responses_beyond_any_frame_pass(pico, plug_in):
    simulated = pico()
    application = simulated.cards[0].blocks.application
    reader = plug_in(simulated)
    card = reader.wait_for_card(10)
    command = (
        b"\x00\xd6\x00\x00\x00" + (3000).to_bytes(2, "big") + bytes(i & 0xFF for i in range(3000))
    )
    seen = []

    def echo(apdu):
        seen.append(apdu)
        return type(reply)(apdu * 4 + b"\x90\x00")

    reply = application.transmit(b"\x00\xa4\x00\x00")
    application.transmit = echo
    assert card.transmit(command) == command * 4 + b"\x90\x00"
    assert seen == [command]


def test_a_phone_of_type_a_wants_its_pin_first(pico, plug_in):
    simulated = pico(card="android")
    jpki = JpkiSession(plug_in(simulated).wait_for_card(10))
    assert jpki.token_label() == "JPKIAPGPSETOKEN"
    with pytest.raises(PinRequired):
        jpki.authentication_certificate()
    jpki.verify_pin("1234")
    assert jpki.authentication_certificate() == certificate_of(simulated)


def test_a_card_that_needs_two_seconds_for_each_command_is_waited_for(pico, plug_in):
    simulated = pico(card="slow")
    simulated.cards[0].blocks.application.jpki.command_s = 2.0
    der = JpkiSession(plug_in(simulated).wait_for_card(10)).authentication_certificate()
    assert der == certificate_of(simulated)


@pytest.mark.parametrize(
    ("kind", "error"), [("tag", CardUnusable), ("two", SeveralCards), ("none", NoCard)]
)
def test_what_is_no_usable_card_is_said_plainly(pico, plug_in, kind, error):
    reader = plug_in(pico(card=kind))
    with pytest.raises(error):
        reader.wait_for_card(0.1 if kind == "none" else 10)
    assert reader.info.chip == "PN532 1.6"


def test_a_bank_card_is_no_my_number_card(pico, plug_in):
    card = plug_in(pico(card="bank")).wait_for_card(10)
    with pytest.raises(NotAMyNumberCard):
        JpkiSession(card)


def test_wrong_pins_count_down_to_blocked_and_are_sent_once_each(pico, plug_in):
    simulated = pico()
    reader = plug_in(simulated)
    commands = watch_commands(simulated)
    jpki = JpkiSession(reader.wait_for_card(10))
    for left in (2, 1):
        with pytest.raises(WrongPin) as wrong:
            jpki.verify_pin("9999")
        assert wrong.value.tries_left == left
    with pytest.raises(LastTry):
        jpki.verify_pin("9999")
    with pytest.raises(PinBlocked):
        jpki.verify_pin("9999", with_last_try=True)
    with pytest.raises(PinBlocked):
        jpki.pin_tries_left()
    assert sum(c[1] == 0x20 and len(c) > 4 for c in commands) == 3


def test_the_pin_is_forgotten_when_the_next_patient_comes(pico, plug_in):
    reader = plug_in(pico())
    jpki = JpkiSession(reader.wait_for_card(10))
    jpki.verify_pin("1234")
    jpki.sign(b"first")
    jpki = JpkiSession(reader.wait_for_card(10))  # the same card never left
    with pytest.raises(PinRequired):
        jpki.sign(b"second")


def test_after_rest_the_field_is_off_and_there_is_no_card(pico, plug_in):
    simulated = pico()
    reader = plug_in(simulated)
    card = reader.wait_for_card(10)
    reader.rest()
    assert not simulated.air.is_on
    with pytest.raises(NoCard):
        card.transmit(b"\x00\xa4\x00\x00")


def test_a_card_that_leaves_while_idle_is_gone_for_good(pico, plug_in):
    simulated = pico()
    reader = plug_in(simulated)
    card = reader.wait_for_card(10)
    lost = list(simulated.cards)
    simulated.air.clear()
    assert reader.wait_for_removal(10)
    for other in lost:
        simulated.air.place(other)  # another one comes, and is not taken for the first
    with pytest.raises(CardError):
        card.transmit(b"\x00\xa4\x00\x00")
    JpkiSession(reader.wait_for_card(10)).authentication_certificate()


def test_the_reader_says_who_it_is(pico, plug_in, interpreter):
    info = plug_in(pico()).info
    assert (info.firmware, info.board, info.chip) == ("0.1.0", "pico", "PN532 1.6")
    assert info.interpreter.startswith(interpreter.removesuffix("32"))


def test_the_pupi_never_leaves_the_reader(pico, plug_in):
    simulated = pico()
    received = []
    connect = simulated.connect

    def recording():
        pipe = connect()
        read = pipe.read
        pipe.read = lambda size: (received.append(read(size)), received[-1])[1]
        return pipe

    simulated.connect = recording
    card = plug_in(simulated).wait_for_card(10)
    pupi = simulated.cards[0].atqb[1:5]
    assert card.atqb[1:5] == bytes(4)
    assert card.atqb[5:] == simulated.cards[0].atqb[5:]
    assert pupi not in b"".join(received)
