"""An answer as the reception has it, paths to values, and as a file has it.

Of an insurance, a path is XPath from ResultOfQualificationConfirmation: `InsurerNumber`,
`PublicExpenseResultList/MedicalTicketInfo[2]/TicketType`. The number is left out if there is one.
Of the rest of the answer, it begins at XmlMsg: `MessageBody/ProcessingResultCode`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from kazashi.oqs.errors import OqsUnwritable, Unwritten
from kazashi.oqs.layout import Element
from kazashi.oqs.message import ROOT, MessageBody, MessageHeader, XmlMsg
from kazashi.oqs.result import ResultOfQualificationConfirmation
from kazashi.oqs.xml import Node

_RESULT = "ResultOfQualificationConfirmation"
_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,99})(?:\[([1-9][0-9]{0,2})\])?")
_DEEPEST = 8

_Tree = dict[tuple[str, int], "str | _Tree"]


def insurance_of(result: ResultOfQualificationConfirmation) -> dict[str, str]:
    """Paths to values, as they stand in a file."""
    return _told(result, _RESULT)


def result_of(insurance: Mapping[str, str]) -> ResultOfQualificationConfirmation:
    """As it is written in a file.

    Raises:
        OqsError: a path or a value has no place there.
    """
    return ResultOfQualificationConfirmation.read(_grown(insurance, _RESULT))


def rest_of(answer: XmlMsg) -> dict[str, str]:
    """All but the insurances."""
    body = answer.message_body
    return _told(replace(answer, message_body=body and replace(body, result_list=None)), ROOT)


def answer_of(rest: Mapping[str, str]) -> tuple[MessageHeader, MessageBody]:
    """As it is written in a file; empty if nothing is known of it.

    Raises:
        OqsError: a path or a value has no place there.
    """
    message = XmlMsg.read(_grown(rest, ROOT)) if rest else XmlMsg(message_header=MessageHeader())
    return message.message_header, message.message_body or MessageBody()


def _told(element: Element, name: str) -> dict[str, str]:
    return dict(_paths(element.node(name, _as_it_is), ""))


def _grown(paths: Mapping[str, str], name: str) -> Node:
    tree: _Tree = {}
    for path, value in paths.items():
        _plant(tree, path, value)
    return Node(name, nodes=_nodes(tree))


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
        raise OqsUnwritable(_RESULT, Unwritten.FORM)
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
