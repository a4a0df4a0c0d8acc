"""Documents that were parsed and found valid, kept by the hash of their text."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.language import BREAK, Visitor, VisitorAction
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from gateway.api.error_map import ErrorDocument, of_coded, of_document
from gateway.api.errors import (
    OperationNotFoundError,
    QueryInvalidError,
    QueryLimitError,
    QuerySyntaxError,
    SubscriptionUnsupportedError,
)
from gateway.api.limits import Limits, check_costs, check_tokens

# WHY: classes of this module, never made per request, so that nothing is compiled anew for each document.
_RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
_MOST_ERRORS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A valid document."""

    root: DocumentNode
    digest: str
    """SHA-256 of the text, in hexadecimal."""
    introspects: bool
    """True when it asks for ``__schema`` or ``__type``."""

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to execute.

        Raises:
            OperationNotFoundError: none has the name, or none was named and there are several.
        """
        operations = [each for each in self.root.definitions if isinstance(each, OperationDefinitionNode)]
        if name is not None:
            operations = [each for each in operations if each.name is not None and each.name.value == name]
        if len(operations) != 1:
            raise OperationNotFoundError(name)
        return operations[0]


class DocumentRefusedError(Exception):
    """The text is not a document that may be executed; ``errors`` say why, ready to be shown."""

    def __init__(self, errors: list[ErrorDocument]) -> None:
        super().__init__(errors)
        self.errors = errors


class Documents:
    """Parses, limits and validates; remembers what was valid, the least used going first."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        suggestions: bool = False,
        entries: int = 512,
        characters: int = 2_000_000,
    ) -> None:
        """Make an empty store.

        Args:
            schema: what documents must fit.
            limits: what one document may cost.
            suggestions: whether errors may suggest names of the schema.
            entries: how many documents are kept.
            characters: how long their texts may be together.
        """
        self._schema = schema
        self._limits = limits
        self._suggestions = suggestions
        self._entries = entries
        self._characters = characters
        self._kept: OrderedDict[str, tuple[int, Document]] = OrderedDict()
        self._held = 0

    def get(self, text: str) -> Document:
        """The document of a text.

        Raises:
            DocumentRefusedError: it is malformed, too costly or not valid.
        """
        digest = hashlib.sha256(text.encode()).hexdigest()
        known = self._kept.get(digest)
        if known is not None:
            self._kept.move_to_end(digest)
            return known[1]
        document = self._checked(text, digest)
        self._kept[digest] = (len(text), document)
        self._held += len(text)
        while len(self._kept) > self._entries or self._held > self._characters:
            _, (length, _) = self._kept.popitem(last=False)
            self._held -= length
        return document

    def _checked(self, text: str, digest: str) -> Document:
        try:
            check_tokens(text, self._limits)
            root = parse(text)
            check_costs(root, self._limits)
        except QueryLimitError as error:
            raise DocumentRefusedError([of_coded(error)]) from None
        except GraphQLError as error:
            raise DocumentRefusedError(of_document([error], QuerySyntaxError.code)) from None
        if any(
            isinstance(each, OperationDefinitionNode) and each.operation is OperationType.SUBSCRIPTION
            for each in root.definitions
        ):
            raise DocumentRefusedError([of_coded(SubscriptionUnsupportedError())])
        errors = validate(self._schema, root, _RULES, max_errors=_MOST_ERRORS, hide_suggestions=not self._suggestions)
        if errors:
            raise DocumentRefusedError(of_document(errors, QueryInvalidError.code))
        finder = _IntrospectionFinder()
        visit(root, finder)
        return Document(root=root, digest=digest, introspects=finder.found)


class _IntrospectionFinder(Visitor):
    """Whether a document asks for the schema; ``__typename`` does not count."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        if node.name.value in {"__schema", "__type"}:
            self.found = True
            return BREAK
        return None
