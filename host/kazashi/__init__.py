"""Kazashi: a face-authentication card reader for Japanese medical receptions.

import kazashi
from kazashi.cards.jpki import JpkiSession

with kazashi.open("sim:") as reader:
    card = reader.wait_for_card(timeout_s=10)
    jpki = JpkiSession(card)
    der = jpki.authentication_certificate()
    reader.show(kazashi.Signal.DONE)
"""

from threading import Event

from kazashi.card import Card
from kazashi.discovery import connector
from kazashi.errors import Cancelled, ReaderError
from kazashi.limits import Limits
from kazashi.reader import Reader
from kazashi.reports import ReaderInfo
from kazashi_wire.messages import Signal

__all__ = ["Cancelled", "Card", "Limits", "Reader", "ReaderError", "ReaderInfo", "Signal", "open"]


__version__ = "0.1.0"


def open(  # noqa: A001  # kazashi.open is the name that users expect
    url: str | None = None, limits: Limits | None = None, cancel: Event | None = None
) -> Reader:
    """The reader at `url`; without one, the only reader attached.

    `url`: ``/dev/ttyACM0``, ``usb:SERIAL``, ``socket://host:port``, ``sim:`` with options,
    ``pcsc:NAME`` for a PC/SC reader (`kazashi[pcsc]`), which cannot do everything: see
    `kazashi.pcsc.reader`.

    Raises:
        NoReader: no reader is there.
        SeveralReaders: more than one is attached, and `url` names none.
        ReaderSilent: the reader does not answer.
        VersionMismatch: firmware and host speak different revisions of the wire.
        Cancelled: `cancel` was set before the reader had answered.
    """
    if url and url.startswith("pcsc:"):
        from kazashi.pcsc.reader import PcscReader

        return PcscReader(url, limits, cancel)
    return Reader(connector(url), limits, cancel)
