"""The schema keeps its conventions: all described, connections and payloads of one shape, names of one spelling."""

import re
from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_specified_directive,
    is_specified_scalar_type,
)

from gateway.api.schema import build_schema, graphql_schema

FIELDS = GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return graphql_schema(build_schema())


def elements(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Coordinate and description of every element that is ours."""
    for name, kind in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{name}.{value}", each.description) for value, each in kind.values.items())
        if isinstance(kind, FIELDS):
            for field_name, field in kind.fields.items():
                yield f"{name}.{field_name}", field.description
                for argument, each in getattr(field, "args", {}).items():
                    yield f"{name}.{field_name}({argument}:)", each.description
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description


def test_every_element_is_described(schema: GraphQLSchema) -> None:
    bare = [name for name, description in elements(schema) if not (description or "").strip()]

    assert bare == []


def test_descriptions_are_sentences(schema: GraphQLSchema) -> None:
    loose = [name for name, text in elements(schema) if text and not re.search(r"[.`)]$", text.strip())]

    assert loose == []


def test_names_are_written_one_way(schema: GraphQLSchema) -> None:
    wrong = []
    for name, kind in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
            wrong.append(name)
        if isinstance(kind, FIELDS):
            wrong += [f"{name}.{field}" for field in kind.fields if not re.fullmatch(r"[a-z][A-Za-z0-9]*", field)]
        if isinstance(kind, GraphQLEnumType):
            wrong += [f"{name}.{value}" for value in kind.values if not re.fullmatch(r"[A-Z][A-Z0-9_]*", value)]
    wrong += [name for name, _ in elements(schema) if re.search(r"[Ll]icense(?!d\b|e)", name)]

    assert wrong == []


def test_connections_have_edges_nodes_and_a_page(schema: GraphQLSchema) -> None:
    connections = [kind for name, kind in schema.type_map.items() if name.endswith("Connection")]

    assert len(connections) == 20
    for kind in connections:
        assert isinstance(kind, GraphQLObjectType)
        assert {"edges", "nodes", "pageInfo"} <= set(kind.fields)
        assert isinstance(kind.fields["pageInfo"].type, GraphQLNonNull)


def test_every_list_of_the_root_is_bounded(schema: GraphQLSchema) -> None:
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        assert not isinstance(field.type, GraphQLList), name
        if str(field.type).endswith("Connection"):
            assert {"first", "after"} <= set(field.args), name


def test_root_fields_are_nullable(schema: GraphQLSchema) -> None:
    for root in (schema.query_type, schema.mutation_type):
        assert root is not None
        assert [name for name, field in root.fields.items() if isinstance(field.type, GraphQLNonNull)] == []


def test_columns_of_records_are_nullable(schema: GraphQLSchema) -> None:
    for name in ("Rating", "Profile", "Utterance"):
        kind = schema.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        required = {field for field, each in kind.fields.items() if isinstance(each.type, GraphQLNonNull)}
        assert required == {"id", "dataset", "licence"}


def test_mutations_take_one_input_and_give_mistakes_and_the_query(schema: GraphQLSchema) -> None:
    assert schema.mutation_type is not None
    assert len(schema.mutation_type.fields) == 28
    for name, field in schema.mutation_type.fields.items():
        title = name[0].upper() + name[1:]
        payload = get_named_type(field.type)
        assert isinstance(payload, GraphQLObjectType)
        assert payload.name == f"{title}Payload"
        assert str(payload.fields["userErrors"].type) == "[UserError!]!"
        assert str(payload.fields["query"].type) == "Query!"
        results = set(payload.fields) - {"userErrors", "query"}
        assert not any(isinstance(payload.fields[each].type, GraphQLNonNull) for each in results), name
        assert {each: str(argument.type) for each, argument in field.args.items()} == {"input": f"{title}Input!"}
        given = get_named_type(field.args["input"].type)
        assert isinstance(given, GraphQLInputObjectType)
        assert "idempotencyKey" in given.fields


def test_enum_values_are_unique_over_records_and_conditions_are_the_same_for_all(schema: GraphQLSchema) -> None:
    conditions = {"eq", "in", "lt", "lte", "gt", "gte", "isNull"}
    for name in ("TextFilter", "DateTimeFilter", "DecimalFilter", "BigIntFilter"):
        kind = schema.type_map[name]
        assert isinstance(kind, GraphQLInputObjectType)
        assert set(kind.fields) == conditions
