"""LED and buzzer of a board that has both, on a real interpreter."""

from threading import Event

from kazashi.sim import pico as pico_module
from kazashi.sim.board import BoardServer
from kazashi_wire.messages import Signal

LED, BUZZER = 25, 22
PATIENCE_S = 60  # against a hang


def test_led_and_buzzer_show_what_the_host_says(pico, plug_in, tmp_path, monkeypatch):
    pins = pico_module.device_folder("boards") / "pico" / "board.py"
    (tmp_path / "loud").mkdir()
    text = pins.read_text(encoding="utf-8") + f"\nBUZZER = {BUZZER}\n"
    (tmp_path / "loud" / "board.py").write_text(text, encoding="utf-8")
    folder = pico_module.device_folder
    monkeypatch.setattr(
        pico_module, "device_folder", lambda name: tmp_path if name == "boards" else folder(name)
    )
    seen = {(pin, value): Event() for pin in (LED, BUZZER) for value in (0, 1)}
    write = BoardServer._write

    def note(board, pin, value):
        if (pin, value) in seen:
            seen[pin, value].set()
        write(board, pin, value)

    monkeypatch.setattr(BoardServer, "_write", note)
    reader = plug_in(pico(board="loud", card="none"))
    assert seen[LED, 1].is_set()  # it starts
    assert seen[BUZZER, 0].is_set()
    assert not seen[BUZZER, 1].is_set()
    for event in seen.values():
        event.clear()
    reader.show(Signal.DONE)
    assert all(event.wait(PATIENCE_S) for event in seen.values())
