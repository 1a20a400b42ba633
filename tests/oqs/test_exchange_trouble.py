"""Asking by files while folders do not answer, programs end, or nobody waits any more."""

import errno
import os
from pathlib import Path
from threading import Event

import pytest

from kazashi.errors import Cancelled
from kazashi.oqs import exchange as exchange_module
from kazashi.oqs.centre import FileCentre
from kazashi.oqs.errors import Block, OqsUnopened, OqsUnpublished, Unopened
from kazashi.oqs.exchange import Exchange, Terminal
from kazashi.oqs.ledger import Ledger
from kazashi.oqs.message import MessageBody, QualificationConfirmSearchInfo
from kazashi.oqs.names import Kind
from kazashi.oqs.publish import Folder
from kazashi.reception.centre import CentreFailed, CentreUnreachable, Standing
from oqs_asking import ask as asked_about
from oqs_terminal import PlayedTerminal, fails, says
from site_waits import until

ASKS = MessageBody(
    qualification_confirm_search_info=QualificationConfirmSearchInfo(
        insurer_number="39139993", birthdate="19480811"
    )
)


@pytest.fixture
def limit_s():
    """Of each wait: too long to matter, unless a test is about its end."""
    return 60.0


@pytest.fixture
def terminal(tmp_path, monkeypatch, limit_s):
    monkeypatch.setattr(exchange_module, "_LOOK_S", 0.02)
    monkeypatch.setattr(exchange_module, "_SPARE_S", 0.1)
    monkeypatch.setattr(exchange_module, "_LATE_S", limit_s)
    for name in ("req", "res"):
        (tmp_path / name).mkdir()
    requests = Folder(tmp_path / "req", tmp_path / "staging")
    return Terminal(requests, tmp_path / "res", timeout_s=limit_s)


@pytest.fixture
def exchange(terminal, tmp_path):
    return Exchange(terminal, "1319999996", Ledger(tmp_path / "asked"))


def ask(exchange, identifier="00aa"):
    asked, _ = exchange.ask(Kind.ELIGIBILITY, identifier, ASKS, Event())
    assert exchange.take(asked)


def played(terminal, *plays):
    return PlayedTerminal(terminal.requests.path, terminal.responses, *plays)


@pytest.fixture
def hangs(monkeypatch):
    """Makes a function hang until the test ends, or this is set."""
    goes_on = Event()

    def hang(place, name):
        real = getattr(place, name)

        def slowly(*arguments, **options):
            goes_on.wait(60)
            return real(*arguments, **options)

        monkeypatch.setattr(place, name, slowly)
        return goes_on

    yield hang
    goes_on.set()


@pytest.mark.parametrize("limit_s", [5.0])  # a request is sent in less
def test_a_folder_of_answers_that_hangs_ends_the_wait_and_its_answer_is_found_late(
    exchange, terminal, hangs, monkeypatch
):
    goes_on = hangs(exchange_module, "_content")
    with played(terminal, says()) as plays:
        with pytest.raises(CentreUnreachable):
            ask(exchange)
        (asked,) = exchange.ledger.open_ones(Kind.ELIGIBILITY)
        monkeypatch.setattr(exchange_module, "_LATE_S", 0.1)
        with pytest.raises(CentreUnreachable):
            exchange.look(asked, Event())
        monkeypatch.setattr(exchange_module, "_LATE_S", 60.0)
        until(lambda: list(terminal.responses.iterdir()))
        goes_on.set()
    assert exchange.look(asked, Event())
    assert exchange.take(asked)
    assert len(plays.requests) == 1


def test_a_wait_for_a_folder_that_hangs_can_be_cancelled(exchange, terminal, hangs):
    hangs(exchange_module, "_content")
    cancel = Event()
    with played(terminal, lambda *_: cancel.set()), pytest.raises(Cancelled):
        exchange.ask(Kind.ELIGIBILITY, "00aa", ASKS, cancel)


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_has_an_answers_name_and_is_no_file_keeps_nobody_waiting(exchange, terminal, make):
    def play(request, path):
        make(path)
        fails(b"E1")(request, path)

    with played(terminal, play), pytest.raises(CentreFailed) as failed:
        ask(exchange)
    assert failed.value.code == "E1"


@pytest.fixture
def denied(terminal, monkeypatch):
    """Answers are not opened; clear it, and they are. As root reads all, it is a stand-in."""
    denies, real = Event(), Path.open

    def refuse(path, mode="r", *arguments, **options):
        if denies.is_set() and (path.parent, mode) == (terminal.responses, "rb"):
            raise OSError(denies.errno, os.strerror(denies.errno))
        return real(path, mode, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    denies.errno = errno.EACCES
    denies.set()
    return denies


@pytest.mark.parametrize("number", [errno.EACCES, errno.EBUSY])
def test_an_answer_that_may_not_be_read_is_told_before_the_time_out_and_found_late(
    exchange, terminal, denied, monkeypatch, number
):
    monkeypatch.setattr(exchange_module, "_HALF_S", 0.1)
    denied.errno = number
    with played(terminal, says()), pytest.raises(OqsUnopened) as unopened:
        ask(exchange)
    assert unopened.value.flaw is Unopened.DENIED
    assert unopened.value.file in terminal.responses.iterdir()
    (asked,) = exchange.ledger.open_ones(Kind.ELIGIBILITY)
    with pytest.raises(OqsUnopened):
        exchange.look(asked, Event())
    denied.clear()
    assert exchange.look(asked, Event())


def test_an_answer_that_may_not_be_read_for_a_moment_is_waited_for(
    exchange, terminal, denied, monkeypatch
):
    looks, content = [], exchange_module._content

    def look(path):
        found = content(path)
        looks.extend([found] if found else [])
        if len(looks) == 3:
            denied.clear()
        return found

    monkeypatch.setattr(exchange_module, "_HALF_S", 60.0)
    monkeypatch.setattr(exchange_module, "_content", look)
    with played(terminal, says()):
        ask(exchange)
    assert looks[:3] == [Unopened.DENIED] * 3


def test_a_failure_that_may_not_be_read_is_told_before_the_time_out(
    exchange, terminal, denied, monkeypatch
):
    monkeypatch.setattr(exchange_module, "_HALF_S", 0.1)
    with played(terminal, fails(b"E1")), pytest.raises(OqsUnopened) as unopened:
        ask(exchange)
    assert unopened.value.file.suffix == ".err"
    assert unopened.value.file.exists()


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir])
def test_what_has_an_answers_name_and_is_no_file_is_told_before_the_time_out(
    exchange, terminal, monkeypatch, make
):
    monkeypatch.setattr(exchange_module, "_HALF_S", 0.1)
    with played(terminal, lambda _, path: make(path)), pytest.raises(OqsUnopened) as unopened:
        ask(exchange)
    assert unopened.value.flaw is Unopened.NO_FILE
    assert [unopened.value.file] == [*terminal.responses.iterdir()]
    assert len(exchange.ledger.open_ones(Kind.ELIGIBILITY)) == 1


def test_nothing_is_sent_while_the_folder_of_answers_may_not_be_entered(
    exchange, terminal, monkeypatch
):
    real = Path.exists

    def refuse(path):
        if path.parent == terminal.responses:
            raise PermissionError(errno.EACCES, "")
        return real(path)

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(OqsUnopened) as unopened:
        ask(exchange)
    assert unopened.value.file.parent == terminal.responses
    assert exchange.ledger.open_ones(Kind.ELIGIBILITY) == []
    assert list(terminal.requests.path.iterdir()) == []


@pytest.mark.parametrize("which", ["requests", "responses"])
def test_a_folder_that_cannot_be_looked_into_is_named_and_nothing_is_sent(
    exchange, terminal, tmp_path, monkeypatch, which
):
    folder = {"requests": terminal.requests.path, "responses": terminal.responses}[which]
    real = Path.stat

    def is_down(path, **options):
        if path.is_relative_to(folder):
            raise OSError(errno.EHOSTDOWN, "Host is down")
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", is_down)
    with pytest.raises(CentreUnreachable) as raised:
        ask(exchange)
    error = raised.value.__cause__
    assert (error.folder, error.block, error.detail) == (folder, Block.SYSTEM, "Host is down")
    assert exchange.ledger.open_ones(Kind.ELIGIBILITY) == []


@pytest.mark.parametrize("limit_s", [0.2])
def test_what_is_not_sent_when_nobody_waits_any_more_is_never_sent(exchange, terminal, hangs):
    goes_on = hangs(Folder, "stage")
    with pytest.raises(CentreUnreachable):
        ask(exchange)
    goes_on.set()
    until(lambda: terminal.requests.staging.is_dir())
    until(lambda: not list(terminal.requests.staging.iterdir()))
    until(lambda: exchange.ledger.open_ones(Kind.ELIGIBILITY) == [])
    assert list(terminal.requests.path.iterdir()) == []


def test_what_a_program_that_is_gone_has_not_sent_is_not_counted_as_asked(
    exchange, terminal, monkeypatch
):
    class Killed(BaseException):
        pass

    def killed(*_arguments, **_options):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "publish", killed)
        with pytest.raises(Killed):
            ask(exchange)
    ready = next(terminal.requests.staging.iterdir())
    assert len(exchange.ledger.open_ones(Kind.ELIGIBILITY)) == 1
    os.utime(ready, (0, 0))  # long ago
    with played(terminal, says()) as plays:
        ask(exchange, "00bb")
    assert exchange.ledger.open_ones(Kind.ELIGIBILITY) == []
    assert [each.findtext("MessageHeader/ArbitraryFileIdentifier") for each in plays.requests] == [
        "00bb"
    ]


def test_that_it_was_asked_is_on_the_disk_before_the_request_is_sent(
    exchange, terminal, tmp_path, monkeypatch
):
    synced, synced_before = [], []
    fsync, publish = os.fsync, Folder.publish

    def noted(descriptor):
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    def published(*arguments, **options):
        synced_before.extend(synced)
        return publish(*arguments, **options)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Folder, "publish", published)
    with played(terminal, says()):
        ask(exchange)
    asked = tmp_path / "asked"
    assert [each for each in synced_before if each.is_relative_to(asked)][1:] == [asked]


def test_a_visit_is_held_while_it_cannot_be_kept_what_was_asked(exchange, terminal, tmp_path):
    (tmp_path / "asked").touch()  # no folder
    with played(terminal) as plays, pytest.raises(CentreUnreachable):
        asked_about(FileCentre(exchange))
    assert plays.requests == []


def test_an_answer_counts_though_it_cannot_be_kept_that_it_came(exchange, terminal, monkeypatch):
    def refused(*_arguments):
        raise PermissionError

    monkeypatch.setattr(Path, "rename", refused)
    with played(terminal, says()):
        assert asked_about(FileCentre(exchange)).standing is Standing.VALID


@pytest.mark.parametrize("block", [Block.EXISTS, Block.SYSTEM])
def test_a_request_that_does_not_get_into_its_folder_is_never_sent(
    exchange, terminal, monkeypatch, block
):
    def refuses(self, *_arguments, **_options):
        raise OqsUnpublished(self.path, block)

    monkeypatch.setattr(Folder, "publish", refuses)
    with pytest.raises(CentreUnreachable):
        ask(exchange)
    assert list(terminal.requests.staging.iterdir()) == []
    assert exchange.ledger.open_ones(Kind.ELIGIBILITY) == []
