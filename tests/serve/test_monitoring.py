"""Readers and their health, and Prometheus' metrics."""

from datetime import timedelta
from threading import Event

from prometheus_client.parser import text_string_to_metric_families

from hanging import POSIX, pipe
from kazashi.finding import Level, doubtful, good
from kazashi.health.settings import TerminalSettings
from kazashi.health.terminal import Terminal
from kazashi.reception.japan import utc_now
from served_desks import served
from site_waits import until
from terminal_certificates import certificate, pem, private


def metrics(client):
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_visits_are_counted_by_outcome_and_their_time_by_who_had_it(person):
    before = metrics(person.client)
    person.lay("mynumber")
    person.until(question="way")
    person.go_on(way="pin")
    person.lay(None)
    person.until(step="idle")
    after = metrics(person.client)
    grown = {name: value - before.get(name, 0) for name, value in after.items()}
    assert grown["kazashi_visits_total", "checked_in"] == 1
    assert grown["kazashi_visit_seconds_count",] == 1
    assert grown["kazashi_visit_part_seconds_total", "machine"] > 0
    assert grown["kazashi_visit_part_seconds_total", "people"] > 0
    assert grown["kazashi_events_sent_total",] > 0


def test_a_stopped_visit_is_counted_too(person):
    before = metrics(person.client).get(("kazashi_visits_total", "stopped"), 0)
    person.lay("mynumber")
    person.until(question="way")
    person.client.delete(f"{person.path}/visit")
    person.until(step="stopped")
    person.lay(None)
    person.until(step="idle")
    assert metrics(person.client)["kazashi_visits_total", "stopped"] == before + 1


def test_desks_are_told_by_step_and_where_staff_must_act(site, person, table):
    assert metrics(person.client)["kazashi_desks", "idle"] == 2
    table.unplug()
    person.until(step="out_of_order")
    until(lambda: site.service.events.count == 1)  # that tests before have left is noticed late
    now = metrics(person.client)
    assert (now["kazashi_desks", "idle"], now["kazashi_desks", "out_of_order"]) == (1, 1)
    assert now["kazashi_desks_for_staff",] == 1
    until(lambda: metrics(person.client)["kazashi_followers",] == 1)  # and of tests before, none
    assert now["kazashi_reader_faults_total", "1", "ReaderUnplugged"] >= 1


def test_each_service_counts_for_itself(site, person):
    assert site.service.metrics.registry is not type(site.service)([], site.service.site).metrics


def test_readers_are_told_with_their_health(program, person):
    first, second = program.get("/api/v1/readers").json()
    assert (first["desk"], second["desk"]) == ("1", "2")
    assert (first["url"], first["info"]["board"], first["fault"]) == ("sim:", "pico", None)
    assert first["health"]["field_offs"] == 3


def test_a_fault_of_a_reader_is_told_with_what_to_do(program, person, table):
    table.unplug()
    person.until(step="out_of_order")
    reader = program.get("/api/v1/readers").json()[0]
    assert (reader["info"], reader["health"]) == (None, None)
    assert reader["fault"]["name"] in ("ReaderUnplugged", "NoReader")
    for language in ("ja", "en"):
        assert reader["fault"]["words"][language]["advice"]


def test_the_terminals_health_is_told_in_both_languages(program):
    checks = {each["check"]: each for each in program.get("/api/v1/health").json()}
    assert [*checks] == ["disk", "clock", "readers"]
    assert (checks["clock"]["level"], checks["clock"]["fields"]) == ("ok", {})
    assert isinstance(checks["disk"]["fields"]["megabytes"], int)
    for language in ("ja", "en"):
        assert checks["disk"]["words"][language]["seen"]


def test_programs_that_ask_for_health_often_have_it_looked_at_once_a_minute(tmp_path):
    now, looks = utc_now(), []
    terminal = Terminal(
        tmp_path / "journal.db", database=lambda: looks.append(1) or (), now=lambda: now
    )
    with served(tmp_path, ["sim:"], terminal=terminal) as site, site.program() as program:
        for _ in range(2):
            program.get("/api/v1/health")
            metrics(program)
    assert len(looks) == 1


@POSIX
def test_a_certificate_that_is_a_pipe_is_told_and_keeps_nothing_waiting(tmp_path):
    terminal = Terminal(tmp_path / "journal.db", TerminalSettings(pipe(tmp_path / "pipe")))
    with served(tmp_path, ["sim:"], terminal=terminal) as site, site.program() as program:
        assert program.get("/api/v1/health").json()[0]["key"] == "terminal-certificate.unreadable"
        assert metrics(program)["kazashi_health_level", "terminal certificate"] == 3


def test_health_that_cannot_be_looked_at_keeps_no_other_request_and_no_end_waiting(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("kazashi.health.terminal._PATIENCE_S", 0.01)
    answers = Event()
    terminal = Terminal(tmp_path / "journal.db", database=lambda: answers.wait(60) and ())
    with served(tmp_path, ["sim:"], terminal=terminal) as site, site.program() as program:
        for _ in range(50):  # more than the server has threads
            assert program.get("/api/v1/health").json() == []
        assert program.get("/api/v1/desks").status_code == 200
    answers.set()


def test_health_is_a_metric_with_the_days_until_certificates_end(tmp_path):
    path = private(tmp_path / "terminal.pem", pem(certificate(utc_now() + timedelta(days=20.5))))
    journal = tmp_path / "journal.db"
    terminal = Terminal(journal, TerminalSettings(path), is_synchronised=lambda: None)
    with served(tmp_path, ["sim:"], terminal=terminal) as site, site.program() as program:
        told = metrics(program)
    assert told["kazashi_certificate_days_left", "terminal certificate"] == 20
    levels = {name[1]: value for name, value in told.items() if name[0] == "kazashi_health_level"}
    assert levels == {"terminal certificate": 2, "disk": 0, "clock": 1, "readers": 0}


def test_of_several_findings_of_a_check_the_worst_is_its_metric(tmp_path):
    found = [doubtful("database", "database.same-name", name="1"), good("database", "database")]
    terminal = Terminal(tmp_path / "journal.db", database=lambda: found)
    with served(tmp_path, ["sim:"], terminal=terminal) as site, site.program() as program:
        assert metrics(program)["kazashi_health_level", "database"] == 2


def test_a_reader_that_was_lost_and_came_back_is_counted(site, person, table):
    returns = site.service.site.terminal.returns
    before = returns.within_an_hour(utc_now()).get("1", 0)
    table.unplug()
    person.until(step="out_of_order")
    table.plug_in()
    person.until(step="idle")
    assert returns.within_an_hour(utc_now())["1"] == before + 1


def test_a_reader_that_resets_its_chip_again_and_again_is_told(site):
    terminal, desk = site.service.site.terminal, site.service.desks["2"]
    until(lambda: desk.reader.health)
    site.service.desks["2"].equipment.table.chip_resets += 3
    desk.check()
    until(lambda: terminal.returns.within_an_hour(utc_now()).get("2") == 3)
    (told,) = [each for each in terminal.findings() if each.fields.get("desk") == "2"]
    assert (told.level, told.key) == (Level.WARNING, "returns.many")
