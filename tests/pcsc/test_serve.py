"""`kazashi pcsc serve` as a newcomer uses it: the commands of the README, two readers, Ctrl-C."""

import re
import signal
from pathlib import Path

import pytest

from pcscd import LIMIT_S, VPCD, VPCD_READERS, Pcscd, needs
from program import KAZASHI, command

ON_PCSCD = needs("ip", "pcsc_scan", drivers=[VPCD])
README = Path(__file__).parents[2] / "host/README.md"
ATRS = ("3B 88 80 01 00 00 41 E0 B3 81 A1 00 3B", "3B 80 80 01 01")


@pytest.fixture
def daemon(tmp_path):
    with Pcscd(tmp_path, VPCD_READERS, own_network=True) as daemon:
        yield daemon


def commands_of_the_readme():
    part = README.read_text(encoding="utf-8").partition("## PC/SC programs")[2]
    block = re.search(r"```\n(.*?)```", part, re.DOTALL)
    return [line.partition("#")[0].split() for line in block[1].splitlines()]


@ON_PCSCD
def test_three_commands_of_the_readme_lead_to_a_card_in_pcsc_scan(daemon):
    install, serve, scan = commands_of_the_readme()
    assert install[:3] == ["sudo", "apt", "install"]
    assert {"pcscd", "vsmartcard-vpcd", "pcsc-tools"} == {*install[3:]}
    assert serve[:3] == ["uv", "run", "kazashi"]
    with daemon.running(KAZASHI, *serve[3:]) as served, daemon.running(*scan) as scanned:
        daemon.wait_until(lambda: ATRS[0] in scanned.said, "the card is seen")
        daemon.wait_until(lambda: "PC/SC programs can use the card" in served.said, "it is told")
        assert "認証なし" in served.said
        assert "without authentication" in served.said
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(LIMIT_S) == 130
        daemon.wait_until(lambda: scanned.said.rstrip(" -|/\\\n").endswith("removed,"), "removed")
    assert "Traceback" not in served.said


@ON_PCSCD
def test_two_readers_are_two_slots(daemon):
    readers = ("--reader", "sim:", "--reader", "sim:?card=android")
    with (
        daemon.running(KAZASHI, "pcsc", "serve", *readers),
        daemon.running("pcsc_scan", "-n") as scanned,
    ):
        daemon.wait_until(lambda: all(atr in scanned.said for atr in ATRS), "both cards are seen")


@ON_PCSCD
def test_a_slot_without_its_reader_ends_and_the_other_goes_on(daemon):
    readers = ("--reader", "/dev/null/none", "--reader", "sim:")
    with daemon.running(KAZASHI, "pcsc", "serve", *readers) as served:
        daemon.wait_for_card(1)
        assert "/dev/null/none" in served.said
        assert served.process.poll() is None


def test_a_third_reader_is_a_usage_error():
    done = command("pcsc", "serve", *["--reader", "sim:"] * 3)
    assert done.returncode == 2
    assert "2 slots" in done.stderr


def test_an_unknown_reader_is_a_usage_error():
    done = command("pcsc", "serve", "--reader", "sim:?card=unheard")
    assert done.returncode == 2


def test_without_a_reader_it_ends_with_one_line():
    done = command("pcsc", "serve", "--reader", "/dev/null/none")
    assert done.returncode == 1
    assert "/dev/null/none" in done.stderr
    assert "Traceback" not in done.stderr
