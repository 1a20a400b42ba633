"""A certificate, and questions about it to a `FileCentre`."""

from dataclasses import replace
from datetime import UTC, date, datetime
from time import monotonic

from kazashi.cards.surface import Sex
from kazashi.oqs import exchange as exchange_module
from kazashi.oqs.centre import FileCentre
from kazashi.oqs.exchange import Exchange
from kazashi.reception.centre import HeldItems, identity_of
from kazashi.reception.papers.certificate import CertificatePaper
from oqs_terminal import UNANSWERED

PLACE = "1319999996"
NOON = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
PAPER = CertificatePaper(
    "39139993", "", "00012345", "", date(1948, 8, 11), "後期　六子", date(2099, 1, 1)
)
REFERENCE = "00aa11bb22cc33dd"
ITEMS = HeldItems("後期 六子", "架空県", date(1948, 8, 11), Sex.FEMALE, (REFERENCE,))


def hurried(centre, timeout_s=0.0):
    exchange = centre.exchange
    return FileCentre(replace(exchange, terminal=replace(exchange.terminal, timeout_s=timeout_s)))


def time_out_soon(monkeypatch):
    """A request to which the terminal plays `nothing` has timed out at the next look."""
    passed_s, said = [0.0], Exchange._said

    def look(exchange, asked):
        path = exchange.terminal.responses / asked.kind.response(asked.suffix)
        passed_s[0] += 2 * exchange.terminal.timeout_s * (path in UNANSWERED)
        return said(exchange, asked)

    monkeypatch.setattr(exchange_module, "_LOOK_S", 0.02)
    monkeypatch.setattr(exchange_module, "monotonic", lambda: monotonic() + passed_s[0])
    monkeypatch.setattr(Exchange, "_said", look)


def ask(centre, who=PAPER, reference=REFERENCE):
    return identity_of(centre, reference, who)
