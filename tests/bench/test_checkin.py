"""A check-in with the PIN, measured in the time of a reader in this process: see ../rig.py."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from kazashi.bench import plot_checkin
from kazashi.bench.checkin import CheckIn, CheckInBench, Interval, Part, divided
from kazashi.bench.floor import check_in_floor_s, floor_s
from kazashi.bench.real_host import RealHost
from kazashi.bench.rounds import Rounds
from kazashi.bench.targets import READER_LIMITS_MS, check_in_targets
from kazashi.cli.bench_checkin import show_rounds
from kazashi.cli.bench_targets import show_targets
from kazashi.drawing import SUFFIXES
from kazashi.sim.card import MyNumberCard
from kazashi.sim.person import Person
from kazashi.sim.picc import TypeB
from rig import Rig, clock

TRANSACTIONS = 9
COMMAND_MS, SIGN_MS, BLOCK_MS = 2.0, 300.0, 0.3  # of the simulated card: sim/jpki.py, sim/picc.py


@pytest.fixture(scope="module")
def check_in(tmp_path_factory):
    rig = Rig(TypeB(MyNumberCard(Person())))
    folder = tmp_path_factory.mktemp("bench")
    with closing(CheckInBench(rig, rig.connect(), clock.now, folder)) as bench:
        bench.measure()
        return bench.measure()


SECONDS = st.floats(0, 10)


@given(SECONDS, SECONDS, SECONDS, SECONDS, SECONDS)
def test_no_part_of_a_step_is_negative_and_together_they_are_the_step(
    host_s, line_s, journal_s, floor_s, card_s
):
    step_s = host_s + line_s + journal_s
    parts = divided(step_s, line_s=line_s, journal_s=journal_s, floor_s=floor_s, card_s=card_s)
    assert all(seconds >= 0 for seconds in parts.values())
    assert sum(parts.values()) == pytest.approx(step_s)


def made_up(machine_ms):
    step = dict.fromkeys(Part, 0.0) | {Part.FLOOR: 5.0, Part.HOST: machine_ms}
    return CheckIn({"pin": step}, 1.0, ["VERIFY"], ["Transmit"], 3)


def test_the_floor_of_a_check_in_is_that_of_its_certificate_and_of_three_commands():
    floor_ms = {step: s * 1000 for step, s in check_in_floor_s(1600).items()}
    assert floor_ms["certificate"] == floor_s(1600) * 1000
    assert floor_ms["pin"] == pytest.approx(1.85 + 2.32, abs=0.01)
    assert floor_ms["signature"] == pytest.approx(32.3, abs=0.05)


def test_the_certificate_is_read_once_the_pin_shown_once_and_one_thing_signed(check_in):
    assert check_in.commands == [
        "SELECT application",
        "READ BINARY file 0A from 0, Le 1600",  # as the card of the visit before had
        "READ BINARY file 06 from 0, Le 32",
        "VERIFY, for the tries left",
        "VERIFY",
        "COMPUTE DIGITAL SIGNATURE",
    ]


def test_the_reader_is_asked_seven_times(check_in):
    assert check_in.requests == ["Arm", "Watch", *["Transmit"] * 3, "Rest", "Show"]


def test_the_journal_writes_as_seldom_as_it_did(check_in):
    assert check_in.transactions <= TRANSACTIONS


def test_its_steps_are_those_of_the_timeline_from_the_card_found_on(check_in):
    steps = [
        *("certificate", "pin", "signature", "verification"),
        *("identity", "consents", "eligibility", "end"),
    ]
    assert [*check_in.steps] == steps


def test_the_cards_time_is_what_the_simulated_card_takes(check_in):
    card_ms = {name: step[Part.CARD] for name, step in check_in.steps.items() if step[Part.CARD]}
    assert card_ms == pytest.approx(
        {
            "certificate": 3 * COMMAND_MS + 6 * BLOCK_MS,
            "pin": 2 * COMMAND_MS,
            "signature": SIGN_MS + BLOCK_MS,
        }
    )


def test_what_is_neither_floor_nor_card_is_the_machines(check_in):
    rest_ms = check_in.ms() - check_in.ms(Part.FLOOR) - check_in.ms(Part.CARD)
    assert check_in.machine_ms == pytest.approx(rest_ms)
    assert check_in.steps["signature"][Part.READER] > 0
    assert check_in.before_ms > 0


def test_an_interval_shares_with_others_what_lies_in_both():
    others = [Interval(0, 1), Interval(2, 4), Interval(4.5, 9), Interval(9, 10)]
    assert Interval(3, 5).shared_s(others) == 1.5


def test_the_fastest_and_the_median_round_are_told():
    rounds = Rounds("reader", [made_up(ms) for ms in (900, 30, 10, 20, 1200)])
    assert (rounds.fastest.machine_ms, rounds.median.machine_ms) == (10, 30)
    assert rounds.as_json()["machine_ms"] == [900, 30, 10, 20, 1200]
    assert rounds.as_json()["steps"][0] | {"card": 0.0} == rounds.as_json()["steps"][0]


def test_the_table_says_how_much_the_rounds_differ():
    console = Console(width=100, record=True)
    show_rounds(console, [Rounds("reader", [made_up(60), made_up(90), made_up(70)])])
    said = console.export_text()
    assert "machine: 70.0 ms, median of 3; fastest 60.0, slowest 50% more" in said
    assert "1 APDUs, 1 requests to the reader, 3 transactions" in said


@pytest.mark.parametrize(
    ("machine_ms", "verdict"),
    [
        ((60, 61), "62.00 ms met, not gated"),
        ((63, 64), "62.00 ms not met, not gated"),
        ((60, 70), "not judged: the runs differ by a tenth or more"),
    ],
)
def test_the_machines_time_is_judged_by_its_median_and_if_its_rounds_are_alike(
    check_in, machine_ms, verdict
):
    console = Console(width=120, record=True)
    judged = check_in_targets(check_in, Rounds("reader", [made_up(ms) for ms in machine_ms]))
    show_targets(console, judged)
    assert verdict in console.export_text().splitlines()[-1]
    assert [target.what for target in judged if target.is_gated] == [
        f"{step}: reader, emulated" for step in READER_LIMITS_MS
    ]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_picture_is_drawn(tmp_path, check_in, suffix):
    path = tmp_path / f"checkin{suffix}"
    plot_checkin.plot({"rig": check_in, "another": made_up(20)}, path)
    begin = path.read_bytes()[:8]
    assert begin == b"\x89PNG\r\n\x1a\n" or begin.startswith(b"<?xml")


class Emulated:
    """An emulated line: its time passes when a test lets it."""

    def __init__(self):
        self.s = 100.0
        self.taken = []

    def now(self):
        return self.s

    def let_pass(self, seconds):
        self.s += seconds

    def read(self, size):
        self.taken.append(self.s)
        self.s += 5
        return b"."

    def write(self, data):
        self.taken.append(self.s)
        return len(data)

    def close(self):
        pass


def test_the_hosts_real_time_passes_on_the_emulated_clock(monkeypatch):
    real = iter([1.0, 1.5, 9.0, 9.25, 20.0, 20.0])
    monkeypatch.setattr("kazashi.bench.real_host.perf_counter", lambda: next(real))
    emulated = Emulated()
    host = RealHost(emulated)
    host.read(1)  # half a second of the host's before it, seven and a half inside the emulator
    host.write(b".")
    assert emulated.taken == [100.5, 105.75]
    assert host.now() == 105.75
