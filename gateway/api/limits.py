"""What one document may cost, found out before it is validated.

Two passes, each linear in the text. The first walks the tokens and stops at the first limit that is passed, so ten
thousand aliases cost as much as thirty. The second adds up what the document becomes once its fragments are spread; the
cost of each fragment is computed once, so nested fragments cannot multiply the work.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from typing import Final, Self

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.language import Lexer, Source, TokenKind

from gateway.api.errors import (
    QueryTooDeepError,
    QueryTooLargeError,
    QueryTooManyAliasesError,
    QueryTooManyDirectivesError,
    QueryTooManyRootFieldsError,
)
from gateway.settings import Settings

_NESTING: Final = 64
"""Brackets of any sort within each other; far below what a recursive parser can bear."""
_MANY: Final = 1_000_000
_OPENING: Final = (TokenKind.BRACE_L, TokenKind.BRACKET_L)
_CLOSING: Final = (TokenKind.BRACE_R, TokenKind.BRACKET_R)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one request."""

    body_bytes: int = 256 * 1024
    body_s: float = 30
    """Longest time that a body may take to arrive."""
    tokens: int = 4000
    depth: int = 15
    """Of fields within fields, and of fragments within fragments."""
    aliases: int = 30
    directives: int = 50
    root_fields: int = 20
    record_fields: int = 10
    fields: int = 2000
    """Selected fields once all fragments are spread."""
    page_rows: int = 1000
    """Largest ``first``."""
    json_depth: int = 32

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The bounds that the operator set."""
        return cls(
            body_bytes=settings.body_bytes,
            tokens=settings.query_tokens,
            depth=settings.query_depth,
            aliases=settings.query_aliases,
            record_fields=settings.query_record_fields,
            page_rows=settings.page_rows,
        )


def check_tokens(text: str, limits: Limits) -> None:
    """Refuse a document by its tokens alone.

    Raises:
        QueryLimitError: the first limit that is passed.
        GraphQLSyntaxError: a token is malformed.
    """
    lexer = Lexer(Source(text))
    seen: Counter[TokenKind] = Counter()
    aliases = 0
    while (kind := lexer.advance().kind) is not TokenKind.EOF:
        seen[kind] += 1
        open_parentheses = seen[TokenKind.PAREN_L] - seen[TokenKind.PAREN_R]
        # WHY: outside of parentheses a colon stands in an alias and nowhere else.
        aliases += kind is TokenKind.COLON and open_parentheses <= 0
        nesting = open_parentheses + sum(seen[each] for each in _OPENING) - sum(seen[each] for each in _CLOSING)
        if nesting > _NESTING:
            raise QueryTooDeepError("brackets", _NESTING)
        if aliases > limits.aliases:
            raise QueryTooManyAliasesError(limits.aliases)
        if seen[TokenKind.AT] > limits.directives:
            raise QueryTooManyDirectivesError(limits.directives)
        if seen.total() > limits.tokens:
            raise QueryTooLargeError("tokens", limits.tokens)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a selection comes to once its fragments are spread."""

    depth: int = 0
    spreads: int = 0
    """Depth of fragments within fragments."""
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    roots: int = 0
    """Fields of the selection itself, not of those below."""


def check_costs(document: DocumentNode, limits: Limits) -> None:
    """Refuse a parsed document by what its operations and fragments come to.

    Raises:
        QueryLimitError: the first limit that is passed.
    """
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    known: dict[str, Cost] = {}
    for name in fragments:
        _settle(name, fragments, known)
    operations = [
        _of_selection(each.selection_set, known)
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
    ]
    _check(_worst([*operations, *known.values()]), limits)
    if any(cost.roots > limits.root_fields for cost in operations):
        raise QueryTooManyRootFieldsError("root fields", limits.root_fields)


def _worst(costs: Sequence[Cost]) -> Cost:
    """The greatest of each."""
    return Cost(*(max((getattr(cost, each.name) for cost in costs), default=0) for each in dataclass_fields(Cost)))


def _check(cost: Cost, limits: Limits) -> None:
    if cost.spreads > limits.depth:
        raise QueryTooDeepError("fragments", limits.depth)
    if cost.depth > limits.depth:
        raise QueryTooDeepError("fields", limits.depth)
    if cost.aliases > limits.aliases:
        raise QueryTooManyAliasesError(limits.aliases)
    if cost.directives > limits.directives:
        raise QueryTooManyDirectivesError(limits.directives)
    if cost.fields > limits.fields:
        raise QueryTooLargeError("fields", limits.fields)


def _settle(first: str, fragments: Mapping[str, FragmentDefinitionNode], known: dict[str, Cost]) -> None:
    """Compute the cost of a fragment after that of all it spreads, without recursion.

    A fragment that spreads itself counts as nothing where the circle closes; validation refuses it later.
    """
    waiting = [first]
    open_: set[str] = set()
    while waiting:
        name = waiting[-1]
        if name in known:
            waiting.pop()
            continue
        selection = fragments[name].selection_set
        missing = [
            spread
            for spread in _spread_names(selection)
            if spread in fragments and spread not in known and spread not in open_
        ]
        if name not in open_ and missing:
            open_.add(name)
            waiting.extend(missing)
            continue
        waiting.pop()
        open_.discard(name)
        known[name] = _of_selection(selection, known)


def _spread_names(selection: SelectionSetNode) -> set[str]:
    names: set[str] = set()
    waiting = [selection]
    while waiting:
        for each in waiting.pop().selections:
            if isinstance(each, FragmentSpreadNode):
                names.add(each.name.value)
            elif (below := getattr(each, "selection_set", None)) is not None:
                waiting.append(below)
    return names


def _of_selection(selection: SelectionSetNode, known: dict[str, Cost]) -> Cost:
    depth = spreads = fields = aliases = directives = roots = 0
    for each in selection.selections:
        directives += len(each.directives or ())
        if isinstance(each, FieldNode):
            below = _of_selection(each.selection_set, known) if each.selection_set else Cost()
            roots += 1
            fields += 1 + below.fields
            aliases += (each.alias is not None) + below.aliases
            depth = max(depth, 1 + below.depth)
            spreads = max(spreads, below.spreads)
        else:
            named = isinstance(each, FragmentSpreadNode)
            below = (
                known.get(each.name.value, Cost())
                if isinstance(each, FragmentSpreadNode)
                else _of_selection(each.selection_set, known)  # type: ignore[attr-defined]  # the third kind is inline
            )
            roots += below.roots
            fields += below.fields
            aliases += below.aliases
            depth = max(depth, below.depth)
            spreads = max(spreads, below.spreads + named)
        directives += below.directives
    # WHY: sums of sums would become very large numbers; beyond this bound all are refused alike.
    return Cost(*(min(each, _MANY) for each in (depth, spreads, fields, aliases, directives, roots)))
