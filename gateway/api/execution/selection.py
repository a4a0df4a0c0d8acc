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
    get_named_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
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
        fragments = {
            each.name.value: FragmentDetails(each)
            for each in self.document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        collected = collect_fields(self.schema, fragments, self.variables, query, self.operation)
        for key, details in collected.grouped_field_set.items():
            yield Selected(key=key, name=details[0].node.name.value, parent=query, details=details)

    def below(self, selected: Selected) -> Iterator[Selected]:
        """The fields selected of what a field gives, when that is an object type."""
        name = selected.name
        if name.startswith("__"):
            return
        kind = get_named_type(selected.parent.fields[name].type)
        if not isinstance(kind, GraphQLObjectType):
            return
        fragments = {
            each.name.value: FragmentDetails(each)
            for each in self.document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        collected = collect_subfields(self.schema, fragments, self.variables, self.operation, kind, selected.details)
        for key, details in collected.grouped_field_set.items():
            yield Selected(key=key, name=details[0].node.name.value, parent=kind, details=details)
