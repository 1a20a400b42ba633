"""`kazashi checkin` with every card that the simulator has."""

from dataclasses import dataclass

import pytest

from kazashi.sim.options import CARDS
from visit_schema import told

PIN = "7351"
ALL = ("--consent", "all", "--prescription", "paper")


@dataclass(frozen=True)
class Card:
    """A simulated card, how somebody tries with it, and what comes of that."""

    outcome: str
    begin: tuple[str, ...] = ("--way", "pin")
    says: str = ""
    timeout_s: float = 60.0


EVERY_CARD = {
    "mynumber": Card("checked_in"),
    "slow": Card("checked_in"),
    "android": Card("checked_in", ("--token", "android")),
    "iphone": Card("checked_in", ("--token", "iphone")),
    "pinless": Card("not_identified", says="This card has no PIN"),
    "uncertified": Card("no_certificate", says="This card has no certificate"),
    "locked": Card("not_identified", says="The PIN is blocked"),
    "expired": Card("unusable_certificate", says="has ended and cannot be used"),
    "unknown": Card("unknown_issuer", says="This card cannot be confirmed"),
    "cloned": Card("not_genuine", says="This card could not be confirmed"),
    "infant": Card("checked_in"),
    "bank": Card("", says="This is not a My Number Card"),
    "tag": Card("", says="This card cannot be used"),
    "two": Card("", says="There are several cards"),
    "none": Card("no_card", says="No card was found", timeout_s=0.1),
}


def test_no_card_is_left_out():
    assert EVERY_CARD.keys() == CARDS.keys()


@pytest.mark.parametrize("kind", EVERY_CARD)
def test_every_card_has_its_outcome_and_words(checkin, kind):
    card = EVERY_CARD[kind]
    done = checkin(
        *(*card.begin, "--json", "--language", "en", "--timeout", card.timeout_s, *ALL),
        lines=[PIN],
        card=kind,
    )
    visit = told(done)
    assert visit["outcome"] == card.outcome or not card.outcome
    assert (visit["outcome"] == "checked_in") == (done.exit_code == 0)
    assert done.exit_code in (0, 1)
    assert card.says in " ".join(done.stderr.split())
    assert ("No card was found" in done.stderr) == (kind == "none")
