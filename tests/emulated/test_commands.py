"""The installed program on an emulated Pico."""

import json
import os
import signal
from time import monotonic

import pytest

from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.ledger import Owner
from kazashi.sim.options import Options
from program import kazashi, running

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and pseudo-terminals are POSIX")


def test_the_demo_says_who_had_the_time(image, tmp_path):
    log = tmp_path / "spans.jsonl"
    done = kazashi("demo", "--json", "--log", str(log), "--reader", f"pico:{image}?bus=spi&tap=0")
    assert done.returncode == 0, done.stderr
    tap = json.loads(done.stdout)
    times = tap["timeline_ms"]
    assert list(tap["spent_ms"]) == [str(owner) for owner in Owner]
    assert sum(tap["spent_ms"].values()) == pytest.approx(
        times["last_byte"] - times["found"], abs=0.002
    )
    # The floor, without the 2.9 ms of SELECT, which is on air when the host hears of the card; the
    # READ for the length; at most the label's, which may be on air by then.
    assert 163.8 - 2.9 <= tap["air_time_ms"] <= 1.04 * 163.8
    spans = [json.loads(line) for line in log.read_text().splitlines()]
    total_ns = sum(span["end_ns"] - span["begin_ns"] for span in spans)
    assert total_ns / 1e6 == pytest.approx(times["verified"], abs=0.002)


@POSIX
def test_other_programs_read_one_after_the_other(image, tmp_path):
    link = tmp_path / "reader"
    options = ("--emulated", "--reader", f"pico:{image}?tap=0", "--pty", str(link))
    with running("simulate", *options, until="serving") as (served, _):
        with running("read", "--reader", str(link), until="card found") as (killed, _):
            killed.kill()  # the certificate is arriving
            killed.wait()
        done = kazashi("read", "--reader", str(link), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["certificate"]["length"] == 1600
        served.send_signal(signal.SIGINT)
        assert served.wait(60) == 130


@POSIX
def test_a_reader_that_is_flashed_over_its_port_reads_on(image, tmp_path):
    link = tmp_path / "reader"
    options = ("--emulated", "--reader", f"pico:{image}?tap=0", "--pty", str(link))
    with running("simulate", *options, until="serving"):
        done = kazashi("flash", "pico", "--reader", str(link), timeout_s=600)
        assert done.returncode == 0, done.stderr
        assert "firmware  0.1.0" in done.stdout
        done = kazashi("read", "--reader", str(link), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["certificate"]["length"] == 1600


def test_emulated_time_never_outruns_the_wall_clock(image):
    pico = EmulatedPico(image, Options(card="none"))
    pipe = pico.connect_paced()
    begin_s, wall_s = pico.clock.now(), monotonic()
    for _ in range(4):
        assert pipe.read(1) == b""
        assert pico.clock.now() - begin_s <= monotonic() - wall_s
    assert pico.clock.now() - begin_s == pytest.approx(0.2)


@POSIX
def test_ctrl_c_ends_it_while_it_boots(image, tmp_path):
    options = ("--emulated", "--reader", f"pico:{image}", "--tcp", "127.0.0.1:0")
    with running("simulate", *options, until="booting") as (served, _):
        served.send_signal(signal.SIGINT)
        assert served.wait(60) == 130
