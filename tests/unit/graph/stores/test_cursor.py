import base64
import json

import pytest

from graph.provenance.errors import CursorInvalidError
from graph.provenance.pages import Direction
from graph.provenance.vocabulary import EdgeType
from graph.stores import cursor
from tests.testkit.graphs import an_edge


def _packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(("direction", "near", "far"), [(Direction.BACKWARD, "ü", "🜁"), (Direction.FORWARD, "🜁", "ü")])
def test_a_position_comes_back_as_it_was(direction: Direction, near: str, far: str) -> None:
    packed = cursor.after_edge(an_edge("ü", "🜁", EdgeType.COVERS), direction)

    position = cursor.edge_position(packed, direction)

    assert (position.near, position.type, position.far) == (near, EdgeType.COVERS, far)
    assert packed.isascii()
    assert cursor.node_position(cursor.after_node("ü")) == "ü"


@pytest.mark.parametrize(
    "forged",
    ["", "=", "%", "ü", "AAAA", _packed(["BACKWARD", "a", "EATS", "b"]), _packed(["BACKWARD", "a", "USED", 7]), "W10"],
)
def test_a_forged_position_is_refused(forged: str) -> None:
    with pytest.raises(CursorInvalidError):
        cursor.edge_position(forged, Direction.BACKWARD)
    with pytest.raises(CursorInvalidError):
        cursor.node_position(forged)
