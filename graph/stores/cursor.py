"""Positions in a listing: opaque to the caller, and the same in every store because they name ids, not row numbers."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Final

from graph.provenance.errors import CursorInvalidError
from graph.provenance.model import Edge
from graph.provenance.pages import Direction
from graph.provenance.vocabulary import EdgeType

_TYPES: Final = frozenset(each.value for each in EdgeType)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgePosition:
    """Just after an edge: ``near`` is its end on the frontier, ``far`` the other."""

    near: str
    type: EdgeType
    far: str


def after_edge(edge: Edge, direction: Direction) -> str:
    """The position after an edge of a page."""
    near, far = (edge.source, edge.target) if direction is Direction.BACKWARD else (edge.target, edge.source)
    return _pack([direction.value, near, edge.type.value, far])


def edge_position(cursor: str, direction: Direction) -> EdgePosition:
    """The position behind ``EdgePage.after``.

    Raises:
        CursorInvalidError: it is not of a listing in this direction.
    """
    match _unpack(cursor):
        case [str(way), str(near), str(kind), str(far)] if way == direction.value and kind in _TYPES:
            return EdgePosition(near=near, type=EdgeType(kind), far=far)
        case _:
            raise CursorInvalidError


def after_node(node: str) -> str:
    """The position after a node of a page."""
    return _pack([node])


def node_position(cursor: str) -> str:
    """The id behind ``NodePage.after``.

    Raises:
        CursorInvalidError: it is not of a listing of nodes.
    """
    match _unpack(cursor):
        case [str(node)]:
            return node
        case _:
            raise CursorInvalidError


def _pack(parts: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, ensure_ascii=False).encode()).decode().rstrip("=")


def _unpack(cursor: str) -> object:
    try:
        return json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise CursorInvalidError from None
