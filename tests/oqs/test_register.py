"""照会番号 are registered with the centre by files, once each, and enter the clinic's map."""

import random
import re
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from typer.testing import CliRunner

from kazashi.cli import app
from kazashi.errors import Cancelled
from kazashi.oqs import exchange as exchange_module
from kazashi.oqs.errors import (
    Block,
    OqsBroken,
    OqsUnanswered,
    OqsUnkept,
    OqsUnopened,
    OqsUnpublished,
    OqsUnreadable,
    OqsUnsent,
    Unopened,
    Unread,
)
from kazashi.oqs.exchange import Exchange, Terminal
from kazashi.oqs.ledger import Ledger
from kazashi.oqs.names import Kind
from kazashi.oqs.publish import Folder
from kazashi.oqs.register import info_of, register
from kazashi.oqs.registered import Registered
from kazashi.reception.centre import AnswerMixedUp
from kazashi.reception.journal import default_path
from kazashi.reception.numbers.errors import ListFlaw, ListRefused
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.settings import NumbersSettings
from kazashi.reception.secret_file import new_key
from kazashi.reception.settings import Flaw
from kazashi.words import words_of
from oqs_asking import time_out_soon
from oqs_terminal import PERSON, PlayedTerminal, answer, nothing, says
from site_waits import until

CHILD = Path(__file__).parents[1] / "oqs_register_child.py"
NUMBERS = {"people": (), "QualificationValidity": None}
TAKES = says(**NUMBERS)
REFUSES = says(**NUMBERS, ProcessingResultStatus="2", ProcessingResultCode="X00002")
HEADER = "診察券番号,照会番号,保険者番号,記号,番号,枝番\n"
LIST = HEADER + "001,,06139992,見本１２,1234567,00\n002,B-2,39139993,,00012345,\n"
INSURANCES = [
    ("001", "06139992", "見本12", "1234567", "00"),
    ("B-2", "39139993", None, "00012345", None),
]


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A configuration with a terminal and a map."""
    time_out_soon(monkeypatch)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("req", "res"):
        (tmp_path / name).mkdir()
    key = tmp_path / "numbers.key"
    key.write_text(new_key())
    key.chmod(0o600)
    (tmp_path / "kazashi.toml").write_text(
        '[numbers]\nkey = "numbers.key"\nfile = "numbers.db"\n'
        '[oqs]\ninstitution = "1319999996"\n'
        '[oqs.terminal]\nrequests = "req"\nresponses = "res"\ntimeout_s = 60\n'
    )
    return tmp_path


@pytest.fixture
def terminal(site):
    """Plays these, one after the other."""

    def play(*plays):
        return PlayedTerminal(site / "req", site / "res", *plays)

    return play


def registering(site, text=LIST, *options):
    path = site / "list.csv"
    path.write_text(text, encoding="utf-8")
    config = ["--config", str(site / "kazashi.toml")]
    return CliRunner().invoke(app, ["numbers", "register", str(path), *config, *options])


def day_of(request):
    year, month, day = re.search(r"_(\d{4})(\d\d)(\d\d)\d{4}\.xml", request.name).groups()
    return f"{year}-{month}-{day}"


def known(site):
    numbers = NumbersSettings.read(site / "kazashi.toml").open(site / "journal.db")
    return {each.reference: each.number for each in numbers.lines()}


def asked(played):
    names = ("ReferenceNumber", "InsurerNumber", "InsuredCardSymbol")
    names += ("InsuredIdentificationNumber", "InsuredBranchNumber")
    path = "MessageBody/ReferenceNumberRegistrationInfo"
    return [tuple(root.find(path).findtext(name) for name in names) for root in played.requests]


def test_each_patient_of_a_list_is_registered_told_and_known_to_the_map(site, terminal):
    with terminal(TAKES, TAKES) as played:
        done = registering(site)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines() == [
        "line 2, 001: registered",
        "line 3, 002: registered",
        "2 of 2 registered",
    ]
    assert asked(played) == INSURANCES
    assert all(name.startswith("OQSsiimm01req_") for name in played.names)
    assert known(site) == {"001": "001", "B-2": "002"}


def test_what_was_registered_is_not_sent_again_but_another_insurance_is(site, terminal):
    other = LIST.replace("1234567", "7654321")
    with terminal(TAKES, TAKES, TAKES) as played:
        registering(site)
        again = registering(site)
        renewed = registering(site, other)
    assert again.stdout.splitlines()[0] == "line 2, 001: registered before"
    assert renewed.stdout.splitlines()[:2] == [
        "line 2, 001: registered",
        "line 3, 002: registered before",
    ]
    assert len(played.requests) == 3
    assert again.exit_code == renewed.exit_code == 0


def test_what_was_registered_is_kept_without_saying_for_which_insurance(site, terminal):
    with terminal(TAKES, TAKES):
        registering(site)
    kept = list((site / "state").rglob("oqs-registered/*"))
    assert {path.read_text() for path in kept} == {"001", "B-2"}
    assert not any("1234567" in path.name for path in kept)
    assert {path.parent.stat().st_mode & 0o777 for path in kept} == {0o700}


def test_a_registration_is_known_after_a_power_cut_too_and_to_its_owner_alone(tmp_path, synced):
    folder = tmp_path / "registered"
    registered = Registered(folder, Marks(b"key"))
    registered.keep(info_of("B-2", PERSON))
    assert registered.has(info_of("B-2", PERSON))
    (file,) = folder.iterdir()
    assert synced == [file.with_suffix(".new"), folder]
    assert [each.stat().st_mode & 0o777 for each in (folder, file)] == [0o700, 0o600]


def test_what_a_killed_program_has_half_registered_hinders_no_other(tmp_path):
    registered = Registered(tmp_path, Marks(b"key"))
    registered.keep(info_of("B-2", PERSON))
    (file,) = tmp_path.iterdir()
    file.rename(file.with_suffix(".new"))
    registered.keep(info_of("B-3", PERSON))
    assert registered.has(info_of("B-3", PERSON))


def test_one_that_is_refused_keeps_no_other_from_being_registered_and_is_tried_again(
    site, terminal
):
    with terminal(REFUSES, TAKES, TAKES) as played:
        done, again = registering(site), registering(site)
    assert done.exit_code == 1
    assert "line 2, 001: the centre refused with X00002" in done.stdout
    assert "1 of 2 registered" in done.stdout
    assert again.exit_code == 0
    assert len(played.requests) == 3


def test_a_terminal_that_does_not_answer_is_asked_no_more_and_nothing_is_sent_twice(site, terminal):
    with terminal(nothing, TAKES) as played:
        done = registering(site)
        assert (done.exit_code, len(played.requests)) == (1, 1)
        request = site / "req" / played.names[0]
        told = words_of(OqsUnanswered(request, day_of(request))).line
        assert f"line 2, 001: {told}" in done.stdout
        assert "0 of 2 registered; 1 not asked yet" in done.stdout
        again = registering(site)
        assert f"line 2, 001: {told}" in again.stdout
        assert "line 3, 002: registered" in again.stdout
        late = site / "res" / played.names[0].replace("req_", "res_")
        late.write_bytes(answer(played.requests[0], **NUMBERS))
        last = registering(site)
    assert last.stdout.splitlines()[:2] == [
        "line 2, 001: registered before",
        "line 3, 002: registered before",
    ]
    assert last.exit_code == 0
    assert len(played.requests) == 2
    assert known(site) == {"001": "001", "B-2": "002"}


def test_what_has_no_answer_is_sent_once_more_only_if_that_is_asked_for(site, terminal):
    with terminal(nothing, TAKES, TAKES) as played:
        registering(site)
        assert registering(site).exit_code == 1
        again, last = registering(site, LIST, "--again"), registering(site)
    assert again.stdout.splitlines()[0] == "line 2, 001: registered"
    assert [each.exit_code for each in (again, last)] == [0, 0]
    assert asked(played) == [INSURANCES[0], INSURANCES[1], INSURANCES[0]]
    assert len(set(played.names)) == 3


def test_what_gets_no_answer_the_second_time_either_keeps_no_other_from_being_registered(
    site, terminal
):
    text = LIST + "003,C-3,39139993,,00012346,\n"
    with terminal(nothing, nothing, TAKES, nothing) as played:
        registering(site, text)
        again = registering(site, text, "--again")
    told = [line.partition(": ")[2] for line in again.stdout.splitlines()[:3]]
    requests = [site / "req" / played.names[each] for each in (1, 3)]
    unanswered = [words_of(OqsUnanswered(each, day_of(each))).line for each in requests]
    assert told == [unanswered[0], "registered", unanswered[1]]
    assert again.exit_code == 1
    assert len(played.requests) == 4


def test_an_answer_that_has_come_is_taken_and_not_asked_for_again(site, terminal):
    with terminal(nothing, TAKES) as played:
        registering(site)
        late = site / "res" / played.names[0].replace("req_", "res_")
        late.write_bytes(answer(played.requests[0], **NUMBERS))
        again = registering(site, LIST, "--again")
    assert again.stdout.splitlines()[0] == "line 2, 001: registered before"
    assert asked(played) == INSURANCES


def test_what_no_terminal_has_taken_is_taken_back_before_it_is_sent_once_more(site):
    text = LIST.partition("002")[0]
    settings = site / "kazashi.toml"
    settings.write_text(settings.read_text().replace("timeout_s = 60", "timeout_s = 1"))
    registering(site, text)
    (before,) = (site / "req").iterdir()
    (site / "req").rename(site / "away")
    assert "has no answer yet" in registering(site, text, "--again").stdout
    (site / "away").rename(site / "req")
    registering(site, text, "--again")
    (after,) = (site / "req").iterdir()
    assert after.name != before.name


def test_an_answer_that_stays_half_is_told_with_its_file_and_mended_by_either(
    site, terminal, monkeypatch
):
    monkeypatch.setattr(exchange_module, "_HALF_S", 0.1)

    def half(request, path):
        path.write_bytes(answer(request, **NUMBERS)[:100])

    def told(file):
        error = OqsBroken(file, Kind.REGISTRATION, OqsUnreadable(Unread.NOT_XML))
        return words_of(error).line

    with terminal(half, half, TAKES) as played:
        done, later = registering(site), registering(site)
        first, second = (site / "res" / each.replace("req_", "res_") for each in played.names)
        for said in (done.stdout, later.stdout):
            assert said.splitlines() == [
                f"line 2, 001: {told(first)}",
                f"line 3, 002: {told(second)}",
                "0 of 2 registered",
            ]
        assert "--again" in done.stdout
        assert "held" not in done.stdout
        assert len(played.requests) == 2
        first.write_bytes(answer(played.requests[0], **NUMBERS))
        again = registering(site, LIST, "--again")
    assert again.stdout.splitlines()[:2] == [
        "line 2, 001: registered before",
        "line 3, 002: registered",
    ]
    assert asked(played) == [*INSURANCES, INSURANCES[1]]
    assert known(site) == {"001": "001", "B-2": "002"}


def test_a_folder_that_takes_no_request_is_named_and_nothing_counts_as_sent(site, terminal):
    (site / "req").rmdir()
    done = registering(site)
    error = OqsUnsent(OqsUnpublished(site / "req", Block.NO_FOLDER))
    assert f"line 2, 001: {words_of(error).line}" in done.stdout
    assert "hold the visit" not in done.stdout
    (site / "req").mkdir()
    with terminal(TAKES, TAKES) as played:
        assert registering(site).exit_code == 0
    assert len(played.requests) == 2


def test_while_late_answers_cannot_be_looked_for_nothing_is_sent_and_their_folder_named(
    site, terminal, monkeypatch
):
    goes_on = Event()
    with terminal(nothing, TAKES) as played:
        registering(site)
        monkeypatch.setattr(exchange_module, "_LATE_S", 0.1)
        monkeypatch.setattr(exchange_module, "_content", lambda _: goes_on.wait(60))
        done = registering(site)
        goes_on.set()
    assert type(done.exception) is OqsUnsent
    assert done.exception.reason.folder == site / "res"
    assert len(played.requests) == 1


def test_while_the_folder_of_answers_is_away_nothing_is_sent_and_that_is_said(site, terminal):
    away = words_of(OqsUnsent(OqsUnpublished(site / "res", Block.NO_FOLDER))).line
    with terminal(nothing, TAKES, TAKES) as played:
        (site / "res").rename(site / "away")
        assert f"line 2, 001: {away}" in registering(site).stdout
        (site / "away").rename(site / "res")
        registering(site)
        assert len(played.requests) == 1
        (site / "res").rename(site / "away")
        for options in ((), ("--again",)):
            assert words_of(registering(site, LIST, *options).exception).line == away
        (site / "away").rename(site / "res")
        assert registering(site, LIST, "--again").exit_code == 0
    assert len(played.requests) == 3


def test_while_an_answer_cannot_be_opened_nothing_more_is_sent_and_that_is_said(
    site, terminal, monkeypatch
):
    monkeypatch.setattr(exchange_module, "_HALF_S", 0.1)
    with terminal(lambda _, path: path.mkdir(), TAKES) as played:
        done, again = registering(site), registering(site)
        (path,) = (site / "res").iterdir()
        error = OqsUnopened(path, Unopened.NO_FILE)
        assert f"line 2, 001: {words_of(error).line}" in done.stdout
        assert "0 of 2 registered; 1 not asked yet" in done.stdout
        assert type(again.exception) is OqsUnopened
        assert len(played.requests) == 1
        path.rmdir()
        path.write_bytes(answer(played.requests[0], **NUMBERS))
        assert registering(site).exit_code == 0
    assert len(played.requests) == 2
    assert known(site) == {"001": "001", "B-2": "002"}


def test_without_a_reference_it_is_the_one_that_the_map_has(site, terminal):
    config = ["--config", str(site / "kazashi.toml")]
    (site / "known.csv").write_text("number,reference\n001,A-1\n")
    imported = CliRunner().invoke(app, ["numbers", "import", str(site / "known.csv"), *config])
    assert imported.exit_code == 0
    with terminal(TAKES, TAKES) as played:
        registering(site)
    assert [each[0] for each in asked(played)] == ["A-1", "B-2"]


def test_a_reference_of_another_patient_is_registered_only_if_it_moves(site, terminal):
    config = ["--config", str(site / "kazashi.toml")]
    (site / "known.csv").write_text("number,reference\n009,B-2\n")
    CliRunner().invoke(app, ["numbers", "import", str(site / "known.csv"), *config])
    with terminal(TAKES, TAKES) as played:
        done = registering(site)
        assert (done.exit_code, played.requests) == (1, [])
        moved = registering(site, LIST, "--move")
    assert moved.exit_code == 0, moved.stderr
    assert known(site)["B-2"] == "002"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("003,,06139993,,1,", "line 4: insurer is not as on a certificate"),
        ("003,,06139992,,,", "line 4: insured is not as on a certificate"),
        ("003,,06139992,,1,123", "line 4: branch is not as on a certificate"),
        ("003,,06139992,123456789018,1,", "line 4: symbol is not as on a certificate"),
        (",,06139992,,1,", "line 4: no number"),
        ("003,B-2,06139992,,1,", "line 4: the 照会番号 of line 3, with another number"),
        ("001,,06139992,見本12,1234567,00", "line 4: the same as line 2"),
        ("003,,06139992,見本12,1234567,00", "line 4: the insurance of line 2"),
        ("003,,06139992", "line 4: not as many cells as the header"),
    ],
)
def test_a_list_with_an_error_names_its_line_and_nothing_of_it_is_sent(site, terminal, line, said):
    with terminal(TAKES, TAKES) as played:
        done = registering(site, f"{LIST}{line}\n")
    assert done.exit_code == 1
    assert said in done.stderr
    assert isinstance(done.exception, ListRefused)
    assert played.requests == []
    assert "123456789018" not in done.stderr  # it may be a My Number


def test_a_list_without_the_insured_persons_number_is_refused(site):
    done = registering(site, "number,insurer\n001,06139992\n")
    assert (done.exception.flaw, done.exception.detail) == (ListFlaw.NO_COLUMN, "insured")


def test_without_a_terminal_there_is_nobody_to_register_with(site):
    config = site / "kazashi.toml"
    config.write_text(config.read_text().partition("[oqs]")[0])
    done = registering(site)
    assert (done.exception.place, done.exception.flaw) == ("oqs.terminal", Flaw.MISSING)


@pytest.mark.parametrize(
    ("folder", "broken"),
    [
        ("oqs-asked", ""),  # a file in its place
        ("oqs-asked", "OQSsiimm01-202611290000.asked"),  # that cannot be read
        ("oqs-registered", ""),
    ],
)
def test_while_it_is_not_known_what_was_sent_nothing_is_sent_and_that_is_said(
    site, terminal, folder, broken
):
    known_by = default_path().parent / folder
    if broken:
        (known_by / broken).mkdir(parents=True)
    else:
        known_by.parent.mkdir(parents=True, exist_ok=True)
        known_by.touch()
    with terminal() as played:
        done = registering(site)
    told = words_of(done.exception).line if isinstance(done.exception, OqsUnkept) else done.output
    assert done.exit_code == 1
    assert str(known_by) in told
    assert played.requests == []


@pytest.fixture
def exchange(site):
    terminal = Terminal(Folder(site / "req", site / "staging"), site / "res", timeout_s=60)
    return Exchange(terminal, "1319999996", Ledger(site / "asked"))


def test_a_program_registers_the_insurance_of_an_answer(exchange, terminal):
    with terminal(TAKES) as played:
        register(exchange, info_of("24434", PERSON))
    (request,) = played.requests
    assert asked(played) == [("24434", "39139993", None, "00012345", None)]
    assert request.find("MessageHeader/QualificationConfirmationDate") is None


@pytest.mark.parametrize("number", [b"24435", b""])
def test_a_registration_of_another_number_is_no_answer(exchange, terminal, number):
    def other(request, path):
        path.write_bytes(answer(request, **NUMBERS).replace(b"24434", number))

    with terminal(other), pytest.raises(AnswerMixedUp):
        register(exchange, info_of("24434", PERSON))


def test_a_program_that_is_killed_anywhere_sends_nothing_twice_and_registers_all(site, terminal):
    count, dice, said = 40, random.Random(1), []
    plays = [TAKES] * count
    with terminal(*plays) as before:
        for _ in range(6):
            _said_until_killed(site, count, after=dice.randrange(count // 2))
    with terminal(*plays) as after:  # all that was sent until now is answered
        for _ in range(2):  # what was not sent when it was killed is sent at the second start
            said = _said_until_killed(site, count, after=count)
    assert {line.partition(" ")[2] for line in said} <= {"registered", "registered before"}
    numbers = [each[0] for each in (*asked(before), *asked(after))]
    assert sorted(numbers, key=int) == [f"{each}" for each in range(count)]


def _said_until_killed(site, count, after):
    command = [sys.executable, CHILD, site, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        said = [child.stdout.readline() for _ in range(after)]
        child.kill()
    return [line.strip() for line in said if line]


def test_an_interrupted_registration_stands_and_is_never_repeated(exchange, terminal):
    cancel = Event()
    with terminal(lambda *_: cancel.set()) as played:
        with pytest.raises(Cancelled):
            register(exchange, info_of("24434", PERSON), cancel)
        until(lambda: played.requests)
    assert len(exchange.ledger.open_ones(Kind.REGISTRATION)) == 1
