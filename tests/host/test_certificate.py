"""Certificates: what a hostile one raises is our own error, and nothing else."""

import pytest

from kazashi.cards.certificate import Certificate
from kazashi.errors import MalformedFile
from kazashi.sim.person import Person

PERSON = Person(1600)
COMMON_NAME = bytes.fromhex("0603550403")  # its OID, before the value


def with_common_name_as_bits():
    """The name as a BIT STRING: the library reads it, and raises TypeError when it is printed."""
    forged = bytearray(PERSON.certificate)
    at = forged.find(COMMON_NAME) + len(COMMON_NAME)
    forged[at], forged[at + 2] = 0x03, 0x00
    return bytes(forged)


def test_a_name_that_the_library_reads_and_cannot_print_is_malformed():
    with pytest.raises(MalformedFile) as malformed:
        Certificate.parse(with_common_name_as_bits())
    assert isinstance(malformed.value.__cause__, TypeError)
