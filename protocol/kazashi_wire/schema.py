"""Declare a message once: dataclass field = construct type = struct format.

A message is a subclass of `Message`; each field carries its construct type. The base class makes it
a frozen dataclass and makes the construct Struct that builds it. The same layout as a struct format
parses it, many times as fast; tests/protocol/test_schema.py compares the two.

The other side of the wire has only `struct`, so fields are limited to what `struct` can say:
big-endian integers, ``Bytes(n)`` and one trailing ``GreedyBytes``.
"""

import struct
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self, cast, dataclass_transform

from construct import Bytes, Construct, ConstructError, FormatField, GreedyBytes, Struct, Terminated

_SUBCON = "construct"


class MalformedMessage(Exception):
    """The bytes are no valid message of this kind: wrong revision, or noise on the line."""


def wire(subcon: "Construct[Any, Any]") -> Any:
    """Declare a field of a `Message` with its construct type on the wire."""
    return field(metadata={_SUBCON: subcon})


def struct_code(subcon: "Construct[Any, Any]") -> str:
    """The `struct` code of one fixed field: ``B``, ``H``, ``12s`` …

    Raises:
        TypeError: `struct` has no code for it.
    """
    if (
        isinstance(subcon, FormatField)
        and subcon.fmtstr[0] == ">"
        and subcon.fmtstr[1:] in "BHLbhl"
    ):
        return subcon.fmtstr[1:]
    if isinstance(subcon, Bytes) and isinstance(subcon.length, int):
        return f"{subcon.length}s"
    raise TypeError(
        f"{subcon!r} cannot stand on the wire: use Int8ub to Int32ub, Bytes(n), GreedyBytes"
    )


@dataclass_transform(frozen_default=True, field_specifiers=(wire,))
class Message:
    """One message of the wire. Subclasses give `kind` and their fields.

    Raises:
        TypeError: at import, if a field has a type that `struct` cannot express,
            or an open-ended field is not the last.
    """

    kind: ClassVar[int]
    format: ClassVar[str]  # of the fixed fields, for `struct`
    is_open_ended: ClassVar[bool]  # bytes without end follow them
    _struct: ClassVar[Struct]
    _fixed: ClassVar[struct.Struct]
    _names: ClassVar[list[str]]

    def __init_subclass__(cls, *, kind: int) -> None:
        dataclass(frozen=True)(cls)
        cls.kind = kind
        cls._names = [f.name for f in fields(cast(Any, cls))]
        subcons = {f.name: f.metadata[_SUBCON] for f in fields(cast(Any, cls))}
        fixed = [subcon for subcon in subcons.values() if subcon is not GreedyBytes]
        cls.is_open_ended = bool(subcons) and list(subcons.values())[-1] is GreedyBytes
        if len(fixed) + cls.is_open_ended != len(subcons):
            raise TypeError(f"{cls.__name__}: GreedyBytes may only be the last field")
        cls.format = ">" + "".join(map(struct_code, fixed))
        cls._fixed = struct.Struct(cls.format)
        cls._struct = Struct(*(name / subcon for name, subcon in subcons.items()), Terminated)

    @classmethod
    def field_names(cls) -> list[str]:
        """The fields, in their order on the wire."""
        return [*cls._names]

    def build(self) -> bytes:
        """The payload of a frame.

        Raises:
            ValueError: a value does not fit its field.
        """
        try:
            return self._struct.build({name: getattr(self, name) for name in self._names})
        except ConstructError as error:
            raise ValueError(f"{type(self).__name__}: {error}") from error

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """The message that `payload` holds.

        Raises:
            MalformedMessage: it is shorter or longer than such a message.
        """
        size = cls._fixed.size
        if len(payload) < size or (len(payload) > size and not cls.is_open_ended):
            raise MalformedMessage(f"{len(payload)} bytes are no {cls.__name__}")
        values = [*cls._fixed.unpack_from(payload)]
        if cls.is_open_ended:
            values.append(bytes(payload[size:]))
        return cls(*values)
