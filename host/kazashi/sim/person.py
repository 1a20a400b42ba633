"""A made-up person: a key, its certificate, and the authority that issued it. Fresh each time.

Nothing here comes from J-LIS, and the names say so. The certificate has an exact size: that of a
real one is not published (1.2 to 2.0 kB is what to plan for), and the time to read it depends on
little else.
"""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

_VALID = timedelta(days=5 * 365)
_LEAST_FILLING = 130  # from here on the DER lengths around the filling keep their own size


class Person:
    """The holder of a simulated card."""

    def __init__(self, certificate_size: int = 1600) -> None:
        """`certificate_size`: bytes of DER.

        Raises:
            ValueError: there is no certificate of this size.
        """
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._authority_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._begin = datetime.now(UTC).replace(microsecond=0)
        self.authority = self._issue_authority()
        self.certificate = self._issue_certificate(certificate_size)

    def _issue_certificate(self, size: int) -> bytes:
        serial = 1 << 158 | x509.random_serial_number()  # always 20 bytes of DER
        least = len(self._issue(serial, _LEAST_FILLING))
        der = self._issue(serial, max(_LEAST_FILLING, _LEAST_FILLING + size - least))
        if len(der) > size:  # 256 bytes of filling and more take a longer length each
            der = self._issue(
                serial, max(_LEAST_FILLING, _LEAST_FILLING + 2 * size - least - len(der))
            )
        if len(der) != size:
            raise ValueError(f"no simulated certificate of {size} bytes: ask for 1200 to 2000")
        return der

    def _issue(self, serial: int, filling: int) -> bytes:
        location = x509.UniformResourceIdentifier("http://test.invalid/" + "0" * (filling - 20))
        revocation = x509.DistributionPoint([location], None, None, None)
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        return (
            self._builder("KAZASHITEST00000000000000000000A", serial)
            .public_key(self.key.public_key())
            .add_extension(usage, critical=True)
            .add_extension(x509.CRLDistributionPoints([revocation]), critical=False)
            .sign(self._authority_key, hashes.SHA256())
            .public_bytes(Encoding.DER)
        )

    def _issue_authority(self) -> bytes:
        return (
            self._builder(None, x509.random_serial_number())
            .public_key(self._authority_key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._authority_key, hashes.SHA256())
            .public_bytes(Encoding.DER)
        )

    def _builder(self, holder: str | None, serial: int) -> x509.CertificateBuilder:
        country = x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")
        issuer = x509.Name(
            [
                country,
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Kazashi simulator"),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Test user authentication"),
            ]
        )
        subject = issuer
        if holder:
            subject = x509.Name([country, x509.NameAttribute(NameOID.COMMON_NAME, holder)])
        return (
            x509.CertificateBuilder()
            .issuer_name(issuer)
            .subject_name(subject)
            .serial_number(serial)
            .not_valid_before(self._begin)
            .not_valid_after(self._begin + _VALID)
        )
