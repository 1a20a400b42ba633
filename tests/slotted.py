"""A reader in a slot of a pcscd's vpcd, served from the test's own process."""

import threading
from contextlib import contextmanager, suppress

from kazashi.errors import Cancelled
from kazashi.pcsc.slot import Slot
from kazashi.pcsc.vpcd import PORT
from pcscd import LIMIT_S


@contextmanager
def in_slot(daemon, reader, number=0):
    """`reader` serves its cards in this slot, from a thread. A card lies on it already."""
    cancel = threading.Event()
    slot = Slot(reader, ("127.0.0.1", PORT + number), lambda _: None, cancel)

    def serve():
        with suppress(Cancelled):
            slot.serve()

    thread = threading.Thread(target=serve, daemon=True)
    with daemon.network():
        thread.start()
    try:
        daemon.wait_for_card(number)
        yield
    finally:
        cancel.set()
        thread.join(LIMIT_S)
        assert not thread.is_alive()
