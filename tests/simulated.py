"""Simulated cards without a reader, as a channel for sessions."""

from kazashi.cards.apdu import Channel
from kazashi.cards.cv_certificate import CvAnchor
from kazashi.sim.authority import shared_authority

ANCHORS = [CvAnchor(*key) for key in shared_authority().cv_anchors]


class Simulated(Channel):
    """A card without a reader. `commands` are those that it was given."""

    def __init__(self, card):
        self.card = card
        self.commands = []

    def transmit(self, apdu, on_progress=None):
        self.commands.append(apdu)
        return self.card.transmit(apdu).apdu

    def verifies(self):
        """How often it was shown a PIN or a code."""
        return sum(command[1] == 0x20 and len(command) > 4 for command in self.commands)
