"""A declaration of elements that both reads and writes them.

A subclass of `Element` is a frozen dataclass. Each field is an element in it, in the order in which
they are written; any order is read. Its name is that of the field: `sex1` is Sex1, `name_kana` is
NameKana. Empty elements are left out.

What a layout newer than ours has is kept as it is, in `others`, and written last.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import (
    Annotated,
    Any,
    NamedTuple,
    Self,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from kazashi.oqs.errors import OqsUnreadable, Unread
from kazashi.oqs.xml import Node

Fit = Callable[[str, str], str]  # a text of an element, by its name, as it can be written


class Text(NamedTuple):
    """Of a field that is a text: `most` characters, and other names under which it is read."""

    most: int
    spellings: tuple[str, ...] = ()


Text1 = Annotated[str, Text(1)]
Text2 = Annotated[str, Text(2)]
Text3 = Annotated[str, Text(3)]
Text6 = Annotated[str, Text(6)]
Text8 = Annotated[str, Text(8)]
Text10 = Annotated[str, Text(10)]
Text14 = Annotated[str, Text(14)]
Text20 = Annotated[str, Text(20)]
Text50 = Annotated[str, Text(50)]
Text100 = Annotated[str, Text(100)]
Text400 = Annotated[str, Text(400)]


class Slot(NamedTuple):
    """What a field is. `kind`: of elements in it; None: text."""

    field: str
    name: str
    text: Text
    kind: "type[Element] | None" = None
    is_list: bool = False


@dataclass_transform(kw_only_default=True, frozen_default=True)
@dataclass(frozen=True, kw_only=True, repr=False)
class Element:
    """Base. It has no repr of its values: they are people's."""

    others: tuple[Node, ...] = ()

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, kw_only=True, repr=False)(cls)

    @classmethod
    def read(cls, node: Node) -> Self:
        """Raises OqsUnreadable: an element is missing, there twice, or is text and should not."""
        if node.text.strip():
            raise OqsUnreadable(Unread.MISPLACED, node.name)
        values: dict[str, Any] = {}
        lists: dict[str, list[object]] = {}
        others: list[Node] = []
        for each in node.nodes:
            slot = by_name(cls).get(each.name)
            if slot is None:
                others.append(each)
            elif slot.is_list:
                lists.setdefault(slot.field, []).append(_value(slot, each))
            elif slot.field in values:
                raise OqsUnreadable(Unread.TWICE, slot.name)
            else:
                values[slot.field] = _value(slot, each)
        for each in fields(cls):
            if each.default is MISSING and each.name not in values:
                raise OqsUnreadable(Unread.MISSING, node.name)
        values |= {field: tuple(each) for field, each in lists.items()}
        return cls(**values, others=tuple(others))

    def node(self, name: str, fit: Fit) -> Node:
        """As it is written, under this name. Raises what `fit` raises."""
        return Node(name, nodes=(*self._nodes(fit), *(_fitted(each, fit) for each in self.others)))

    def _nodes(self, fit: Fit) -> Iterator[Node]:
        for slot in slots(type(self)):
            value = getattr(self, slot.field)
            if slot.kind is None:
                if value:
                    yield Node(slot.name, fit(slot.name, value))
                continue
            for each in value if slot.is_list else filter(None, [value]):
                yield each.node(slot.name, fit)

    def misfits(self) -> Iterator[str]:
        """Names of elements whose text is longer than the layout has it."""
        for slot in slots(type(self)):
            value = getattr(self, slot.field)
            if slot.kind is None:
                if len(value) > slot.text.most:
                    yield slot.name
                continue
            for each in value if slot.is_list else filter(None, [value]):
                yield from each.misfits()


@cache
def slots(kind: type[Element]) -> tuple[Slot, ...]:
    """In the order of the layout."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(_slot(name, hint) for name, hint in hints.items() if name != "others")


@cache
def by_name(kind: type[Element]) -> Mapping[str, Slot]:
    """All names under which an element is read."""
    return {name: slot for slot in slots(kind) for name in (slot.name, *slot.text.spellings)}


def _slot(name: str, hint: Any) -> Slot:
    """A text, an element, one that may be missing (`X | None`), or several (`tuple[X, ...]`)."""
    element = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    if get_origin(hint) is Annotated:
        return Slot(name, element, get_args(hint)[1])
    kind, *_ = get_args(hint) or (hint,)
    return Slot(name, element, Text(0), kind, is_list=get_origin(hint) is tuple)


def _value(slot: Slot, node: Node) -> object:
    if slot.kind is not None:
        return slot.kind.read(node)
    if node.nodes:
        raise OqsUnreadable(Unread.MISPLACED, node.name)
    return node.text


def _fitted(node: Node, fit: Fit) -> Node:
    return Node(
        node.name, fit(node.name, node.text), tuple(_fitted(each, fit) for each in node.nodes)
    )
