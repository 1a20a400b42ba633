"""Hostile certificates: what they raise is our own error, wherever it is used, in bounded time."""

import io
import tracemalloc
import warnings
from time import process_time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from rich.console import Console
from typer.testing import CliRunner

from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import MalformedFile, NotGenuine
from kazashi.cli import app, show
from kazashi.reception.anchors import Anchors
from kazashi.reception.japan import japan_today, utc_now
from kazashi.reception.validity import last_day, validity
from kazashi.sim.authority import shared_authority
from kazashi.sim.person import Person
from mutations import Object, mutated, objects
from seeds import many_seeds

PERSON = Person(1600)
AUTHORITY = shared_authority()
ANCHORS = Anchors.of([AUTHORITY.certificate], is_test=True)
VERSION_3 = bytes.fromhex("a003020102")  # before the serial number
COMMON_NAME = bytes.fromhex("0603550403")  # its OID, before the value


def with_common_name_as_bits(der):
    """The library reads such a name, and raises TypeError when it is printed."""
    forged = bytearray(der)
    at = forged.find(COMMON_NAME) + len(COMMON_NAME)
    forged[at], forged[at + 2] = 0x03, 0x00
    return bytes(forged)


def signed_anew(der, change):
    """`der` with a changed body, and the authority's signature over it."""
    (whole,) = objects(der)
    body, how, _ = whole.parts
    changed = change(body.encoded())
    signature = AUTHORITY.key.sign(changed, padding.PKCS1v15(), hashes.SHA256())
    fields = changed + how.encoded() + Object(0x03, b"\0" + signature, None).encoded()
    return Object(0x30, fields, None).encoded()


def use(der):
    """All that the project does with a certificate."""
    certificate = Certificate.parse(der)
    assert repr(certificate)
    assert certificate.pem
    show.show_facts(Console(file=io.StringIO()), show.certificate_facts(certificate))
    certificate.verifies(bytes(256), b"message")
    today = japan_today(utc_now())
    for is_phone in (True, False):
        assert validity(certificate, today, is_phone=is_phone)
    assert last_day(certificate)
    return ANCHORS.trusts(certificate)


def test_the_good_one_is_trusted_also_when_it_is_signed_anew():
    assert use(PERSON.certificate)
    assert use(signed_anew(PERSON.certificate, lambda body: body))


def test_a_name_that_the_library_reads_and_cannot_print_is_malformed():
    with pytest.raises(MalformedFile) as malformed:
        Certificate.parse(with_common_name_as_bits(PERSON.certificate))
    assert isinstance(malformed.value.__cause__, TypeError)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_serial_number_that_is_not_positive_is_malformed():
    forged = bytearray(PERSON.certificate)
    forged[forged.index(VERSION_3) + len(VERSION_3) + 2] |= 0x80
    with pytest.raises(MalformedFile):
        Certificate.parse(bytes(forged))


def test_reading_one_leaves_the_filters_of_warnings_alone(monkeypatch):
    """They are the whole process': other threads would meet another one, or keep it."""
    seen, load = [], x509.load_der_x509_certificate

    def noted(der):
        seen.append(warnings.filters)
        return load(der)

    monkeypatch.setattr(x509, "load_der_x509_certificate", noted)
    Certificate.parse(PERSON.certificate)
    assert seen[0] is warnings.filters


def test_kazashi_read_says_so_in_one_line(monkeypatch):
    real = Person._issue_certificate
    monkeypatch.setattr(
        Person,
        "_issue_certificate",
        lambda self, size: with_common_name_as_bits(real(self, size)),
    )
    done = CliRunner().invoke(app, ["read", "--reader", "sim:?speed=20&tap=0"])
    assert isinstance(done.exception, MalformedFile | SystemExit), done.exception
    assert done.exit_code != 0


@many_seeds(2000)
def test_no_changed_certificate_raises_anything_but_our_errors(seed):
    try:
        use(mutated(seed, PERSON.certificate))
    except (MalformedFile, NotGenuine):
        pass


@many_seeds(2000)
def test_none_that_the_authority_has_signed_does_either(seed):
    try:
        use(signed_anew(PERSON.certificate, lambda body: mutated(seed, body)))
    except (MalformedFile, NotGenuine):
        pass


@pytest.mark.parametrize(
    "good", [AUTHORITY.certificate, PERSON.certificate], ids=["its", "a card's"]
)
@many_seeds(250)
def test_no_file_of_an_authority_raises_anything_but_a_value_error(seed, good):
    try:
        Anchors.of([mutated(seed, good)], is_test=True)
    except ValueError:
        pass


@pytest.mark.parametrize("size", [0x2000, 0x7000])
@pytest.mark.parametrize("at", ["name", "key", "exponent"])
def test_a_huge_name_or_key_takes_little_time_and_memory(size, at):
    def enlarge(body):
        (whole,) = objects(body)
        holder, key = whole.parts[5], whole.parts[6]
        if at == "name":
            holder.parts *= size // len(holder.parts[1].encoded()) // 2
        else:
            numbers = key.parts[1].parts[0].parts
            numbers[0].content = b"\x7f" + b"\xff" * (size // 2)
            if at == "exponent":
                numbers[1].content = b"\x7f" + b"\xff" * (size // 2 - 2)
        return whole.encoded()

    der = signed_anew(PERSON.certificate, enlarge)
    assert len(der) < 0x8000
    tracemalloc.start()
    began = process_time()
    try:
        use(der)
    except (MalformedFile, NotGenuine):
        pass
    assert process_time() - began < 2
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()


class Signal(BaseException):
    """As the entry point of the program raises it."""


@pytest.mark.parametrize("data", [b"0", b"-----BEGIN"])
def test_a_signal_while_a_certificate_is_read_is_no_fault_of_it(monkeypatch, data):
    def arrive(_):
        raise Signal

    monkeypatch.setattr(x509, "load_der_x509_certificate", arrive)
    monkeypatch.setattr(x509, "load_pem_x509_certificates", arrive)
    with pytest.raises(Signal):
        Certificate.parse_all(data)
