"""A GraphQL endpoint over a read path that answers from memory, so that the surface can be tested alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import httpx2
import pyarrow as pa
from starlette.applications import Starlette
from starlette.routing import Route

from connectors.kinds import column
from gateway.api.cursors import CursorCodec
from gateway.api.execution.engine import Engine, EngineOptions
from gateway.api.http import GraphQLEndpoint
from gateway.api.limits import Limits
from gateway.api.schema import build_schema
from gateway.auth.errors import TokenExpiredError, TokenFault, UnauthenticatedError
from gateway.auth.principal import Principal
from gateway.auth.scopes import SCOPES_OF, Scope
from gateway.exchange.ports import Ports
from gateway.exchange.read.model import (
    DATASET,
    ID,
    LICENCE,
    Position,
    Problem,
    ReadCommand,
    ReadResult,
    SourceReport,
    SourceStatus,
    Stage,
)
from graph.journal.events import PartyKind
from graph.journal.receipt import Receipt
from tests.testkit.clock import NOON

URL = "https://gateway.example"
METADATA_URL = f"{URL}/.well-known/oauth-protected-resource/graphql"
CURSOR_KEY = b"k" * 32
LEDGER = "urn:muniment:dataset:ledger"
LICENCE_IRI = "urn:muniment:licence:1"
PURPOSE = "https://w3id.org/dpv#ResearchAndDevelopment"
RESPONSE_TYPE = "application/graphql-response+json"

SCHEMA = build_schema()


def a_principal(kind: PartyKind = PartyKind.LLM_DEVELOPER, *, party: str = "urn:muniment:party:dev") -> Principal:
    return Principal(
        party=party,
        kind=kind,
        client="client-1",
        scopes=frozenset(SCOPES_OF[kind]),
        expires_at=NOON + timedelta(minutes=5),
    )


@dataclass
class KnownTokens:
    """Accepts the tokens it was given; `expired` is genuine but over."""

    principals: dict[str, Principal] = field(default_factory=dict)

    async def verify(self, authorization: str | Sequence[str] | None) -> Principal:
        if not authorization:
            raise UnauthenticatedError(TokenFault.MISSING)
        (value,) = [authorization] if isinstance(authorization, str) else authorization
        token = value.removeprefix("Bearer ")
        if token == "expired":
            raise TokenExpiredError(a_principal())
        if token not in self.principals:
            raise UnauthenticatedError(TokenFault.SIGNATURE)
        return self.principals[token]


Rows = Mapping[str, Sequence[Any]]


@dataclass
class MemoryRead:
    """Answers every command from the same columns, and keeps the commands."""

    columns: Rows = field(default_factory=dict)
    problem: Problem | None = None
    failure: Exception | None = None
    runs: list[tuple[ReadCommand, ...]] = field(default_factory=list)
    expired: list[tuple[ReadCommand, ...]] = field(default_factory=list)

    async def __call__(
        self, ports: Ports, principal: Principal, commands: tuple[ReadCommand, ...]
    ) -> tuple[ReadResult, ...]:
        self.runs.append(commands)
        if self.failure is not None:
            raise self.failure
        return tuple(self._result(each) for each in commands)

    async def refuse_expired(self, ports: Ports, principal: Principal, commands: tuple[ReadCommand, ...]) -> None:
        if self.failure is not None:
            raise self.failure
        self.expired.append(commands)

    def _result(self, command: ReadCommand) -> ReadResult:
        have = len(next(iter(self.columns.values()), ()))
        begin = 0 if command.after is None else int(command.after.values[LEDGER]) + 1
        end = min(begin + command.first, have)
        arrays = {
            name: pa.array(self.columns[name][begin:end], type=_type(command, name))
            for name in command.columns
            if name in self.columns
        }
        count = end - begin
        if command.with_id:
            arrays[ID] = pa.array([f"r{row}" for row in range(begin, end)], type=pa.string())
        arrays[DATASET] = pa.array([LEDGER] * count, type=pa.string())
        arrays[LICENCE] = pa.array([LICENCE_IRI] * count, type=pa.string())
        return ReadResult(
            field=command.field,
            rows=pa.table(arrays),
            positions=[Position(values={LEDGER: str(row)}) for row in range(begin, end)],
            has_next=end < have,
            sources=(self._report(count),),
        )

    def _report(self, count: int) -> SourceReport:
        if self.problem is not None:
            return SourceReport(
                source="bazaar",
                platform="bazaar",
                dataset=LEDGER,
                licence=LICENCE_IRI,
                status=SourceStatus.REFUSED,
                problem=self.problem,
            )
        return SourceReport(
            source="bazaar",
            platform="bazaar",
            dataset=LEDGER,
            licence=LICENCE_IRI,
            status=SourceStatus.OK,
            rows=count,
            took_ms=3,
            price_micro=1500,
            currency="EUR",
            receipt=a_receipt(),
        )


def _type(command: ReadCommand, name: str) -> pa.DataType:
    found = column(command.kind, name)
    assert found is not None
    return found.type


def a_receipt() -> Receipt:
    return Receipt(
        id="urn:muniment:access:1", seq=41, leaf="ab" * 32, at=NOON, tree_size=42, signature="head.payload.signature"
    )


def a_refusal(code: str = "COLUMN_NOT_LICENSED") -> Problem:
    return Problem(
        code=code,
        stage=Stage.DECIDE,
        message="column `rater` is not licensed",
        clause="urn:muniment:agreement:1#p1",
        decision="urn:muniment:access:9",
    )


@dataclass
class Served:
    """A client of a served endpoint, and what stands behind it."""

    http: httpx2.AsyncClient
    read: MemoryRead
    engine: Engine

    async def query(
        self, text: str, variables: Mapping[str, Any] | None = None, *, token: str = "developer", **members: Any
    ) -> httpx2.Response:
        body = {"query": text, "variables": dict(variables or {}), **members}
        return await self.http.post(
            "/graphql", json=body, headers={"authorization": f"Bearer {token}", "accept": RESPONSE_TYPE}
        )


def served(
    read: MemoryRead | None = None,
    *,
    limits: Limits | None = None,
    dev: bool = False,
    ports: object = None,
    principals: Mapping[str, Principal] | None = None,
    engine_read: Callable[..., Any] | None = None,
) -> Served:
    """An endpoint; tokens: `developer`, `operator`, `auditor`, and those of ``principals``."""
    read = read or MemoryRead()
    limits = limits or Limits()
    engine = Engine(
        SCHEMA,
        ports=cast("Ports", ports),
        read=engine_read or read,
        refuse_expired=read.refuse_expired,
        cursors=CursorCodec(key=CURSOR_KEY),
        options=EngineOptions(
            limits=limits, suggestions=dev, introspection_scope=None if dev else Scope.PLATFORM_OPERATE
        ),
    )
    tokens = KnownTokens(
        {
            "developer": a_principal(),
            "other": a_principal(party="urn:muniment:party:other"),
            "operator": a_principal(PartyKind.OPERATOR),
            "auditor": a_principal(PartyKind.AUDITOR),
            **(principals or {}),
        }
    )
    endpoint = GraphQLEndpoint(engine=engine, verifier=tokens, limits=limits, metadata_url=METADATA_URL, dev=dev)
    app = Starlette(routes=[Route("/graphql", endpoint)])
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=URL)
    return Served(http=http, read=read, engine=engine)
