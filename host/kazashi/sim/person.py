"""An invented person: name, the data printed on the card, and a key with its certificate.

No real person has this name, address or number: the number's check digit is wrong on purpose. The
certificate has an exact size: that of a real one is not published (1.2 to 2.0 kB is
likely), and the time to read it depends mostly on the size.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from .authority import Authority, new_key, shared_authority
from .portrait import lettering, portrait

MY_NUMBER = "123456789010"  # the right check digit would be 8

_JAPAN = timezone(timedelta(hours=9))
_FIVE_YEARS = 5 * 365  # days
_IN_USE = timedelta(days=30)  # since a card was issued, at least: midnight may pass in a test
_LEAST_FILLING = 130  # from here on the DER lengths around the filling keep their own size

_NAMES = ("架空　花子", "模擬　太郎", "試験　さくら", "仮名　一郎")
_ADDRESS = "東京都架空区見本町一丁目２番{}号"
_ERAS = (  # first day, and the year before the era's first
    (date(2019, 5, 1), 2018),
    (date(1989, 1, 8), 1988),
    (date(1926, 12, 25), 1925),
    (date(1912, 7, 30), 1911),
)


class Person:
    """The holder of a simulated card."""

    def __init__(
        self,
        certificate_size: int = 1600,
        *,
        expires_days: int = _FIVE_YEARS,
        seed: int = 0,
        is_infant: bool = False,
        authority: Authority | None = None,
    ) -> None:
        """`certificate_size`: bytes of DER. `expires_days`: from today in Japan to the last day of
        the certificate. `seed`: each number gives another person. An infant has no photo.

        Raises:
            ValueError: a certificate cannot have this size.
        """
        today = datetime.now(_JAPAN).date()
        self.authority = authority or shared_authority()
        self.name = _NAMES[seed % len(_NAMES)]
        self.address = _ADDRESS.format("１２３４５６７８９"[seed % 9])
        self.sex = 1 if seed % 2 else 2
        self.birth = today - timedelta(days=150) if is_infant else date(1985, 3, 21 + seed % 9)
        year = self.birth.year + 5 if is_infant else today.year + 8
        self.expiry = date(year, self.birth.month, min(self.birth.day, 28))
        self.security_code = f"{4321 + seed % 1000:04}"
        self.key = new_key()
        self._photo_seed = None if is_infant else seed
        end = today + timedelta(days=expires_days)
        begin = min(today - _IN_USE, end - timedelta(days=_FIVE_YEARS))
        self._valid = _moment(begin, time.min), _moment(end, time(23, 59, 59))
        self.certificate = self._issue_certificate(certificate_size)

    @property
    def code_b(self) -> str:
        """照合番号B: birth with the year of the Japanese era, year of expiry, security code."""
        year = next(self.birth.year - before for first, before in _ERAS if self.birth >= first)
        return f"{year:02}{self.birth:%m%d}{self.expiry.year}{self.security_code}"

    @cached_property
    def photo(self) -> bytes:
        """JP2; b"" if there is none."""
        return b"" if self._photo_seed is None else portrait(self._photo_seed)

    @cached_property
    def name_png(self) -> bytes:
        return lettering(self.name)

    @cached_property
    def address_png(self) -> bytes:
        return lettering(self.address)

    @cached_property
    def security_code_png(self) -> bytes:
        return lettering(self.security_code)

    @cached_property
    def my_number_png(self) -> bytes:
        return lettering(MY_NUMBER)

    @cached_property
    def face_key(self) -> RSAPrivateKey:
        """The chip's key of 券面事項確認AP."""
        return new_key()

    @cached_property
    def text_key(self) -> RSAPrivateKey:
        """The chip's key of 券面事項入力補助AP."""
        return new_key()

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
        holder = [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.COMMON_NAME, "KAZASHITEST00000000000000000000A"),
        ]
        begin, end = self._valid
        return (
            x509.CertificateBuilder()
            .issuer_name(self.authority.name)
            .subject_name(x509.Name(holder))
            .serial_number(serial)
            .not_valid_before(begin)
            .not_valid_after(end)
            .public_key(self.key.public_key())
            .add_extension(usage, critical=True)
            .add_extension(x509.CRLDistributionPoints([revocation]), critical=False)
            .sign(self.authority.key, hashes.SHA256())
            .public_bytes(Encoding.DER)
        )


def _moment(day: date, at: time) -> datetime:
    """A time of day in Japan."""
    return datetime.combine(day, at, _JAPAN).astimezone(UTC)
