"""The hook for an approved component, which drives the card itself through our reader.

Without a PIN the card's key opens to software alone whose key is certified under the card's
TERMINAL_CA, 特定利用者証明検証者 (公的個人認証法 38条の2; soltia48/myna-card). The reader passes
its commands through unchanged, of any length, and learns nothing from them but the result. They are
not to be logged: while the link's traffic is, no component runs.

It proves the card's key. Whether the person before the reader is that card's holder it decides by
itself: our face matching, which may have looked at another chip's photo, is no part of its proof.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto, unique
from typing import Protocol, cast

from kazashi.cards.apdu import Channel
from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import MalformedFile
from kazashi.errors import NoCard, ReaderError
from kazashi.reception.centre import Completes, Identity
from kazashi.reception.errors import ReceptionError
from kazashi.reception.rules import Way
from kazashi.traffic import TRAFFIC


@unique
class Unidentified(Enum):
    """Why an approved component identified nobody."""

    REFUSED = auto()  # it says so itself
    TRAFFIC_LOGGED = auto()  # it was not asked: the traffic with the card is being logged
    CRASHED = auto()  # it ended with an exception of its own
    OTHER_TYPE = auto()  # what it returned is no CertifiedResult
    NO_CERTIFICATE = auto()  # what it names is none
    FALSE_SIGNATURE = auto()  # which does not fit its certificate


@dataclass(eq=False)
class CertifiedFailed(ReceptionError):
    """`reason`: why nobody was identified. `said`: by the component, for engineers."""

    reason: Unidentified = Unidentified.REFUSED
    said: str = ""


@dataclass(frozen=True)
class CertifiedResult:
    """Whom the component identified. `identity`: the centre's first answer, if it asked itself;
    then the patient's answers go through it as well. Its `reference` is the component's own.
    """

    certificate: bytes = field(repr=False)  # DER
    signature: bytes = field(default=b"", repr=False)  # over the challenge; b"": it keeps it
    identity: Identity | None = None


class CertifiedComponent(Completes, Protocol):
    """What an approved vendor brings. `complete` is called if `identify` brought an identity."""

    def identify(
        self, transmit: Callable[[bytes], bytes], way: Way, challenge: bytes
    ) -> CertifiedResult:
        """Have the card sign `challenge`, once the holder was identified by `way`.

        `transmit`: a command APDU, any length, to its response with status word; until this
        returns.
        """
        ...


def identify(
    component: CertifiedComponent, channel: Channel, way: Way, challenge: bytes
) -> tuple[Certificate, CertifiedResult]:
    """Let `component` identify the holder of the card behind `channel`.

    A signature that it gives away is verified.

    Raises:
        CertifiedFailed: it did not, or the traffic is logged.
        ReaderError: card or reader were lost.
    """
    if logging.getLogger("kazashi.link").isEnabledFor(TRAFFIC):
        raise CertifiedFailed(Unidentified.TRAFFIC_LOGGED)
    pipe = _Pipe(channel)
    try:
        result = component.identify(pipe.transmit, way, challenge)
    except (CertifiedFailed, ReaderError):
        raise
    except Exception as error:  # anybody's, and what it says may hold what it sent
        raise CertifiedFailed(Unidentified.CRASHED, type(error).__name__) from None
    finally:
        pipe.is_open = False
    return _checked(result, challenge), result


def _checked(result: CertifiedResult, challenge: bytes) -> Certificate:
    if not _is_result(result):
        raise CertifiedFailed(Unidentified.OTHER_TYPE)
    try:
        certificate = Certificate.parse(result.certificate)
    except MalformedFile:
        raise CertifiedFailed(Unidentified.NO_CERTIFICATE) from None
    if result.signature and not certificate.verifies(result.signature, challenge):
        raise CertifiedFailed(Unidentified.FALSE_SIGNATURE)
    return certificate


def _is_result(result: object) -> bool:
    """Components are anybody's, and not checked for types."""
    return (
        isinstance(result, CertifiedResult)
        and type(result.certificate) is type(result.signature) is bytes
        and isinstance(cast(object, result.identity), Identity | None)
    )


class _Pipe:
    """The way to the card, while it is this patient's turn."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.is_open = True

    def transmit(self, apdu: bytes) -> bytes:
        if not self.is_open:
            raise NoCard
        return self._channel.transmit(apdu)
