"""From when to when a certificate file is valid: PKCS#12 (RFC 7292), PEM or DER."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import pkcs12

from kazashi.reception.secret_file import OpenToOthers, secret_in
from kazashi.reception.settings import content

_MOST = 1_000_000  # bytes: a PKCS#12 with its chain has some 10 kB


@unique
class Trouble(StrEnum):
    """Why the dates of a certificate are not known. The values are keys of its words."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    NO_CERTIFICATE = "no-certificate"  # PEM or PKCS#12 that holds none
    WRONG_FORMAT = "wrong-format"
    UNSUPPORTED = "unsupported"  # a cipher that OpenSSL no longer knows
    PASSWORD_NEEDED = "password-needed"
    PASSWORD_WRONG = "password-wrong"
    PASSWORD_MISSING = "password-missing"
    PASSWORD_UNREADABLE = "password-unreadable"
    PASSWORD_OPEN = "password-open"  # to other users of this computer


class NotKnown(Exception):
    """The dates of a certificate are not known."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Lifetime:
    """Of a certificate; of a PEM chain, the time in which all of it is valid."""

    begin: datetime
    end: datetime


def lifetime_of(path: Path, password: Path | None) -> Lifetime:
    """`password`: a file of mode 0600; None: there is none.

    Raises:
        NotKnown: the file, or that of the password, cannot be used.
    """
    data = _bytes_of(path)
    if _is_pem(data):
        return _common(_of_pem(data))
    try:
        return _common([x509.load_der_x509_certificate(data)])
    except ValueError:
        return _common(_of_pkcs12(data, _password_of(password)))


def pem_lifetime_of(path: Path) -> Lifetime:
    """Of a PEM file: a server takes nothing else. Raises NotKnown."""
    data = _bytes_of(path)
    if not _is_pem(data):
        raise NotKnown(Trouble.WRONG_FORMAT)
    return _common(_of_pem(data))


def _is_pem(data: bytes) -> bool:
    return b"-----BEGIN " in data


def _of_pem(data: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN CERTIFICATE-----" not in data:
        raise NotKnown(Trouble.NO_CERTIFICATE)
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise NotKnown(Trouble.WRONG_FORMAT) from error


def _of_pkcs12(data: bytes, password: bytes | None) -> list[x509.Certificate]:
    try:
        found = pkcs12.load_pkcs12(data, password)
    except UnsupportedAlgorithm as error:
        raise NotKnown(Trouble.UNSUPPORTED) from error
    except ValueError as error:
        if "password" not in str(error):  # "Invalid password or PKCS12 data"
            raise NotKnown(Trouble.WRONG_FORMAT) from error
        wrong = Trouble.PASSWORD_WRONG if password is not None else Trouble.PASSWORD_NEEDED
        raise NotKnown(wrong) from error
    # Without a key in it, no certificate is the key's.
    those = [found.cert] if found.cert else found.additional_certs
    if not those:
        raise NotKnown(Trouble.NO_CERTIFICATE)
    return [each.certificate for each in those]


def _common(found: list[x509.Certificate]) -> Lifetime:
    try:
        begins, ends = zip(
            *((each.not_valid_before_utc, each.not_valid_after_utc) for each in found), strict=True
        )
    except ValueError as error:  # dates that no calendar has
        raise NotKnown(Trouble.WRONG_FORMAT) from error
    return Lifetime(max(begins), min(ends))


def _password_of(path: Path | None) -> bytes | None:
    """In UTF-8 without a byte order mark. `load_pkcs12` takes no other text, and no zero byte."""
    try:
        password = secret_in(path, _MOST).decode("utf-8-sig") if path else None
    except FileNotFoundError as error:
        raise NotKnown(Trouble.PASSWORD_MISSING) from error
    except OpenToOthers as error:
        raise NotKnown(Trouble.PASSWORD_OPEN) from error
    except OSError as error:
        raise NotKnown(Trouble.PASSWORD_UNREADABLE) from error
    except UnicodeDecodeError as error:
        raise NotKnown(Trouble.PASSWORD_WRONG) from error
    if password and "\0" in password:
        raise NotKnown(Trouble.PASSWORD_WRONG)
    return None if password is None else password.encode()


def _bytes_of(path: Path) -> bytes:
    try:
        return content(path, _MOST)
    except FileNotFoundError as error:
        raise NotKnown(Trouble.MISSING) from error
    except OSError as error:
        raise NotKnown(Trouble.UNREADABLE) from error
