"""Disk, clock, readers that keep recovering, and all findings of a terminal together."""

import os
from collections import namedtuple
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest

from kazashi.finding import Level, good
from kazashi.health import disk
from kazashi.health.clock import clock, is_synchronised
from kazashi.health.disk import disk_space
from kazashi.health.expiry import served_now
from kazashi.health.returns import Returns, reader_returns
from kazashi.health.settings import TerminalSettings
from kazashi.health.terminal import Latest, Terminal
from kazashi.reception.journal import Journal
from kazashi.reception.settings import BadSettings
from kazashi.reception.whole_file import write_private
from kazashi.words import Language
from site_waits import until
from terminal_certificates import NOW, certificate, pem, private

Usage = namedtuple("Usage", "total used free")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def journal(tmp_path):
    """Its last visit ended at NOW."""
    path, now = tmp_path / "journal.db", [NOW - 10 * MINUTE]
    with Journal(path, now=lambda: now[0]) as journal:
        entry = journal.begin("desk", "reader")
        now[0] = NOW
        entry.end("checked_in")
    return path


@pytest.fixture
def terminal(journal):
    return Terminal(journal, now=lambda: NOW, is_synchronised=lambda: True)


def keys(terminal):
    return [each.key for each in terminal.findings()]


@pytest.mark.parametrize(
    ("free", "level", "key"),
    [
        (500_000_000, Level.OK, "disk"),
        (499_999_999, Level.WARNING, "disk.short"),
        (50_000_000, Level.WARNING, "disk.short"),
        (49_999_999, Level.FAILURE, "disk.full"),
    ],
)
def test_a_disk_that_fills_up_is_told_before_it_is_full(tmp_path, monkeypatch, free, level, key):
    monkeypatch.setattr(disk, "disk_usage", lambda _folder: Usage(10**12, 10**12 - free, free))
    finding = disk_space(tmp_path / "journal.db")
    assert (finding.level, finding.key) == (level, key)
    assert str(free // 1_000_000) in finding.seen(Language.ENGLISH)


def test_the_disk_of_a_journal_that_is_not_there_yet_is_that_of_the_folder_above(tmp_path):
    assert disk_space(tmp_path / "none" / "journal.db").fields["megabytes"]


def test_a_disk_that_is_gone_is_told(tmp_path, monkeypatch):
    def gone(_folder):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(disk, "disk_usage", gone)
    assert disk_space(tmp_path / "journal.db").key == "disk.unreadable"


def test_a_clock_before_the_last_visit_has_gone_back(journal):
    assert clock(journal, NOW, is_synchronised=True).level is Level.OK
    assert clock(journal, NOW - MINUTE / 2, is_synchronised=True).level is Level.OK
    finding = clock(journal, NOW - 2 * MINUTE, is_synchronised=True)
    assert (finding.level, finding.key) == (Level.FAILURE, "clock.behind")
    assert "2026-11-29 12:00" in finding.seen(Language.ENGLISH)


def test_a_clock_that_nothing_sets_is_a_warning_and_one_that_is_untold_is_none(tmp_path):
    none = tmp_path / "none.db"
    assert clock(none, NOW, is_synchronised=False).level is Level.WARNING
    assert clock(none, NOW, is_synchronised=None).level is Level.NOTED


@pytest.mark.skipif(os.name != "posix" or os.uname().sysname != "Linux", reason="adjtimex(2)")
def test_linux_tells_whether_its_clock_is_set():
    assert isinstance(is_synchronised(), bool)


def test_a_reader_that_came_back_three_times_within_an_hour_keeps_recovering():
    returns = Returns()
    for minutes in (0, 30, 59):
        returns.lost("1")
        returns.opened("1", NOW + minutes * MINUTE)
    (finding,) = reader_returns(returns.within_an_hour(NOW + 59 * MINUTE))
    assert (finding.level, finding.key) == (Level.WARNING, "returns.many")
    assert (finding.fields["desk"], finding.fields["count"]) == ("1", 3)
    (later,) = reader_returns(returns.within_an_hour(NOW + 61 * MINUTE))
    assert later.level is Level.OK


def test_a_reader_that_is_opened_without_being_lost_has_not_come_back():
    returns = Returns()
    returns.opened("1", NOW)
    returns.lost("2")
    assert returns.within_an_hour(NOW) == {}


def test_a_chip_that_is_reset_three_times_within_an_hour_keeps_recovering():
    returns = Returns()
    for minutes, so_far in ((0, 7), (10, 8), (20, 8), (30, 10)):
        returns.looked("1", so_far, NOW + minutes * MINUTE)
    (finding,) = reader_returns(returns.within_an_hour(NOW + 30 * MINUTE))
    assert (finding.key, finding.fields["count"]) == ("returns.many", 3)
    assert returns.within_an_hour(NOW + 80 * MINUTE) == {"1": 2}


def test_a_board_that_has_started_anew_counts_its_resets_from_there():
    returns = Returns()
    for so_far in (9, 0, 1):
        returns.looked("1", so_far, NOW)
    assert returns.within_an_hour(NOW) == {"1": 1}


def test_resets_of_another_reader_are_not_those_of_the_one_before():
    returns = Returns()
    returns.looked("1", 1, NOW)
    returns.opened("1", NOW)
    returns.looked("1", 40, NOW)
    assert returns.within_an_hour(NOW) == {}


def test_what_comes_after_now_does_not_count_and_of_many_the_last_hundred_do():
    returns = Returns()
    for resets in (0, 80, 160):
        returns.looked("1", resets, NOW)
    assert returns.within_an_hour(NOW) == {"1": 100}
    assert returns.within_an_hour(NOW - MINUTE) == {}


def test_returns_are_kept_for_another_program(tmp_path):
    path = tmp_path / "returns.json"
    service = Returns(path, write_private)
    service.lost("1")
    service.opened("1", NOW)
    assert Returns(path).within_an_hour(NOW) == {"1": 1}


@pytest.mark.parametrize("kept", ["", "[]", '{"1": 3}', '{"1": ["x"]}', '{"1": ["2026-11-29"]}'])
def test_a_damaged_file_of_returns_is_as_none(tmp_path, kept):
    path = tmp_path / "returns.json"
    path.write_text(kept)
    assert Returns(path).within_an_hour(NOW) == {}


def test_a_full_disk_does_not_take_a_reader_from_its_desk(tmp_path):
    returns = Returns(tmp_path / "none" / "returns.json", write_private)
    returns.lost("1")
    returns.opened("1", NOW)
    assert returns.within_an_hour(NOW) == {"1": 1}


def test_certificates_are_looked_at_if_they_are_configured(terminal, tmp_path):
    assert keys(terminal) == ["disk", "clock", "returns"]
    settings = TerminalSettings(tmp_path / "none", None, tmp_path / "none")
    assert keys(replace(terminal, settings=settings))[:2] == [
        "terminal-certificate.missing",
        "site-certificate.missing",
    ]


def test_a_service_that_still_uses_its_old_certificate_says_so(terminal, tmp_path):
    path = private(tmp_path / "tls.pem", pem(certificate(NOW + timedelta(days=5))))
    served = served_now(path)
    private(path, pem(certificate(NOW + timedelta(days=400))))
    of_service = replace(terminal, settings=TerminalSettings(None, None, path), served=served)
    assert keys(of_service)[0] == "site-certificate.replaced"


def test_a_terminal_is_looked_at_once_a_minute_at_most(terminal, tmp_path):
    path = private(tmp_path / "terminal.pem", pem(certificate(NOW + timedelta(days=5))))
    times = iter([NOW, NOW, NOW + MINUTE / 2, NOW + MINUTE, NOW + MINUTE])
    settings = TerminalSettings(path)
    latest = Latest(replace(terminal, settings=settings, now=lambda: next(times)))
    first = latest.findings()
    path.unlink()
    assert latest.findings() is first
    assert latest.findings()[0].key == "terminal-certificate.missing"


def test_while_a_look_hangs_the_findings_of_the_last_one_stand(terminal):
    now, looks, answers = [NOW], [], Event()

    def database():
        looks.append(1)
        assert len(looks) == 1 or answers.wait(60)
        return [good("database", "database", behind=len(looks))]

    latest = Latest(replace(terminal, database=database, now=lambda: now[0]))
    first = latest.findings()
    now[0] += MINUTE
    Thread(target=latest.findings, daemon=True).start()
    until(lambda: len(looks) == 2)
    for _ in range(100):
        assert latest.findings() is first
    answers.set()
    until(lambda: latest.findings() is not first)
    assert len(looks) == 2


def test_a_look_that_hangs_is_left_and_no_other_begins_before_it_ends(terminal, monkeypatch):
    monkeypatch.setattr("kazashi.health.terminal._PATIENCE_S", 0.01)
    now, looks, answers = [NOW], [], Event()
    hangs = replace(terminal, database=lambda: looks.append(1) or (answers.wait(60) and ()))
    latest = Latest(replace(hangs, now=lambda: now[0]))
    assert latest.findings() == ()
    until(lambda: looks)
    for _ in range(2):
        now[0] += MINUTE
        assert latest.findings() == ()
    assert len(looks) == 1
    answers.set()
    until(latest.findings)


def test_a_look_that_fails_is_not_taken_for_one_that_found_nothing(terminal):
    def fails():
        raise ValueError("broken")

    latest = Latest(replace(terminal, database=fails))
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            latest.findings()


def test_a_clock_that_is_put_back_keeps_no_old_findings(terminal, tmp_path):
    path = private(tmp_path / "terminal.pem", pem(certificate(NOW + timedelta(days=5))))
    now = [NOW]
    latest = Latest(replace(terminal, settings=TerminalSettings(path), now=lambda: now[0]))
    latest.findings()
    path.unlink()
    now[0] -= MINUTE * 60
    assert latest.findings()[0].key == "terminal-certificate.missing"


def test_the_configuration_names_the_files_beside_it(tmp_path):
    file = tmp_path / "kazashi.toml"
    file.write_text(
        '[terminal]\ncertificate = "t.p12"\npassword = "t.password"\n'
        '[serve]\ncertificate = "tls.pem"\nkey = "tls.key"\n'
    )
    names = ("t.p12", "t.password", "tls.pem")
    assert TerminalSettings.read(file) == TerminalSettings(*(tmp_path / name for name in names))
    assert TerminalSettings.read(None) == TerminalSettings()


def test_a_slip_in_the_configuration_is_told_with_its_place(tmp_path):
    file = tmp_path / "kazashi.toml"
    file.write_text('[terminal]\ncertifcate = "t.p12"\n')
    with pytest.raises(BadSettings) as told:
        TerminalSettings.read(file)
    assert told.value.place == "terminal.certifcate"
