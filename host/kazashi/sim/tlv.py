"""BER-TLV on the cards. Independent of the driver's code, so that each tests the other.

Ref: soltia48/myna-card, data.rs: keys are 90 (exponent) and 91 (modulus), files of fields may begin
with a table of two-byte offsets, and a card-verifiable certificate is

    7F21 { 5F4E { issuer's key id 16, subject's key id 16, key 265 }, 5F37 { signature 256 } }

PKCS #1 v1.5 with SHA-256 over the contents of 5F4E.
"""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


def tlv(tag: int, value: bytes) -> bytes:
    """One data object, its length in the fewest bytes."""
    size = len(value)
    head = tag.to_bytes(2 if tag > 0xFF else 1, "big")
    if size < 0x80:
        return head + bytes((size,)) + value
    if size < 0x100:
        return head + bytes((0x81, size)) + value
    return head + b"\x82" + size.to_bytes(2, "big") + value


def with_offsets(tag: int, table: int, fields: list[bytes]) -> bytes:
    """A file: a table with the offset of each field in the file, then the `fields`."""
    empty = tlv(table, bytes(2 * len(fields)))
    position = len(tlv(tag, empty + b"".join(fields))) - sum(map(len, fields))
    offsets = b""
    for field in fields:
        offsets += position.to_bytes(2, "big")
        position += len(field)
    return tlv(tag, tlv(table, offsets) + b"".join(fields))


def key_objects(key: RSAPublicKey) -> bytes:
    """The two objects of an RSA-2048 key, 265 bytes with the exponent 65537."""
    numbers = key.public_numbers()
    return tlv(0x90, numbers.e.to_bytes(3, "big")) + tlv(0x91, numbers.n.to_bytes(256, "big"))


def signed(key: RSAPrivateKey, message: bytes) -> bytes:
    """PKCS #1 v1.5 with SHA-256."""
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def cv_certificate(
    issuer_id: bytes, issuer: RSAPrivateKey, subject_id: bytes, subject: RSAPublicKey
) -> bytes:
    """A card-verifiable certificate, 568 bytes."""
    body = issuer_id + subject_id + key_objects(subject)
    return tlv(0x7F21, tlv(0x5F4E, body) + tlv(0x5F37, signed(issuer, body)))
