"""JSON of what came of a visit, for `checkin --json` and other programs."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, cast

from kazashi.reception.japan import japan_time

UNTOLD: dict[str, object] = {"is_told": False}  # metadata of a field that stays out of it


def json_of(value: Any) -> Any:
    """A dataclass by the names of its fields, unless it has `to_json`.

    Empty text and bytes are null, bytes hexadecimal, times Japan's, codes of a standard by name.
    """
    if hasattr(value, "to_json"):
        return value.to_json()
    if is_dataclass(value):
        told = (each.name for each in fields(value) if each.metadata.get("is_told", True))
        return {name: json_of(getattr(value, name)) for name in told}
    match value:
        case "" | b"":
            return None
        case bytes():
            return value.hex()
        case datetime():
            return japan_time(value)
        case IntEnum():
            return value.name.lower()
        case tuple():
            return [json_of(each) for each in cast(tuple[object, ...], value)]
        case Mapping():
            return dict(cast(Mapping[str, object], value))
        case _:
            return value
