"""`kazashi demo`: a simulated tap from start to end, on any machine."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import Doubt, NotGenuine, PinRequired
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson
from kazashi.cli.simulated import Simulated, SimUrl, simulated
from kazashi.cli.writing import writing
from kazashi.reader import Reader
from kazashi.sim.ledger import Ledger, Span

_WAIT_S = 30.0
_Log = Annotated[
    Path | None,
    typer.Option(
        "--log",
        metavar="FILE",
        dir_okay=False,
        help="pico: what each nanosecond was used for, one JSON object a line.",
    ),
]


def demo(reader: SimUrl = "sim:", *, as_json: AsJson = False, log: _Log = None) -> None:
    """A simulated Pico, PN532 and My Number Card; somebody taps."""
    pico = simulated(reader)
    if log and not pico.ledger:
        raise typer.BadParameter("only a pico: reader knows who had each nanosecond")
    console = Console(quiet=as_json)
    with Reader(pico.connect) as connected:
        tap = _Tap(pico, connected, console)
        facts = tap.run()
    if log and pico.ledger:
        _write_log(log, pico.ledger.partition(*tap.limits_ns()))
    if as_json:
        show.print_json(facts)


def _write_log(path: Path, spans: list[Span]) -> None:
    lines = [f"{json.dumps(span._asdict())}\n" for span in spans]
    with writing(path):
        path.write_text("".join(lines), encoding="utf-8")


@dataclass(frozen=True)
class _Moment:
    """A moment of a tap, in simulated time. `air_s`: seconds on air until then."""

    at_s: float
    air_s: float

    @property
    def at_ns(self) -> int:
        return round(self.at_s * 1e9)


class _Tap:
    """One tap, shown step by step."""

    def __init__(self, pico: Simulated, reader: Reader, console: Console) -> None:
        self._pico = pico
        self._reader = reader
        self._console = console
        self._zero = _Moment(0.0, 0.0)
        self._moments: dict[str, _Moment] = {}

    def run(self) -> dict[str, object]:
        """Run the tap. Return all its results."""
        reader_facts = show.reader_facts(self._reader.info)
        show.show_facts(self._console, reader_facts, "Reader")
        self._console.print(f"\n{show.PRESENT_CARD}")
        self._start_clock()
        card = self._reader.wait_for_card(_WAIT_S, plan=PLAN)
        self._mark("found", f"card found: Type {card.type_name}")
        jpki = JpkiSession(card)
        self._mark("selected", "JPKI application selected")
        try:
            certificate = self._read_certificate(jpki)
            tries_left = self._check_pin(jpki)
        except PinRequired:
            tries_left = self._check_pin(jpki)  # a phone requires it first
            certificate = self._read_certificate(jpki)
        is_verified = self._sign(jpki, certificate)
        kind = show.kind_of(jpki.token_label())
        self._show_result(certificate, tries_left, is_verified=is_verified)
        found, last_byte = self._moments["found"], self._moments["last_byte"]
        facts: dict[str, object] = {
            "reader": reader_facts,
            "card": show.card_facts(card, kind),
            "certificate": show.certificate_facts(certificate),
            "pin": {"tries_left": tries_left},
            "signature": {"verified": is_verified},
            "timeline_ms": {name: round(self._ms(m), 3) for name, m in self._moments.items()},
            "air_time_ms": round((last_byte.air_s - found.air_s) * 1000, 3),
        }
        if self._pico.ledger:
            facts["spent_ms"] = _spent_ms(self._pico.ledger, found, last_byte)
        return facts

    def limits_ns(self) -> tuple[int, int]:
        """Begin and end in emulated time: the card is laid down; the last step is done."""
        return self._zero.at_ns, list(self._moments.values())[-1].at_ns

    def _start_clock(self) -> None:
        """Set zero to the time when the card is laid down, or to now if it is there already."""
        zero_s = max(self._pico.clock.now(), self._pico.options.tap)
        self._zero = _Moment(zero_s, self._pico.air.spent_s)
        if self._pico.ledger:
            self._pico.ledger.start()

    def _ms(self, moment: _Moment) -> float:
        return (moment.at_s - self._zero.at_s) * 1000

    def _mark(self, name: str, text: str = "") -> None:
        moment = _Moment(self._pico.clock.now(), self._pico.air.spent_s)
        self._moments[name] = moment
        if text:
            ms = self._ms(moment)
            self._console.print(f"  [green]✓[/green] {text}  [dim]{ms:.1f} ms[/dim]")

    def _read_certificate(self, jpki: JpkiSession) -> Certificate:
        with show.certificate_progress(self._console) as progress:
            task = progress.add_task("certificate", total=None)

            def on_progress(so_far: int, size: int) -> None:
                if "first_byte" not in self._moments:
                    self._mark("first_byte")
                if so_far == size:
                    self._mark("last_byte")
                progress.update(task, completed=so_far, total=size)

            return Certificate.parse(jpki.authentication_certificate(on_progress))

    def _check_pin(self, jpki: JpkiSession) -> int | None:
        tries_left = jpki.pin_tries_left()
        jpki.verify_pin(self._pico.options.pin)
        left = "no limit of tries" if tries_left is None else f"{tries_left} tries were left"
        self._mark("pin", f"PIN accepted ({left})")
        return tries_left

    def _sign(self, jpki: JpkiSession, certificate: Certificate) -> bool:
        challenge = secrets.token_bytes(32)
        signature = jpki.sign(challenge)
        self._mark("signed")
        is_verified = certificate.verifies(signature, challenge)
        if not is_verified:
            raise NotGenuine(Doubt.COPIED_CHIP)
        self._mark("verified", "signature verified with the certificate's key")
        return is_verified

    def _show_result(
        self, certificate: Certificate, tries_left: int | None, *, is_verified: bool
    ) -> None:
        facts = show.certificate_facts(certificate)
        left = "no limit" if tries_left is None else f"{tries_left} tries left"
        facts |= {"PIN": left, "signature": "verified" * is_verified}
        show.show_facts(self._console, facts, "Certificate for user authentication")
        show.show_timeline(self._console, self._steps())

    def _steps(self) -> list[show.Step]:
        steps: list[show.Step] = []
        before = self._zero
        for name, moment in self._moments.items():
            begin_ms, end_ms = self._ms(before), self._ms(moment)
            spent_ms = self._spent_ms(before, moment)
            steps.append(show.Step(_STEPS[name], begin_ms, end_ms, spent_ms))
            before = moment
        return steps

    def _spent_ms(self, begin: _Moment, end: _Moment) -> dict[str, float]:
        if self._pico.ledger:
            return _spent_ms(self._pico.ledger, begin, end)
        all_ms = (end.at_s - begin.at_s) * 1000
        air_ms = min((end.air_s - begin.air_s) * 1000, all_ms)
        return {"on air": air_ms, "card, chip, firmware and cable": all_ms - air_ms}


def _spent_ms(ledger: Ledger, begin: _Moment, end: _Moment) -> dict[str, float]:
    return {str(o): ns / 1e6 for o, ns in ledger.spent_ns(begin.at_ns, end.at_ns).items()}


_STEPS = {
    "found": "find card",
    "selected": "select JPKI",
    "first_byte": "first block",
    "last_byte": "certificate",
    "pin": "PIN",
    "signed": "sign",
    "verified": "verify",
}
