"""Card-verifiable certificates: they certify the key that signed a card's records.

Ref: soltia48/myna-card, data.rs; checked there against a real test card. The issuers' keys are not
on the card: they are configured as anchors.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from kazashi.cards.errors import Doubt, MalformedFile, NotGenuine
from kazashi.cards.files import File
from kazashi.cards.keys import PublicKey

CV_CERTIFICATE = File(0x04, 0x7F21, "card-verifiable certificate")  # in either application

_BODY, _SIGNATURE = 0x5F4E, 0x5F37
_ID_SIZE = 16


@dataclass(frozen=True)
class CvAnchor:
    """A trusted key of an issuer. Real ids begin with 5, J-LIS's test ids with 6."""

    key_id: bytes  # 16 bytes
    n: int
    e: int


@dataclass(frozen=True)
class CvCertificate:
    """A certificate of `issuer_id` that `key` belongs to `subject_id`."""

    issuer_id: bytes  # 16 bytes
    subject_id: bytes  # 16 bytes
    key: PublicKey
    body: bytes  # the signed bytes
    signature: bytes

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Parse EF 0004 of either surface application.

        Raises:
            MalformedFile: `data` is no such certificate.
        """
        record = CV_CERTIFICATE.record(data)
        body = record.value(_BODY)
        if len(body) < 2 * _ID_SIZE:
            raise MalformedFile(CV_CERTIFICATE.name)
        key = PublicKey.parse(body[2 * _ID_SIZE :], CV_CERTIFICATE.name)
        ids = body[:_ID_SIZE], body[_ID_SIZE : 2 * _ID_SIZE]
        return cls(*ids, key, body, record.value(_SIGNATURE))

    def check(self, anchors: Iterable[CvAnchor]) -> None:
        """Check that one of `anchors` signed it.

        Raises:
            NotGenuine: no anchor is its issuer, or the issuer's signature is invalid.
        """
        issuers = [anchor for anchor in anchors if anchor.key_id == self.issuer_id]
        if not issuers:
            raise NotGenuine(Doubt.UNKNOWN_ISSUER)
        if not any(PublicKey(a.n, a.e).signed(self.signature, self.body) for a in issuers):
            raise NotGenuine(Doubt.FALSE_CERTIFICATE)
