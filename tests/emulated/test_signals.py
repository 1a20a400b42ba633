"""The board's own LED, by the name that MicroPython gives it."""

from rp2040py.gpio_pin import GPIOPinState

from kazashi_wire.messages import Signal

LED = 25


def test_done_lights_the_led_and_puts_it_out_again(pico, reader):
    pico._pipe.let_pass(1.5)  # the light of its start is out
    seen = []
    pico._device.mcu.gpio[LED].add_listener(lambda state, _: seen.append((pico.clock.now(), state)))
    reader.show(Signal.DONE)
    pico._pipe.let_pass(2.0)
    (lit_s, lit), (dark_s, dark) = seen
    assert (lit, dark) == (GPIOPinState.HIGH, GPIOPinState.LOW)
    assert 1.2 < dark_s - lit_s < 1.4
