"""Text to nodes and back, by lxml: no entities, no DTD, no network, no attributes.

Order is kept. Comments and processing instructions are dropped.
"""

from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as LxmlElement  # pyright: ignore[reportPrivateUsage]: its only name

from kazashi.oqs.errors import OqsUnreadable, OqsUnwritable, Unread, Unwritten

_DOCTYPE = "<!DOCTYPE"


class Node(NamedTuple):
    """An element: its text, or what stands in it."""

    name: str
    text: str = ""
    nodes: "tuple[Node, ...]" = ()


def parse(text: str) -> Node:
    """The root.

    Raises:
        OqsUnreadable: it is no XML, or has a DTD.
    """
    if _DOCTYPE in text:
        raise OqsUnreadable(Unread.DOCTYPE)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return _node(etree.fromstring(text.encode(), parser))
    except (etree.XMLSyntaxError, ValueError):
        raise OqsUnreadable(Unread.NOT_XML) from None


def written(node: Node) -> str:
    """XML of `node`, indented, without a declaration.

    Raises:
        OqsUnwritable: a name that no element can have.
    """
    root = _element(node)
    etree.indent(root, "    ")
    return etree.tostring(root, encoding="unicode") + "\n"


def _node(element: LxmlElement) -> Node:
    """Blank text between elements is layout; other text there is no file of ours.

    Raises ValueError: an entity that is not resolved has no name.
    """
    if not isinstance(element.tag, str):
        raise ValueError("no element")
    nodes = tuple(_node(each) for each in element)
    text = (element.text or "") + "".join(each.tail or "" for each in element)
    if nodes and text.strip():
        raise OqsUnreadable(Unread.MISPLACED, element.tag)
    return Node(element.tag, "" if nodes else text, nodes)


def _element(node: Node) -> LxmlElement:
    try:
        element = etree.Element(node.name)
    except ValueError:
        raise OqsUnwritable("", Unwritten.FORM) from None
    element.extend(_element(each) for each in node.nodes)
    if node.text:
        element.text = node.text
    return element
