"""`kazashi doctor`, as a person runs it."""

import json
import os
import signal
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from kazashi.discovery import SerialPipe
from kazashi.reception.japan import utc_now
from program import KAZASHI, command
from served import on_a_pty
from terminal_certificates import PASSWORD, certificate, p12, private

BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")


def test_a_good_reader_is_status_0_and_one_line_a_check():
    done = command("doctor", "--reader", "sim:")
    assert (done.returncode, done.stderr) == (0, "")
    marks = [line[0] for line in done.stdout.splitlines() if line[0] != " "]
    assert marks == ["✓"] * 15
    assert "自己診断に合格。 / passes its self test" in done.stdout


def test_a_finding_is_status_1_and_says_below_what_to_do_in_both_languages():
    done = command("doctor", "--reader", "sim:?fault=reset")
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    (at,) = (i for i, line in enumerate(lines) if line.startswith("✗ reset"))
    remedies = [line.strip() for line in lines[at:] if line.strip().startswith("→")]
    assert remedies[0].startswith("→ RSTOではなくRSTPD_Nを")
    assert remedies[1].startswith("→ wire RSTPD_N, not RSTO")


def test_a_warning_has_a_mark_of_its_own_and_status_0():
    done = command("doctor", "--reader", "sim:?fault=antenna")
    assert done.returncode == 0, done.stderr
    marks = {line[0] for line in done.stdout.splitlines() if line[0] != " "}
    assert marks == {"✓", "!"}
    assert "! antenna" in done.stdout
    assert "→ look for a crack" in done.stdout


def test_of_a_silent_chip_nothing_is_said_to_be_well():
    done = command("doctor", "--reader", "sim:?fault=silent")
    assert done.returncode == 1, done.stderr
    marks = {line[0] for line in done.stdout.splitlines()}
    assert marks == {" ", "✗"}
    assert "errors" not in done.stdout.partition("✗ chip")[2]


def test_with_a_configuration_the_terminal_is_looked_at_too(tmp_path):
    private(tmp_path / "terminal.p12", p12(certificate(utc_now() - timedelta(days=1), BEGIN)))
    private(tmp_path / "terminal.password", PASSWORD)
    config = tmp_path / "kazashi.toml"
    names = 'certificate = "terminal.p12"\npassword = "terminal.password"\n'
    config.write_text(f"[terminal]\n{names}")
    done = command("doctor", "--json", "--reader", "sim:", "--config", config)
    assert done.returncode == 1, done.stderr
    last = json.loads(done.stdout)[15:]
    assert [each["check"] for each in last] == ["terminal certificate", "disk", "clock", "readers"]
    assert (last[0]["key"], last[0]["level"]) == ("terminal-certificate.expired", "failure")
    assert "apply for it on the portal" in last[0]["remedy"]


def test_folders_for_the_reception_computer_that_are_missing_are_findings(tmp_path):
    config = tmp_path / "kazashi.toml"
    config.write_text(
        '[oqs]\ninstitution = "1319999996"\n[oqs.faces.chart]\nfolder = "gone"\n'
        '[oqs.terminal]\nrequests = "nowhere"\nresponses = "nowhere2"\n'
    )
    done = command("doctor", "--json", "--reader", "sim:", "--config", config)
    assert done.returncode == 1, done.stderr
    found = [each for each in json.loads(done.stdout) if each["check"].startswith("oqs ")]
    assert [each["key"].rpartition(".")[2] for each in found] == ["faces", "requests", "responses"]
    for each, name in zip(found, ("gone", "nowhere", "nowhere2"), strict=True):
        assert f"there is no folder {tmp_path / name}." in each["seen"]
        assert each["level"] == "failure"
        assert str(tmp_path / name) in each["remedy"]


def test_json_is_a_list_for_a_bug_report_with_nothing_secret():
    done = command("doctor", "--json", "--reader", "sim:?fault=short")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert [list(finding) for finding in found] == [
        ["check", "level", "key", "seen", "remedy"]
    ] * 15
    levels = {finding["check"]: finding["level"] for finding in found}
    assert levels.pop("antenna") == "failure"
    assert set(levels.values()) == {"ok"}
    assert b"SIMULATD".hex() not in done.stdout  # the board's serial number


def test_no_reader_is_a_finding_too():
    done = command("doctor", "--json", "--reader", "/dev/nowhere")
    assert (done.returncode, done.stderr) == (1, "")
    (finding,) = json.loads(done.stdout)
    assert finding["check"] == "reader"


@POSIX
def test_a_busy_port_is_a_finding_too():
    with on_a_pty("sim:?card=none") as port, closing(SerialPipe(port)):
        done = command("doctor", "--json", "--reader", port)
    (finding,) = json.loads(done.stdout)
    assert finding["remedy"].startswith("close ")


@POSIX
def test_ctrl_c_ends_it_with_status_130():
    process = subprocess.Popen(
        [KAZASHI, "doctor", "--reader", "sim:?fault=irq"], stdout=subprocess.PIPE, text=True
    )
    assert "board" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
