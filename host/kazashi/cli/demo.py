"""`kazashi demo`: a simulated tap from start to end, on any machine."""

import secrets
from dataclasses import dataclass

from rich.console import Console

from kazashi.cards.certificate import Certificate
from kazashi.cards.jpki import JpkiSession
from kazashi.cli import show
from kazashi.cli.options import AsJson, Simulated, SimUrl, simulated
from kazashi.errors import PinRequired, ReaderError
from kazashi.reader import Reader

_WAIT_S = 30.0


def demo(reader: SimUrl = "sim:", *, as_json: AsJson = False) -> None:
    """A simulated Pico, PN532 and My Number Card; somebody taps."""
    pico = simulated(reader)
    console = Console(quiet=as_json)
    with Reader(pico.connect) as connected:
        tap = _Tap(pico, connected, console).run()
    if as_json:
        show.print_json(tap)


@dataclass(frozen=True)
class _Moment:
    """A moment of a tap: simulated milliseconds since the card was laid down."""

    ms: float
    air_ms: float


class _Tap:
    """One tap, told as it happens."""

    def __init__(self, pico: Simulated, reader: Reader, console: Console) -> None:
        self._pico = pico
        self._reader = reader
        self._console = console
        self._zero_s = 0.0
        self._zero_air_s = 0.0
        self._moments: dict[str, _Moment] = {}

    def run(self) -> dict[str, object]:
        """Tap, and all that was learnt from it."""
        reader_facts = show.reader_facts(self._reader.info)
        show.show_facts(self._console, reader_facts, "Reader")
        self._console.print(f"\n{show.PRESENT_CARD}")
        self._start_clock()
        card = self._reader.wait_for_card(_WAIT_S)
        self._mark("found", f"card found: Type {card.technology.name[-1]}")
        jpki = JpkiSession(card)
        self._mark("selected", "JPKI application selected")
        tries_left = None
        try:
            certificate = self._read_certificate(jpki)
        except PinRequired:
            tries_left = self._check_pin(jpki)  # a phone wants it first
            certificate = self._read_certificate(jpki)
        if tries_left is None:
            tries_left = self._check_pin(jpki)
        is_verified = self._sign(jpki, certificate)
        kind = show.kind_of(jpki.token_label())
        self._show_result(certificate, tries_left, is_verified=is_verified)
        selected_air = self._moments["last_byte"].air_ms - self._moments["found"].air_ms
        return {
            "reader": reader_facts,
            "card": show.card_facts(card, kind),
            "certificate": show.certificate_facts(certificate),
            "pin": {"tries_left": tries_left},
            "signature": {"verified": is_verified},
            "timeline_ms": {name: round(m.ms, 3) for name, m in self._moments.items()},
            "air_time_ms": round(selected_air, 3),
        }

    def _start_clock(self) -> None:
        """Zero is when the card is laid down, or now where it lies there already."""
        self._zero_s = max(self._pico.clock.now(), self._pico.options.tap)

    def _mark(self, name: str, text: str = "") -> None:
        ms = (self._pico.clock.now() - self._zero_s) * 1000
        self._moments[name] = _Moment(ms, self._pico.air.spent_s * 1000)
        if text:
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

    def _check_pin(self, jpki: JpkiSession) -> int:
        tries_left = jpki.pin_tries_left()
        jpki.verify_pin(self._pico.options.pin)
        self._mark("pin", f"PIN accepted ({tries_left} tries were left)")
        return tries_left

    def _sign(self, jpki: JpkiSession, certificate: Certificate) -> bool:
        challenge = secrets.token_bytes(32)
        signature = jpki.sign(challenge)
        self._mark("signed")
        is_verified = certificate.verifies(signature, challenge)
        if not is_verified:
            raise ReaderError(
                "the signature does not fit the certificate: this card is not genuine"
            )
        self._mark("verified", "signature verified with the certificate's key")
        return is_verified

    def _show_result(self, certificate: Certificate, tries_left: int, *, is_verified: bool) -> None:
        facts = show.certificate_facts(certificate)
        facts |= {"PIN": f"{tries_left} tries left", "signature": "verified" * is_verified}
        show.show_facts(self._console, facts, "Certificate for user authentication")
        show.show_timeline(self._console, self._steps())

    def _steps(self) -> list[show.Step]:
        steps: list[show.Step] = []
        before = _Moment(0.0, 0.0)
        for name, moment in self._moments.items():
            air_ms = min(moment.air_ms - before.air_ms, moment.ms - before.ms)
            steps.append(show.Step(_STEPS[name], before.ms, moment.ms, air_ms))
            before = moment
        return steps


_STEPS = {
    "found": "find card",
    "selected": "select JPKI",
    "first_byte": "first block",
    "last_byte": "certificate",
    "pin": "PIN",
    "signed": "sign",
    "verified": "verify",
}
