"""The commands, as a person runs them."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from kazashi.cli import options
from kazashi.sim.authority import Authority
from kazashi.sim.options import Options
from program import KAZASHI, command, kazashi, running
from served import on_a_pty

FAST = "sim:?speed=20&tap=0"
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and pseudo-terminals are POSIX")


def test_the_demo_as_json_is_one_object_with_all_that_happened(interpreter):
    done = command("demo", "--json", "--reader", f"{FAST}&interpreter={interpreter}")
    assert done.returncode == 0, done.stderr
    tap = json.loads(done.stdout)
    assert tap["reader"].keys() == {"firmware", "schema", "board", "chip", "interpreter"}
    assert tap["card"] == {
        "kind": "My Number Card",
        "technology": "B",
        "atqb": "5000000000000041e0b381a1",
        "kbit_s": {"to_card": 106, "from_card": 106},
    }
    assert tap["certificate"]["length"] == 1600
    assert tap["certificate"].keys() == {
        *("length", "sha256", "subject", "issuer", "not_before", "not_after"),
    }
    assert tap["pin"] == {"tries_left": 3}
    assert tap["signature"] == {"verified": True}
    times = list(tap["timeline_ms"].values())
    assert list(tap["timeline_ms"])[:4] == ["found", "selected", "first_byte", "last_byte"]
    assert times == sorted(times)
    # From below it is judged on the emulated Pico: a busy machine hears late of the card.
    assert 0 < tap["air_time_ms"] <= 1.04 * 163.8


def test_the_demo_tells_the_tap_as_it_happens():
    done = command("demo", "--reader", FAST)
    assert done.returncode == 0, done.stderr
    for said in (
        "カード",
        "card found: Type B",
        "1.6/1.6 kB",
        "PIN accepted",
        "verified",
        "on air",
    ):
        assert said in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "not checked"),
        (("--test",), "trusted"),
        (("--config", "another.toml"), "unknown issuer"),
    ],
)
def test_read_says_who_issued_the_certificate_and_whether_that_was_checked(
    tmp_path, monkeypatch, arguments, said
):
    (tmp_path / "another.der").write_bytes(Authority("another").certificate)
    (tmp_path / "another.toml").write_text("[anchors]\nauthorities = ['another.der']\n")
    monkeypatch.chdir(tmp_path)
    done = command("read", "--json", "--reader", FAST, *arguments)
    assert done.returncode == 0, done.stderr
    certificate = json.loads(done.stdout)["certificate"]
    assert "Kazashi simulator" in certificate["issuer"]
    assert (certificate["issuer_check"], certificate["is_test"]) == (said, "--test" in arguments)
    done = command("read", "--reader", FAST, *arguments)
    assert f"issuer check  {said}" in done.stdout


@pytest.mark.parametrize("card", ["slow", "android", "iphone"])
def test_the_demo_takes_other_cards(card):
    done = command("demo", "--json", "--reader", f"{FAST}&card={card}")
    assert json.loads(done.stdout)["signature"] == {"verified": True}


def test_read_writes_pem_der_json_or_text(tmp_path):
    pem = command("read", "--reader", FAST, "--pem")
    assert pem.returncode == 0, pem.stderr
    x509.load_pem_x509_certificate(pem.stdout.encode())
    file = tmp_path / "certificate.der"
    assert command("read", "--reader", FAST, "--der", str(file)).stdout == ""
    assert len(x509.load_der_x509_certificate(file.read_bytes()).tbs_certificate_bytes) > 1000
    facts = json.loads(command("read", "--reader", FAST, "--json").stdout)
    assert facts["card"]["kind"] == "My Number Card"
    assert "KAZASHITEST" in command("read", "--reader", FAST).stdout


@pytest.mark.parametrize(
    ("file", "status", "said"),
    [
        ("no/card.der", 2, "name another"),
        ("card.der/card.der", 2, "name another"),
        ("/dev/full", 1, "/dev/full に書き込めません"),
    ],
)
def test_a_file_that_is_not_written_is_a_failure_or_has_a_wrong_name(tmp_path, file, status, said):
    if file == "/dev/full" and not Path(file).exists():
        pytest.skip("no /dev/full here")
    (tmp_path / "card.der").write_bytes(b"a file")
    done = command("read", "--reader", FAST, "--der", str(tmp_path / file))
    assert done.returncode == status, done.stderr
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_read_asks_for_a_higher_bit_rate_where_that_is_wanted():
    for chip, reached in ((424, 424), (106, 106)):  # the card offers 424
        url = f"{FAST}&chip_rate={chip}"
        done = command("read", "--reader", url, "--json", "--fastest", "424")
        kbit_s = json.loads(done.stdout)["card"]["kbit_s"]
        assert kbit_s == {"to_card": reached, "from_card": reached}
    assert command("read", "--reader", FAST, "--fastest", "848").returncode == 2


def test_info_names_the_versions():
    facts = json.loads(command("info", "--reader", FAST, "--json").stdout)
    assert (facts["board"], facts["chip"]) == ("pico", "PN532 1.6")
    assert "PN532 1.6" in command("info", "--reader", FAST).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("read", "--reader", "/dev/nowhere"), "no reader at /dev/nowhere"),
        (("read", "--reader", "socket://127.0.0.1:1"), "no reader at socket://127.0.0.1:1"),
        (("read", "--reader", "usb:NOSUCH"), "no reader at usb:NOSUCH"),
        (("flash", "pico", "--reader", "/dev/nowhere"), "no reader at /dev/nowhere"),
        (("read", "--reader", f"{FAST}&card=none", "--timeout", "0.1"), "no card is on the reader"),
        (("read", "--reader", f"{FAST}&card=tag"), "this is a tag, not a My Number Card"),
        (("read", "--reader", f"{FAST}&card=bank"), "not a My Number Card"),
        (("read", "--reader", f"{FAST}&card=two"), "several cards are on the reader"),
        (("read", "--reader", f"{FAST}&card=android"), "PIN first"),
        (("read", "--reader", "sim:?tap=0&pull=0.1"), "taken away too early|no card"),
    ],
)
def test_what_fails_is_one_clear_line_and_status_1(arguments, said):
    done = command(*arguments)
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("kazashi:")]
    assert len(lines) == 1
    assert re.search(said, lines[0])
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", ["info", "read", "doctor", "monitor", "checkin --way pin"])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sim:?card=unicorn", "card is one of mynumber, slow"),
        ("sim:?board=unicorn", "board is one of pico,"),
        ("sim:?colour=red", "no option colour, only card"),
        ("sim:?fault=hiccups", "fault is one of silent, chip"),
        ("sim", "give sim: or pico:IMAGE"),
        ("sim?card=two", "give sim: or pico:IMAGE"),
        ("pico", "give sim: or pico:IMAGE"),
        ("pico:?fault=usb", "use sim:"),
        ("socket://127.0.0.1:notaport", "give socket://HOST:PORT"),
        ("socket://127.0.0.1", "give socket://HOST:PORT"),
    ],
)
def test_a_url_of_no_reader_is_wrong_usage_and_names_the_choices(words, url, said):
    done = command(*words.split(), "--reader", url)
    assert done.returncode == 2, done.stderr
    assert said in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "module", "extra"),
    [
        ("demo --reader pico:", "rp2040py", "emulator"),
        ("info --reader pico:", "littlefs", "emulator"),
        ("bench", "rp2040py", "emulator"),
        ("flash pico", "mpremote", "flash"),
        ("face check", "cv2", "face"),
        ("declaration new.pdf", "reportlab", "paper"),
    ],
)
def test_what_is_not_installed_is_wrong_usage_and_names_the_extra(
    arguments, module, extra, monkeypatch
):
    found = options.find_spec
    monkeypatch.setattr(options, "find_spec", lambda name: None if name == module else found(name))
    done = command(*arguments.split())
    assert done.returncode == 2, done.stderr
    said = " ".join(done.stderr.replace("│", " ").split())
    assert f"{module} is missing: install kazashi[{extra}]" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("demo", "--reader", "sim:?colour=red"),
        ("demo", "--reader", "sim:?speed=fast"),
        ("demo", "--reader", "sim:?speed=nan"),
        ("demo", "--reader", "sim:?chip=-1"),
        ("demo", "--reader", "sim:?pin=12"),
        ("demo", "--reader", "sim:?bus=usb"),
        ("demo", "--reader", "sim:?fault=hiccups"),
        ("demo", "--reader", "sim:?fault=memory&interpreter=micropython"),
        ("demo", "--reader", "pico:?fault=usb"),
        ("demo", "--reader", FAST, "--log", "log.jsonl"),
        ("demo", "--reader", "/dev/ttyACM0"),
        ("simulate", "--pty", "/nonexistent/link"),
        ("simulate",),
        ("simulate", "--tcp", "0.0.0.0:0"),
        ("simulate", "--tcp", "nonsense"),
        ("simulate", "--pty", __file__),
        ("read", "--pem", "--json"),
        ("bench", "--reader", "sim:"),
        ("bench", "--reader", "pico:?chip=1"),
        ("bench", "--plot", "bench.txt"),
        ("bench", "--checkin", "--trace"),
        ("simulate", "--blank", "--tcp", "127.0.0.1:0"),
        ("list", "--udev", "--watch"),
        ("list", "--udev", "--json"),
        ("flash",),
        ("flash", "unicorn"),
        ("flash", "pico", "--reader", "sim:"),
        ("flash", "pico", "--reader", "pico:"),
        ("flash", "pico", "--micropython", "."),
        ("flash", "pico", "--uf2", "k.uf2", "--micropython", "."),
        ("flash", "pico", "--uf2", "/nonexistent/k.uf2"),
        ("fly",),
    ],
)
def test_misuse_is_status_2(arguments):
    done = command(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("held", "--journal", "none.db"), 1),
        (("journal", "list", "--journal", "none.db"), 1),
        (("stats", "--rate", "unicorn"), 2),
        (("flash", "pico", "--reader", "/dev/nowhere"), 1),
        (("bench", "--plot", "bench.txt"), 2),
        (("face", "check", "--config", "no.toml"), 1),
        (("fly",), 2),
    ],
)
def test_the_installed_program_ends_with_the_status_of_its_command(arguments, status):
    """Of commands that no other test runs as the installed program."""
    assert kazashi(*arguments).returncode == status


def test_list_without_a_reader_says_so():
    done = command("list")
    assert (done.returncode, done.stdout) == (1, "") or "usb:" in done.stdout


@POSIX
@pytest.mark.parametrize("words", ["read", "list --watch", "simulate --tcp", "simulate --pty"])
def test_ctrl_c_ends_a_command_with_status_130(words, tmp_path):
    link = tmp_path / "reader"
    arguments = {
        "read": ("read", "--reader", f"{FAST}&card=none"),
        "list --watch": ("list", "--watch"),
        "simulate --tcp": ("simulate", "--tcp", "127.0.0.1:0"),
        "simulate --pty": ("simulate", "--pty", str(link)),
    }[words]
    until = {"read": "カード", "list --watch": "watching"}.get(words, "serving")
    with running(*arguments, until=until) as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert not link.is_symlink()


@POSIX
def test_ctrl_c_ends_the_demo_with_status_130():
    process = subprocess.Popen(
        [KAZASHI, "demo", "--reader", "sim:?card=none"], stdout=subprocess.PIPE, text=True
    )
    while "カード" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130


@POSIX
def test_a_second_process_reads_over_a_pty(tmp_path):
    link = tmp_path / "reader"
    with running("simulate", "--reader", FAST, "--pty", str(link), until="serving"):
        for read in (kazashi, command):  # one host after the other
            done = read("read", "--reader", str(link), "--json")
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["certificate"]["length"] == 1600


@POSIX
def test_a_port_that_another_program_uses_is_said_to_be_in_use():
    url = f"{FAST}&card=none"
    with on_a_pty(url) as port, running("read", "--reader", port, until="カード"):
        second = command("read", "--reader", port)
    assert second.returncode == 1
    if sys.platform == "linux":
        assert re.search(r"kazashi \(process \d+\) uses the reader", second.stderr)
    else:
        assert "another program uses the reader" in second.stderr


def test_a_second_process_reads_over_tcp():
    with running("simulate", "--reader", FAST, "--tcp", "127.0.0.1:0", until="serving") as (
        _,
        line,
    ):
        url = line.split()[-1]
        for read in (kazashi, command):
            done = read("read", "--reader", url, "--json")
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["certificate"]["length"] == 1600


@POSIX
def test_a_host_killed_in_the_middle_leaves_a_reader_for_the_next():
    with on_a_pty("sim:?tap=0") as port:
        with running("read", "--reader", port, until="card found") as (killed, _):
            killed.kill()  # the certificate is arriving
            killed.wait()
        done = command("read", "--reader", port, "--json")
        assert done.returncode == 0, done.stderr


@POSIX
def test_a_simulator_that_ends_is_an_unplugged_reader(tmp_path):
    link = tmp_path / "reader"
    simulator = running(
        *("simulate", "--reader", f"{FAST}&card=none", "--pty", str(link)), until="serving"
    )
    with (
        simulator as (served, _),
        running("read", "--reader", str(link), until="カード") as (read, _),
    ):
        served.kill()
        assert read.wait(60) == 1


def test_every_option_of_sim_is_understood():
    assert Options.parse("sim:") == Options()
    text = "sim:?card=bank&pin=9876&certificate=1300&extended=0&fsc=64&tap=1.5&pull=2&chip=0.001"
    text += "&chip_rate=212&speed=2&interpreter=micropython&board=pico&bus=spi&hsu_max=460800"
    text += "&tries=2&code_tries=4&expires=-30&usb=127.0.0.1:9"
    assert Options.parse(f"{text}&fault=rom") == Options(
        *("bank", "9876", 2, 4, -30, 1300, False, 64, 1.5, 2.0, 0.001, 212, 2.0),
        *("micropython", "pico", "spi", 460800, "127.0.0.1:9", "rom"),
    )
