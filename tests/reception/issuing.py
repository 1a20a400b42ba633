"""Certificates for tests: authorities, and what they issue."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kazashi.cards.certificate import Certificate

BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def new_key(bits=2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def name_of(text: str, kind=None) -> x509.Name:
    """`kind`: how the text is written, an ASN.1 type; None: UTF8String."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text, kind)])


def key_usage(*usages: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in usages for usage in _USAGES})


class Authority:
    """One that is called `name`; `usage`, `is_ca`, `others`: what its certificate says of it."""

    def __init__(
        self,
        name="Authority",
        usage="key_cert_sign",
        is_ca=True,
        begin=BEGIN,
        end=END,
        *,
        key=None,
        others=(),
    ):
        self.name, self.key = name_of(name) if isinstance(name, str) else name, key or new_key()
        self.certificate = self._issue(
            self.name, self.key, (usage,), is_ca, begin, end, others=others
        )

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self,
        *usages: str | None,
        begin=BEGIN,
        end=END,
        is_ca=None,
        key=None,
        issuer=None,
        others=(),
        algorithm=None,
    ) -> Certificate:
        """`usages`: of the key; ("digital_signature",) if there are none, and None for none.

        `others`: more extensions, each with whether it is critical.
        """
        usages = usages or ("digital_signature",)
        found = self._issue(
            name_of("Holder"),
            key or HOLDER,
            usages,
            is_ca,
            begin,
            end,
            issuer=issuer,
            others=others,
            algorithm=algorithm,
        )
        return Certificate.parse(found.public_bytes(Encoding.DER))

    def _issue(
        self,
        subject,
        key,
        usages,
        is_ca,
        begin,
        end,
        *,
        issuer=None,
        others=(),
        algorithm=None,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .issuer_name(issuer or self.name)
            .subject_name(subject)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .public_key(key.public_key())
        )
        if usages != (None,):
            builder = builder.add_extension(key_usage(*usages), True)
        if is_ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(is_ca, None), True)
        for extension, is_critical in others:
            builder = builder.add_extension(extension, is_critical)
        return builder.sign(self.key, algorithm or hashes.SHA256())


HOLDER = new_key()
