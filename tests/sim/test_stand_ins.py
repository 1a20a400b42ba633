"""The stand-ins behave as the RP2040 does, as far as the firmware can tell."""

import select
import subprocess
import sys
from pathlib import Path

import pytest

from interpreters import on_all_interpreters
from kazashi.sim import pico
from kazashi.sim.board import BoardServer, Pins
from kazashi.sim.tabletop import ScaledClock
from kazashi.sim.watchdog import Watchdog

STAND_INS = Path(pico.__file__).parent / "stand_ins"
PINS = Pins("pico", spi=0, select=17, uart=1, i2c=1, irq=20, reset=21, watchdog=0x40058000)
LIMIT_S = 60  # against a hang


class NoChip:
    """Nothing hangs on the pins."""

    is_asleep = False
    baud = 115200
    stuck = True

    def head(self):
        return None

    def due_s(self):
        return None

    def host_bytes(self, data):
        """Nobody listens."""


@pytest.fixture
def watchdog():
    return Watchdog(PINS.watchdog)


@pytest.fixture
def run(interpreter, tmp_path, watchdog):
    """Starts a script on a simulated board; its stdin and stdout are pipes."""
    processes = []

    def on_reset():
        processes[-1].kill()

    server = BoardServer(NoChip(), ScaledClock(1.0), PINS, 1.0, watchdog, on_reset)

    def start(text):
        script = tmp_path / "script.py"
        script.write_text(text, encoding="utf-8")
        folders = [str(STAND_INS), str(pico.device_folder("firmware"))]
        command, environment = pico.interpreter(interpreter, script, folders)
        processes.append(
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={"KAZASHI_BOARD": server.address, **environment},
            )
        )
        return processes[-1]

    yield start
    server.close()
    for process in processes:
        process.kill()
        process.communicate()


@on_all_interpreters
@pytest.mark.parametrize(
    ("made", "error", "said"),
    [
        ("SPI(0, firstbit=machine.SPI.LSB)", "NotImplementedError", b"LSB"),
        ("I2C(1, sda=machine.Pin(4), scl=machine.Pin(7))", "ValueError", b"bad SDA pin"),
    ],
)
def test_a_bus_that_the_rp2040_has_not_is_refused(run, made, error, said):
    process = run(
        "import machine, sys\n"
        f"try: machine.{made}\n"
        f"except {error} as error: sys.stdout.buffer.write(str(error).encode())\n"
    )
    assert process.communicate(timeout=LIMIT_S)[0] == said


@on_all_interpreters
def test_i2c_without_anything_at_the_address_is_an_error(run):
    process = run(
        "import machine, sys\n"
        "i2c = machine.I2C(1, sda=machine.Pin(6), scl=machine.Pin(7))\n"
        "for work in i2c.writeto, i2c.readfrom_into:\n"
        "    try: work(36, bytearray(1))\n"
        "    except OSError as error: sys.stdout.buffer.write(bytes((48 + error.args[0],)))\n"
    )
    assert process.communicate(timeout=LIMIT_S)[0] == b"55"


@on_all_interpreters
def test_pins_without_anything_on_them_read_high(run):
    process = run(
        "import machine, sys\n"
        "sys.stdout.buffer.write(bytes((48 + machine.Pin(3)(), 48 + machine.Pin(20).value())))\n"
    )
    assert process.communicate(timeout=LIMIT_S)[0] == b"11"


@on_all_interpreters
def test_a_uart_without_anything_on_it_has_nothing_and_takes_everything(run):
    process = run(
        "import machine, sys\n"
        "uart = machine.UART(1)\n"
        "uart.init(921600, rxbuf=320, txbuf=320)\n"
        "got = (uart.any(), uart.readinto(bytearray(4), 4), uart.write(b'abcdef', 1, 3))\n"
        "sys.stdout.buffer.write(repr(got).encode())\n"
    )
    assert process.communicate(timeout=LIMIT_S)[0] == b"(0, None, 3)"


@on_all_interpreters
def test_stdin_blocks_until_all_has_come(run):
    process = run(
        "import sys\n"
        "b = bytearray(4)\n"
        "sys.stdout.buffer.write(b'>')\n"
        "sys.stdin.buffer.readinto(b)\n"
        "sys.stdout.buffer.write(b)\n"
    )
    assert process.stdout.read(1) == b">"
    process.stdin.write(b"ab")
    process.stdin.flush()
    assert not select.select([process.stdout], [], [], 0.1)[0]
    process.stdin.write(b"cd")
    process.stdin.flush()
    assert process.stdout.read(4) == b"abcd"


@on_all_interpreters
def test_a_sender_without_pause_is_held_back_and_loses_nothing(run):
    process = run(
        "from cdc import UsbSerial\n"
        "import time\n"
        "port, octet, total, count = UsbSerial(), bytearray(1), 0, 0\n"
        "time.sleep_ms(200)\n"
        "while count < 65536:\n"
        "    if port.read(octet, 0, 1, 10):\n"
        "        total = (total * 31 + octet[0]) % 65521\n"
        "        count += 1\n"
        "port.write(str(total).encode(), 0, len(str(total)))\n"
    )
    data = bytes((i * i + 3) & 0xFF for i in range(65536))  # 03, too: no Ctrl-C
    expected = 0
    for octet in data:
        expected = (expected * 31 + octet) % 65521
    assert int(process.communicate(data, timeout=LIMIT_S)[0]) == expected


@on_all_interpreters
def test_ticks_wrap_and_their_difference_does_not(run):
    process = run(
        "import time\n"
        "from cdc import UsbSerial\n"
        "last = time.ticks_add(0, -5) if hasattr(time, 'ticks_add') else (1 << 30) - 5\n"
        "text = str((time.ticks_diff(5, last), time.ticks_diff(last, 5))).encode()\n"
        "UsbSerial().write(text, 0, len(text))\n"
    )
    assert process.communicate(timeout=LIMIT_S)[0] == b"(10, -10)"


def test_the_ring_of_cpythons_stdin_holds_512_octets():
    code = (
        f"import sys; sys.path[:0] = [{str(STAND_INS / 'cpython')!r}]; import start;"
        "r = start.Ring(0); c = r._changed; c.acquire();"
        "c.wait_for(lambda: len(r._octets) >= 512, 10); c.wait(0.2); print(len(r._octets))"
    )
    done = subprocess.run([sys.executable, "-c", code], input=bytes(5000), capture_output=True)
    assert done.stdout.strip() == b"512"


def test_the_watchdog_ends_a_firmware_that_does_not_feed_it(run, watchdog, monkeypatch):
    fed, feed = [], watchdog.feed
    monkeypatch.setattr(watchdog, "feed", lambda: (fed.append(True), feed()))
    process = run(
        "import machine, sys\n"
        "dog = machine.WDT(timeout=2000)\n"
        "for _ in range(5): dog.feed()\n"
        "sys.stdout.buffer.write(b'alive')\n"
        "while True: pass\n"
    )
    assert process.stdout.read(5) == b"alive"
    assert len(fed) == 1 + 5  # with its start
    assert process.wait(LIMIT_S) < 0


def test_a_watchdog_that_is_fed_waits_as_long_again():
    now = [0.0]
    watchdog = Watchdog(0x40058000, lambda: now[0])
    watchdog.start(0.3)
    now[0] = 0.2
    assert watchdog.left_s() == pytest.approx(0.1)
    watchdog.feed()
    assert watchdog.left_s() == pytest.approx(0.3)


def test_a_watchdog_of_more_than_the_rp2040s_is_refused(run):
    process = run(
        "import machine, sys\n"
        "try: machine.WDT(timeout=8389)\n"
        "except ValueError as error: sys.stdout.buffer.write(str(error).encode())\n"
    )
    assert process.communicate(timeout=LIMIT_S)[0] == b"WDT timeout exceeds 8388ms"


def test_a_register_keeps_its_word(run):
    process = run(
        "import machine, sys\n"
        "machine.mem32[0x4005800C] = 0x1B7A0001\n"
        "sys.stdout.buffer.write(b'%x' % machine.mem32[0x4005800C])\n"
    )
    assert process.communicate(timeout=LIMIT_S)[0] == b"1b7a0001"
