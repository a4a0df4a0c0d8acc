"""Which fields an operation selects: fragments, aliases, ``@skip`` and ``@include`` resolved as the executor does."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    assert_object_type,
    get_named_type,
)
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetails,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """One response key of an object, and every node that contributes to it."""

    key: str
    name: str
    """Field name in the schema."""
    parent: GraphQLObjectType
    details: list[FieldDetails]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The selections of one operation with its variables."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    variables: VariableValues

    def roots(self) -> Iterator[Selected]:
        """The fields of a query's root; nothing for other operations."""
        query = self.schema.query_type
        if self.operation.operation is not OperationType.QUERY or query is None:
            return
        collected = collect_fields(self.schema, self._fragments(), self.variables, query, self.operation)
        yield from _selected(collected, query)

    def below(self, selected: Selected) -> Iterator[Selected]:
        """The fields selected of what a field gives, which must be of an object type."""
        kind = assert_object_type(get_named_type(selected.parent.fields[selected.name].type))
        collected = collect_subfields(
            self.schema, self._fragments(), self.variables, self.operation, kind, selected.details
        )
        yield from _selected(collected, kind)

    def _fragments(self) -> dict[str, FragmentDetails]:
        definitions = (each for each in self.document.definitions if isinstance(each, FragmentDefinitionNode))
        return {each.name.value: FragmentDetails(each) for each in definitions}


def _selected(collected: CollectedFields, parent: GraphQLObjectType) -> Iterator[Selected]:
    for key, details in collected.grouped_field_set.items():
        yield Selected(key=key, name=details[0].node.name.value, parent=parent, details=details)
