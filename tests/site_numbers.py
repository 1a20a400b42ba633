"""Computers of a site, each with a copy of the clinic's numbers."""

from hashlib import sha256

from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.store import NumbersFile
from kazashi.site.ties import bring

MARKS = Marks(bytes(32))
CARD, OTHER_CARD = (sha256(each).hexdigest() for each in (b"card", b"other"))


class Desk:
    def __init__(self, connection, path, marks=MARKS):
        self.connection = connection
        self.numbers = NumbersFile(path, marks)
        self.copy = NumbersCopy(self.numbers)

    def meet(self):
        """The copy and the database are the same after it. Returns how many batches it took."""
        batches = 1
        while bring(self.connection, self.copy, self.numbers.path.stem, {}):
            batches += 1
        return batches

    def tie(self, certificate, number, staff="佐藤"):
        """As the staff do it after a visit."""
        self.numbers.offer([], certificate, 7, is_test=False)
        assert self.numbers.tie(self.numbers.offers()[-1].id, number, staff)

    def number(self, certificate=CARD):
        return self.numbers.of([], certificate).number

    def offer(self):
        (offer,) = self.numbers.offers()
        return offer

    def said(self):
        """What the staff are to decide between: what holds, and the claims."""
        return self.offer().tied, [each.value for each in self.offer().claims]
