"""What a monitoring system reads at `/metrics`, in Prometheus' text format: nothing of a person."""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Summary, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from kazashi.errors import KazashiError
from kazashi.finding import Finding, Level
from kazashi.health.terminal import Latest
from kazashi.reception.visit import Visit, Who
from kazashi.serve.events import Events
from kazashi.serve.screen import Screen, Step


class Metrics:
    """Counts of one service, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._visits = Counter(
            "kazashi_visits", "Visits that have ended", ["outcome"], registry=self.registry
        )
        self._seconds = Summary(
            "kazashi_visit_seconds", "Length of a visit, from its beginning", registry=self.registry
        )
        self._parts = Counter(
            "kazashi_visit_part_seconds",
            "Seconds of visits, by who had them",
            ["who"],
            registry=self.registry,
        )
        self._faults = Counter(
            "kazashi_reader_faults",
            "How often a desk lost its reader, and why",
            ["desk", "fault"],
            registry=self.registry,
        )
        self.events_sent = Counter(
            "kazashi_events_sent", "Events sent, to all followers", registry=self.registry
        )

    def ended(self, outcome: str, visit: Visit | None, seconds: float) -> None:
        """A visit has ended. `outcome`: also `stopped`, and `failed` by an error of ours."""
        self._visits.labels(outcome).inc()
        self._seconds.observe(seconds)
        for span in visit.spans if visit else ():
            self._parts.labels(Who(span.who)).inc((span.end_ms - span.begin_ms) / 1000)

    def failed(self, desk: str, error: KazashiError) -> None:
        """A desk has lost its reader."""
        self._faults.labels(desk, type(error).__name__).inc()

    def text(self) -> bytes:
        """All of them."""
        return generate_latest(self.registry)


class Now(Collector):
    """What stands at the moment that it is asked for."""

    def __init__(self, screens: Callable[[], list[Screen]], events: Events, health: Latest) -> None:
        self._screens, self._events, self._health = screens, events, health

    def collect(self) -> Iterable[Metric]:
        screens = self._screens()
        steps = Tally(screen.step for screen in screens)
        desks = GaugeMetricFamily("kazashi_desks", "Desks at each step", labels=["step"])
        for step in Step:
            desks.add_metric([step], steps[step])
        yield desks
        yield GaugeMetricFamily(
            "kazashi_desks_for_staff",
            "Desks where the staff must act now",
            value=sum(screen.must_staff_act for screen in screens),
        )
        yield GaugeMetricFamily(
            "kazashi_followers", "Connections that follow events", value=self._events.count
        )
        yield from _health(self._health.findings())


def _health(findings: Iterable[Finding]) -> Iterator[Metric]:
    """Of the terminal: see kazashi/health/terminal.py."""
    levels = GaugeMetricFamily(
        "kazashi_health_level",
        "Checks of the terminal: 0 ok, 1 noted, 2 warning, 3 failure",
        labels=["check"],
    )
    days = GaugeMetricFamily(
        "kazashi_certificate_days_left", "Days until a certificate ends", labels=["certificate"]
    )
    worst: dict[str, int] = {}
    for each in findings:
        worst[each.check] = max(worst.get(each.check, 0), [*Level].index(each.level))
        if "days" in each.fields:
            days.add_metric([each.check], float(each.plain_fields["days"]))
    for check, level in worst.items():
        levels.add_metric([check], level)
    yield from (levels, days)
