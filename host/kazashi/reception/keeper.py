"""A card kept alive while people read and type: a reader ends it seconds after the last command."""

from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread

from kazashi.card import Card
from kazashi.errors import Cancelled, ReaderError

RENEWAL_S = 3.0  # a third of the time that a card outlives its last command: two may be lost


@contextmanager
def kept(card: Card | None) -> Generator[None]:
    """Renew the lease of `card` in this block, from a thread of its own.

    The caller's thread must not use card or reader in the block: it waits for people. When the
    block is left, the thread has ended, within 100 ms. A card that was shown its PIN is not kept.
    """
    if card is None or not card.can_be_kept:
        yield
        return
    is_over = Event()
    thread = Thread(target=_keep, args=(card, is_over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _keep(card: Card, is_over: Event) -> None:
    while not is_over.wait(RENEWAL_S):
        try:
            card.keep(is_over)
        except (ReaderError, Cancelled):
            return  # the next command to the card says so
