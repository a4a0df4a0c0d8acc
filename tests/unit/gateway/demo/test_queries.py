"""The documents of the story: valid, one operation each, and never after a name or a free text."""

from pathlib import Path

import pytest
from graphql import FieldNode, OperationDefinitionNode, Visitor, build_schema, parse, validate, visit

from gateway.demo.queries import names, text

SCHEMA = Path(__file__).parents[3] / "schema.graphql"
PERSONAL = {"displayName", "about", "text", "locationText", "name"}
"""Fields of records that show a name or free text."""
NAMING = {"catalogue", "usage_report"}
"""Documents without records, whose ``name`` is that of a column or of a figure."""


def test_there_are_documents():
    assert "federated" in set(names())


@pytest.mark.parametrize("name", names())
def test_document_fits_the_schema(name):
    schema = build_schema(SCHEMA.read_text(encoding="utf-8"))

    assert validate(schema, parse(text(name))) == []


@pytest.mark.parametrize("name", names())
def test_document_holds_one_operation_and_says_what_it_is_for(name):
    document = parse(text(name))

    assert sum(isinstance(each, OperationDefinitionNode) for each in document.definitions) == 1
    assert text(name).startswith("# ")


class _Fields(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.found.add(node.name.value)


@pytest.mark.parametrize("name", [each for each in names() if each not in NAMING])
def test_no_document_selects_a_name_or_a_free_text(name):
    fields = _Fields()
    visit(parse(text(name)), fields)

    assert not fields.found & PERSONAL
