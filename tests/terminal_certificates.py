"""Certificate files for tests: PEM, DER and PKCS#12, made up."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

KEY = ec.generate_private_key(ec.SECP256R1())
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test terminal")])
NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
PASSWORD = b"made up"


def certificate(end, begin=NOW - timedelta(days=1)):
    """Self-signed, from `begin` to `end`."""
    return (
        x509.CertificateBuilder()
        .issuer_name(NAME)
        .subject_name(NAME)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .public_key(KEY.public_key())
        .sign(KEY, hashes.SHA256())
    )


def pem(*found):
    return b"".join(each.public_bytes(Encoding.PEM) for each in found)


def key_alone():
    return KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def p12(found, password=PASSWORD):
    """`found`: None: it holds the key alone."""
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"terminal", KEY, found, None, encryption)


def private(path, data):
    path.write_bytes(data)
    path.chmod(0o600)
    return path
