"""The one file of `kazashi flash --uf2`, dropped on a board that has nothing else, or old files."""

from kazashi.cards.jpki import JpkiSession
from kazashi.flashing.board_files import MAIN, Board
from kazashi.flashing.errors import NotFlashed
from kazashi.flashing.install import install
from kazashi.reader import Reader
from kazashi.sim.emulation import pico as emulation
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.options import Options
from said import raises


def test_a_tap_with_the_frozen_firmware_takes_at_most_35_kb_of_heap(frozen):
    pico = EmulatedPico(frozen, Options(tap=0.0), is_blank=True)
    reader = Reader(pico.connect)
    assert pico.clock.now() <= 1.0
    der = JpkiSession(reader.wait_for_card(10)).authentication_certificate()
    assert der == pico.cards[0].blocks.application.person.certificate
    assert reader.health().heap_used <= 35_000


def test_files_of_another_release_stay_out_of_it_and_none_is_copied(frozen, monkeypatch):
    files = dict.fromkeys(("dispatch.py", "board.py", "wire.py", MAIN), b"raise ValueError")
    monkeypatch.setattr(emulation, "firmware_files", lambda *_, **__: files)
    pico = EmulatedPico(frozen, Options(card="none"))
    assert Reader(pico.connect).info.board == "pico"
    with raises(NotFlashed, match="drop a new file on it"):
        install(pico.connect, Board.named("pico"), lambda *_: None)
