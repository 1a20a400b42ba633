"""Several computers register 照会番号 at the centre's terminal: each is sent by one of them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from typer.testing import CliRunner

from kazashi.cli import app
from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.store import NumbersFile
from kazashi.site.reached import DatabaseAway
from kazashi.site.registrations import Registrations
from kazashi.site.settings import DatabaseSettings
from oqs_asking import time_out_soon
from oqs_terminal import PlayedTerminal, nothing, says

HEADER = "診察券番号,照会番号,保険者番号,記号,番号,枝番\n"
LIST = HEADER + "001,A-1,06139992,見本１２,1234567,00\n002,B-2,39139993,,00012345,\n"
NUMBERS = {"people": (), "QualificationValidity": None}
TAKES = says(**NUMBERS)
REFUSES = says(**NUMBERS, ProcessingResultStatus="2", ProcessingResultCode="X00002")
CLAIMS = 40


class Computer:
    """Registers the list through folders of its own."""

    def __init__(self, folder, url):
        self.folder = folder
        for name in ("req", "res"):
            (folder / name).mkdir(parents=True)
        key = folder / "numbers.key"
        key.write_text("00" * 32)
        key.chmod(0o600)
        self.config = folder / "kazashi.toml"
        self.config.write_text(
            f'[database]\nurl = "{url}"\ndesk = "{folder.name}"\n'
            '[numbers]\nkey = "numbers.key"\nfile = "numbers.db"\n'
            '[oqs]\ninstitution = "1319999996"\n'
            '[oqs.terminal]\nrequests = "req"\nresponses = "res"\ntimeout_s = 60\n'
        )
        (folder / "list.csv").write_text(LIST, encoding="utf-8")

    def register(self, *plays, text=LIST):
        """(how many requests it sent, what it said of each patient)."""
        (self.folder / "list.csv").write_text(text, encoding="utf-8")
        words = ["numbers", "register", str(self.folder / "list.csv"), "--config", str(self.config)]
        state = {"XDG_STATE_HOME": str(self.folder / "state")}
        with PlayedTerminal(self.folder / "req", self.folder / "res", *plays) as played:
            done = CliRunner().invoke(app, words, env=state)
        lines = [line for line in done.output.splitlines() if line.startswith("line ")]
        said = [line.partition(": ")[2] for line in lines]
        self.error = done.exception
        return len(played.requests), said


@pytest.fixture
def computers(tmp_path, server, monkeypatch):
    time_out_soon(monkeypatch)
    return [Computer(tmp_path / name, server.url) for name in ("one", "two")]


def test_what_one_computer_has_registered_the_others_do_not_send(computers, server):
    one, two = computers
    assert one.register(TAKES, TAKES) == (2, ["registered"] * 2)
    assert two.register() == (0, ["registered before"] * 2)
    assert server.rows("SELECT count(*) FROM kazashi.tie WHERE kind = 'reference'") == [(2,)]
    assert two.register(TAKES, text=LIST.replace("A-1", "A-9"))[0] == 1  # a new number
    assert one.register(TAKES)[0] == 1  # the old one is no longer what the centre knows


def test_what_is_sent_and_not_answered_no_other_computer_sends(computers):
    one, two = computers
    sent, _ = one.register(nothing)
    assert sent == 1
    sent, said = two.register(TAKES)
    assert (sent, said) == (1, ["sent by another computer, not answered yet", "registered"])


def test_what_was_refused_any_computer_may_send(computers):
    one, two = computers
    assert one.register(REFUSES, TAKES)[0] == 2
    assert two.register(TAKES) == (1, ["registered", "registered before"])


def test_without_the_database_nothing_is_sent(computers, tmp_path):
    away = Computer(tmp_path / "away", "postgresql://127.0.0.1:1/kazashi")
    assert away.register(TAKES, TAKES) == (0, [])
    assert isinstance(away.error, DatabaseAway)


def test_what_a_computer_registered_before_there_was_a_database_the_others_learn(computers):
    one, two = computers
    config = one.config.read_text()
    one.config.write_text(config.partition("\n[numbers]")[2].join(("[numbers]", "")))
    assert one.register(TAKES, TAKES)[0] == 2
    one.config.write_text(config)
    assert one.register() == (0, ["registered before"] * 2)
    assert two.register() == (0, ["registered before"] * 2)


def test_of_two_that_claim_at_once_one_sends(tmp_path, server):
    settings = DatabaseSettings(server.url, "desk")
    together = Barrier(2)

    def claims(name):
        copy = NumbersCopy(NumbersFile(tmp_path / f"{name}.db", Marks(bytes(32))))
        with Registrations(settings, copy) as site:
            together.wait(60)
            return [site.claim(f"mark {each}", "A-1") for each in range(CLAIMS)]

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(claims, ("one", "two"))
    assert [mine + theirs for mine, theirs in zip(one, two, strict=True)] == [1] * CLAIMS


def test_what_is_kept_on_a_connection_that_was_lost_is_kept_on_a_new_one(tmp_path, server):
    copy = NumbersCopy(NumbersFile(tmp_path / "one.db", Marks(bytes(32))))
    with Registrations(DatabaseSettings(server.url, "desk"), copy) as site:
        assert site.claim("mark", "A-1")
        server.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'kazashi'"
        )
        site.keep("mark", "A-1")
        assert site.number_of("mark") == "A-1"
