"""Keys of simulated cards: made once a run, and shared by pytest's workers.

Making one takes as long as a whole tap. An issuer's key is always new: with the key of another, one
issuer would be taken for the other. A test that needs persons with different keys, as for a copied
card, makes all of them itself.
"""

from collections.abc import Sequence
from functools import cache
from itertools import cycle, islice

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from kazashi.sim import person

AT_IMPORT = 4  # for the cards of test modules; then the first comes again
IN_TESTS = 9  # for the cards that tests make: three on one table have as many
_make = person.new_key


@cache
def made() -> list[bytes]:
    """New keys, for all workers."""
    how = Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    return [_make().private_bytes(*how) for _ in range(AT_IMPORT + IN_TESTS)]


class CardKeys:
    """Gives cards the keys of `made`; without them new ones, as they are needed."""

    def __init__(self, shared: Sequence[bytes] = ()) -> None:
        source = map(_loaded, shared) if shared else iter(_make, None)
        self._at_import = cycle(islice(source, AT_IMPORT))
        self._in_tests = cycle(islice(source, IN_TESTS))

    def for_modules(self) -> None:
        person.new_key = self._at_import.__next__

    def for_tests(self) -> None:
        person.new_key = self._in_tests.__next__


def _loaded(der: bytes):
    return load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
