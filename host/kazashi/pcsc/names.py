"""pcsc:NAME, the URL of a PC/SC reader: its name, or a part of it that no other has."""

from kazashi.errors import PcscEmpty, PcscNotFound, SeveralReaders

SCHEME = "pcsc:"


def url_of(name: str) -> str:
    """The URL of the reader with this name."""
    return SCHEME + name


def chosen(url: str, names: list[str]) -> str:
    """The name that `url` means, in any case; without a name, the only reader.

    Raises:
        PcscEmpty: there is no reader.
        PcscNotFound: none has such a name.
        SeveralReaders: several have.
    """
    if not names:
        raise PcscEmpty
    wanted = url.removeprefix(SCHEME).casefold()
    exact = [name for name in names if name.casefold() == wanted]
    found = exact or [name for name in names if wanted in name.casefold()]
    if not found:
        raise PcscNotFound(url, [url_of(name) for name in names])
    if len(found) > 1:
        raise SeveralReaders([url_of(name) for name in found])
    return found[0]
