"""One GraphQL operation from request to answer: the steps, in order, in ``Engine.execute``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import strawberry
from graphql import ExecutionResult, OperationDefinitionNode, OperationType, execute
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.api.context import Context, RecordAnswer
from gateway.api.cursors import CursorCodec
from gateway.api.documents import Document, DocumentRefusedError, Documents
from gateway.api.error_map import ErrorDocument, incident, of_coded, of_document, of_execution, of_problem
from gateway.api.errors import DocumentError, IntrospectionRefusedError, MethodNotAllowedError, VariablesInvalidError
from gateway.api.execution.gather import GatheredField, Gatherer, operation_digest
from gateway.api.execution.selection import Selection
from gateway.api.limits import Limits
from gateway.api.schema import graphql_schema
from gateway.api.wire import GraphQLRequest
from gateway.auth.errors import TokenExpiredError
from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.ports import Ports
from gateway.exchange.read.model import ReadCommand, ReadResult
from policies.errors import CodedError

_MOST_VARIABLE_ERRORS: Final = 20


class Read(Protocol):
    """The read path: all commands of one operation in one run and one commit."""

    async def __call__(
        self, ports: Ports, principal: Principal, commands: tuple[ReadCommand, ...]
    ) -> tuple[ReadResult, ...]:
        """One result per command, in their order.

        Raises:
            GatewayError: nothing of the operation can be read.
        """
        ...


class RefuseExpired(Protocol):
    """Puts on record that a genuine token came too late."""

    async def __call__(self, ports: Ports, principal: Principal, commands: tuple[ReadCommand, ...]) -> None:
        """Record the refusal of each command."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an operation gave."""

    data: Mapping[str, Any] | None = None
    errors: Sequence[ErrorDocument] = ()
    executed: bool = False
    """False: refused before execution, so the answer has no ``data`` at all."""

    def document(self) -> dict[str, Any]:
        """The answer as it is encoded: errors first, as the specification suggests."""
        document: dict[str, Any] = {"errors": list(self.errors)} if self.errors else {}
        if self.executed:
            document["data"] = self.data
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """How an engine treats its callers."""

    limits: Limits = field(default_factory=Limits)
    suggestions: bool = False
    """Whether errors may suggest names of the schema."""
    introspection_scope: str | None = Scope.PLATFORM_OPERATE
    """Scope that introspection needs; nothing: everybody may."""


class Engine:
    """Executes operations against one schema; holds no state of an operation."""

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        ports: Ports,
        read: Read,
        refuse_expired: RefuseExpired,
        cursors: CursorCodec,
        options: EngineOptions,
    ) -> None:
        """Make an engine.

        Args:
            schema: of ``gateway.api.schema.build_schema``.
            ports: what the use cases reach the world through.
            read: the read path.
            refuse_expired: records what a genuine but expired token asked for.
            cursors: seals and opens cursors.
            options: limits and openness.
        """
        self._schema = graphql_schema(schema)
        self._ports = ports
        self._read = read
        self._refuse_expired = refuse_expired
        self._cursors = cursors
        self._options = options
        self._documents = Documents(self._schema, options.limits, suggestions=options.suggestions)

    async def execute(
        self,
        request: GraphQLRequest,
        principal: Principal,
        *,
        allowed: frozenset[OperationType] = frozenset({OperationType.QUERY, OperationType.MUTATION}),
    ) -> Answer:
        """Execute one operation.

        Args:
            request: what was asked.
            principal: who asks.
            allowed: the kinds of operation that the transport allows.

        Raises:
            MethodNotAllowedError: the operation is of another kind.
        """
        try:
            document, operation = self._document(request, principal)
            if operation.operation not in allowed:
                raise MethodNotAllowedError("GET", ("POST",))
            variables = self._variables(request, operation)
            gathered = self._gather(request, principal, document, operation, variables)
        except DocumentRefusedError as refused:
            return Answer(errors=refused.errors)
        except DocumentError as error:
            return Answer(errors=[of_coded(error)])
        records = await self._records(principal, gathered)
        context = Context(
            ports=self._ports,
            principal=principal,
            cursors=self._cursors,
            limits=self._options.limits,
            records=records,
        )
        result = await self._complete(document, request, context)
        return Answer(data=result.data, errors=[*of_execution(result.errors or ()), *_problems(records)], executed=True)

    async def expired(self, request: GraphQLRequest, error: TokenExpiredError) -> None:
        """Record what a genuine but expired token asked to read; a request that could not be served records nothing."""
        try:
            document, operation = self._document(request, error.principal)
            variables = self._variables(request, operation)
            gathered = self._gather(request, error.principal, document, operation, variables)
        except (DocumentRefusedError, DocumentError):
            return
        commands = tuple(each.command for each in gathered if isinstance(each.command, ReadCommand))
        if commands:
            await self._refuse_expired(self._ports, error.principal, commands)

    def _document(self, request: GraphQLRequest, principal: Principal) -> tuple[Document, OperationDefinitionNode]:
        document = self._documents.get(request.query)
        scope = self._options.introspection_scope
        if document.introspects and scope is not None and scope not in principal.scopes:
            raise IntrospectionRefusedError(scope)
        return document, document.operation(request.operation_name)

    def _variables(self, request: GraphQLRequest, operation: OperationDefinitionNode) -> VariableValues:
        values = get_variable_values(
            self._schema,
            operation.variable_definitions or (),
            dict(request.variables),
            max_errors=_MOST_VARIABLE_ERRORS,
            hide_suggestions=not self._options.suggestions,
        )
        if isinstance(values, list):
            raise DocumentRefusedError(of_document(values, VariablesInvalidError.code))
        return values

    def _gather(
        self,
        request: GraphQLRequest,
        principal: Principal,
        document: Document,
        operation: OperationDefinitionNode,
        variables: VariableValues,
    ) -> tuple[GatheredField, ...]:
        gatherer = Gatherer(
            selection=Selection(schema=self._schema, document=document.root, operation=operation, variables=variables),
            party=principal.party,
            operation=operation_digest(document.digest, request.variables),
            limits=self._options.limits,
            cursors=self._cursors,
        )
        return gatherer.gather()

    async def _records(self, principal: Principal, gathered: tuple[GatheredField, ...]) -> Mapping[str, RecordAnswer]:
        """What each record field is answered with; one run of the read path for all of them."""
        answers = {
            each.key: RecordAnswer(outcome=each.command)
            for each in gathered
            if not isinstance(each.command, ReadCommand)
        }
        fields = [(each, each.command) for each in gathered if isinstance(each.command, ReadCommand)]
        if not fields:
            return answers
        outcomes: Sequence[ReadResult | CodedError]
        try:
            outcomes = await self._read(self._ports, principal, tuple(command for _, command in fields))
        except CodedError as error:
            outcomes = [error] * len(fields)
        except Exception as error:  # noqa: BLE001  # the error map: an unknown failure is logged and masked
            outcomes = [incident(error)] * len(fields)
        for (each, command), outcome in zip(fields, outcomes, strict=True):
            answers[each.key] = RecordAnswer(
                outcome=outcome, plan=each.plan, selected=command.columns, paged=command.after is not None
            )
        return answers

    async def _complete(self, document: Document, request: GraphQLRequest, context: Context) -> ExecutionResult:
        """Let the stock executor complete the answer."""
        result = execute(
            self._schema,
            document.root,
            context_value=context,
            variable_values=dict(request.variables),
            operation_name=request.operation_name,
            executor_class=StrawberryGraphQLCoreExecutionContext,
            hide_suggestions=not self._options.suggestions,
            operation_extensions={},
        )
        return result if isinstance(result, ExecutionResult) else await result


def _problems(records: Mapping[str, RecordAnswer]) -> list[ErrorDocument]:
    """One error per dataset that was refused or failed, at the field that asked."""
    return [
        of_problem(report.problem, key, report.dataset)
        for key, answer in records.items()
        if isinstance(answer.outcome, ReadResult)
        for report in answer.outcome.sources
        if report.problem is not None
    ]
