"""Insurance as the reception has it, paths to values, and as a file has it.

A path is XPath from ResultOfQualificationConfirmation: `InsurerNumber`,
`PublicExpenseResultList/MedicalTicketInfo[2]/TicketType`. The number is left out if there is one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from kazashi.oqs.errors import OqsUnwritable, Unwritten
from kazashi.oqs.result import ResultOfQualificationConfirmation
from kazashi.oqs.xml import Node

_NAME = "ResultOfQualificationConfirmation"
_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,99})(?:\[([1-9][0-9]{0,2})\])?")
_DEEPEST = 8

_Tree = dict[tuple[str, int], "str | _Tree"]


def insurance_of(result: ResultOfQualificationConfirmation) -> dict[str, str]:
    """Paths to values, as they stand in a file."""
    return dict(_paths(result.node(_NAME, _as_it_is), ""))


def result_of(insurance: Mapping[str, str]) -> ResultOfQualificationConfirmation:
    """As it is written in a file.

    Raises:
        OqsError: a path or a value has no place there.
    """
    tree: _Tree = {}
    for path, value in insurance.items():
        _plant(tree, path, value)
    return ResultOfQualificationConfirmation.read(Node(_NAME, nodes=_nodes(tree)))


def _as_it_is(_name: str, text: str) -> str:
    return text


def _paths(node: Node, above: str) -> Iterator[tuple[str, str]]:
    counted, seen = Counter(each.name for each in node.nodes), Counter[str]()
    for each in node.nodes:
        seen[each.name] += 1
        number = f"[{seen[each.name]}]" if counted[each.name] > 1 else ""
        path = f"{above}{each.name}{number}"
        if each.nodes:
            yield from _paths(each, f"{path}/")
        else:
            yield path, each.text


def _plant(tree: _Tree, path: object, value: object) -> None:
    """A centre is anybody's program: what it says is not checked for types."""
    steps = path.split("/") if isinstance(path, str) else []
    found = [_STEP.fullmatch(step) for step in steps]
    if not (found and all(found) and len(found) <= _DEEPEST and isinstance(value, str)):
        raise OqsUnwritable("ResultOfQualificationConfirmation", Unwritten.FORM)
    *above, last = [(step[1], int(step[2] or 1)) for step in found if step]
    for step in above:
        inside = tree.setdefault(step, {})
        if isinstance(inside, str):
            raise OqsUnwritable(step[0], Unwritten.FORM)
        tree = inside
    if last in tree:
        raise OqsUnwritable(last[0], Unwritten.FORM)
    tree[last] = value


def _nodes(tree: _Tree) -> tuple[Node, ...]:
    """Several of one name by their numbers, where the first of them stands."""
    first = {name: place for place, (name, _) in reversed(list(enumerate(tree)))}
    ordered = sorted(tree, key=lambda step: (first[step[0]], step[1]))
    return tuple(_node(name, tree[name, number]) for name, number in ordered)


def _node(name: str, inside: "str | _Tree") -> Node:
    if isinstance(inside, str):
        return Node(name, inside)
    return Node(name, nodes=_nodes(inside))
