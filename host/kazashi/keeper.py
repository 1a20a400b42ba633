"""A card while people read and type: its reader ends it seconds after the last command."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from kazashi.card import Card
from kazashi.errors import Cancelled

LOOK_S = 0.25  # between two looks: as often as the reader looks whether an idle card is there


@contextmanager
def looked_after(card: Card | None) -> Generator[None]:
    """Keep `card` alive in this block, and notice that it leaves, in a thread of its own.

    The caller's thread must not use card or reader in the block: it waits for people. When the
    block is left, the thread has ended, within 100 ms. A card that was shown its PIN is not kept.
    """
    if card is None:
        yield
        return
    is_over = Event()
    thread = Thread(target=_look_after, args=(card, is_over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _look_after(card: Card, is_over: Event) -> None:
    with suppress(Cancelled):
        while not (is_over.wait(LOOK_S) or card.is_over):
            card.look(is_over)
