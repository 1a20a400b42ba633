"""Certificates for tests: authorities, and what they issue."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kazashi.cards.certificate import Certificate

_NO_USAGE = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)
BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(of: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)])


class Authority:
    """One that is called `name`; `usage`, `is_ca`: what its certificate says of it."""

    def __init__(self, name="Authority", usage="key_cert_sign", is_ca=True, begin=BEGIN, end=END):
        self.name, self.key = name, new_key()
        self.certificate = self._issue(name, self.key, usage, is_ca, begin, end)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self, usage: str | None = "digital_signature", *, begin=BEGIN, end=END
    ) -> Certificate:
        found = self._issue("Holder", HOLDER, usage, None, begin, end)
        return Certificate.parse(found.public_bytes(Encoding.DER))

    def _issue(self, subject, key, usage, is_ca, begin, end) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .issuer_name(_name(self.name))
            .subject_name(_name(subject))
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .public_key(key.public_key())
        )
        if usage:
            builder = builder.add_extension(x509.KeyUsage(**_NO_USAGE | {usage: True}), True)
        if is_ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(is_ca, None), True)
        return builder.sign(self.key, hashes.SHA256())


HOLDER = new_key()
