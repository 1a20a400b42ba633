"""BER-TLV: data objects with tags of one or two bytes, and definite lengths.

Ref: ISO/IEC 8825-1 §8.1; ISO/IEC 7816-4 §5.2.2. DER is a subset of it.
"""

from kazashi.cards.errors import MalformedFile

_MORE_TAG_BYTES = 0x1F


def object_size(start: bytes) -> int | None:
    """Size of the data object at `start`, from its header; None: there is no header."""
    header = _header(start, 0)
    return None if header is None else header[1] + header[2]


class Record:
    """The data objects inside the single data object of a file. `name`: the name of the file.

    Raises:
        MalformedFile: `data` is no such object, or contains something else than data objects.
    """

    def __init__(self, data: bytes, tag: int, name: str) -> None:
        self._name = name
        header = _header(data, 0)
        if header is None or header[0] != tag or header[1] + header[2] != len(data):
            raise MalformedFile(name)
        self._data = data
        self._spans = _spans(data, header[1], name)

    def __contains__(self, tag: int) -> bool:
        return tag in self._spans

    def value(self, tag: int) -> bytes:
        """The value of the object with this tag."""
        _, start, end = self._span(tag)
        return self._data[start:end]

    def raw(self, *tags: int) -> bytes:
        """These objects with their headers, concatenated."""
        spans = [self._span(tag) for tag in tags]
        return b"".join(self._data[start:end] for start, _, end in spans)

    def before(self, tag: int) -> bytes:
        """All objects before this one."""
        first = next(iter(self._spans.values()))[0]
        return self._data[first : self._span(tag)[0]]

    def behind(self, tag: int) -> bytes:
        """All objects after this one."""
        return self._data[self._span(tag)[2] :]

    def _span(self, tag: int) -> tuple[int, int, int]:
        if tag not in self._spans:
            raise MalformedFile(self._name)
        return self._spans[tag]


def values(data: bytes, name: str) -> dict[int, bytes]:
    """The values of concatenated data objects, by tag.

    Raises:
        MalformedFile: `data` contains something else, or a tag twice.
    """
    return {tag: data[start:end] for tag, (_, start, end) in _spans(data, 0, name).items()}


def _spans(data: bytes, at: int, name: str) -> dict[int, tuple[int, int, int]]:
    """Offsets by tag: of the object's header, of its value, and of the next object."""
    spans: dict[int, tuple[int, int, int]] = {}
    while at < len(data):
        header = _header(data, at)
        if header is None or header[0] in spans:
            raise MalformedFile(name)
        tag, width, size = header
        if at + width + size > len(data):
            raise MalformedFile(name)
        spans[tag] = at, at + width, at + width + size
        at += width + size
    return spans


def _header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Tag, size of the header, and size of the value."""
    width = 2 if data[at : at + 1] and data[at] & _MORE_TAG_BYTES == _MORE_TAG_BYTES else 1
    tag, rest = data[at : at + width], data[at + width : at + width + 3]
    if len(tag) < width or (width == 2 and tag[1] & 0x80):
        return None
    number = int.from_bytes(tag, "big")
    if rest[:1] and rest[0] < 0x80:
        return number, width + 1, rest[0]
    if len(rest) >= 2 and rest[0] == 0x81:
        return number, width + 2, rest[1]
    if len(rest) == 3 and rest[0] == 0x82:
        return number, width + 3, int.from_bytes(rest[1:], "big")
    return None
