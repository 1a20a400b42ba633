"""What goes wrong on purpose with the firmware as a CCID reader, as programs of PC/SC see it."""

from threading import Event, Thread

import pytest

from kazashi.errors import CardInUse
from kazashi.reader import Reader
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, TypeB
from pcscd import LIMIT_S
from plugged import INTERPRETERS, READER, Plugged, needs_libccid

pytest.importorskip("smartcard", reason="kazashi[pcsc] is not installed; .ci/run does")
from smartcard.CardMonitoring import CardMonitor, CardObserver
from smartcard.Exceptions import CardConnectionException
from smartcard.scard import SCARD_UNPOWER_CARD
from smartcard.System import readers

pytestmark = needs_libccid()

PERSON = Person()
SELECT = list(bytes.fromhex("00a4040c0ad392f000260100000001"))
ATR = bytes.fromhex("3b888001000041e0b381a1003b")


@pytest.fixture(params=INTERPRETERS)
def plugged(request, tmp_path):
    with Plugged(tmp_path, interpreter=request.param) as plugged:
        yield plugged


def test_a_card_that_takes_long_is_waited_for(plugged):
    plugged.lay(TypeB(Jpki(PERSON, command_s=3.5), BlockSettings(fwi=14)))
    with plugged.connected() as connection:  # whose driver waits for 3 s at first
        assert connection.transmit(SELECT)[1:] == (0x90, 0)
    assert not plugged.pcscd.criticals


def test_a_card_pulled_in_the_middle_ends_the_command_and_the_next_card_works(plugged):
    plugged.lay(TypeB(Jpki(PERSON, command_s=0.6), BlockSettings(fwi=11)))
    with plugged.connected() as connection:
        air = plugged.pico.air
        seen = plugged.pcscd.log.count("Card Removed")
        air.plan(plugged.pico.clock.now() + 0.1, air.clear)
        with pytest.raises(CardConnectionException):
            connection.transmit(SELECT)
        plugged.pcscd.wait_until(lambda: plugged.pcscd.log.count("Card Removed") > seen, "removal")
    plugged.lay(TypeB(Jpki(PERSON)))
    with plugged.connected() as connection:
        assert connection.transmit(SELECT)[1:] == (0x90, 0)


def test_a_board_that_restarts_in_the_middle_ends_the_command_and_works_again(plugged):
    application = Jpki(PERSON, command_s=2.0)
    transmit = application.transmit
    is_asked = Event()
    ended = []

    def be_asked(apdu):
        is_asked.set()
        return transmit(apdu)

    application.transmit = be_asked
    plugged.lay(TypeB(application, BlockSettings(fwi=13)))

    def ask():
        with plugged.connected() as connection:
            try:
                connection.transmit(SELECT)
            except CardConnectionException as error:
                ended.append(error)

    program = Thread(target=ask)
    program.start()
    assert is_asked.wait(LIMIT_S)
    plugged.pipe.process.kill()
    program.join(LIMIT_S)
    assert not program.is_alive()
    assert ended
    assert plugged.pcscd.criticals  # so the absence of such lines elsewhere means something
    plugged.restart()
    plugged.lay(TypeB(Jpki(PERSON)))
    with plugged.connected() as connection:
        assert connection.transmit(SELECT)[1:] == (0x90, 0)


def test_of_two_programs_at_pc_sc_and_at_the_serial_port_one_has_the_card(plugged):
    with Reader(lambda: plugged.pipe) as reader:
        plugged.lay(TypeB(Jpki(PERSON)))  # later: opening takes a card without power
        with plugged.connected(SCARD_UNPOWER_CARD) as connection:
            assert connection.transmit(SELECT)[1:] == (0x90, 0)
            with pytest.raises(CardInUse):
                reader.wait_for_card(2)
            assert connection.transmit(SELECT)[1:] == (0x90, 0)
        log = plugged.pcscd.log
        card = reader.wait_for_card(10)
        assert card.transmit(bytes(SELECT)) == b"\x90\x00"

        def is_removed():
            card.keep()  # on a busy machine pcscd looks at times after its lease only
            return plugged.pcscd.log.count("Card Removed") > log.count("Card Removed")

        plugged.pcscd.wait_until(is_removed, "removal")
        log = plugged.pcscd.log
        reader.rest()
        plugged.pcscd.wait_until(
            lambda: plugged.pcscd.log.count("Card inserted") > log.count("Card inserted"), "return"
        )


# pyscard has one monitor a process, which knows one service.
@pytest.mark.parametrize("plugged", ["cpython"], indirect=True)
def test_pyscard_lists_the_reader_and_its_monitor_sees_cards_come_and_go(plugged):
    seen = []

    class Observer(CardObserver):
        def update(self, _observable, changed):
            come, gone = changed
            seen.extend([("come", bytes(card.atr)) for card in come])
            seen.extend([("gone", bytes(card.atr)) for card in gone])

    assert [str(reader) for reader in readers()] == [f"{READER} 00 00"]
    monitor = CardMonitor()
    observer = Observer()
    monitor.addObserver(observer)
    try:
        plugged.lay(TypeB(Jpki(PERSON)))
        plugged.pcscd.wait_until(lambda: ("come", ATR) in seen, "the card has come")
        plugged.lay()
        plugged.pcscd.wait_until(lambda: ("gone", ATR) in seen, "the card has gone")
    finally:
        monitor.deleteObserver(observer)
