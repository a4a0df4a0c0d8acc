"""A small exchange to read from: real journal, policies and engine; sources in memory that count their readers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.engine import EngineContext, Fetched, HttpSession, Limits
from connectors.errors import ConnectorError
from connectors.kinds import KINDS, Kind, schema, subject_columns
from connectors.platforms.memory import MemoryConnector, MemoryTable
from connectors.spi import AiUse, Collection, CollectionId, Connector, PlatformTerms, ReadRequest
from gateway.auth.principal import Grant, Principal
from gateway.auth.scopes import SCOPES_OF
from gateway.exchange.description import DatasetDescription
from gateway.exchange.held_keys import StoredHeldKeys
from gateway.exchange.notices import ConsentNotice
from gateway.exchange.policy_documents import policy_document
from gateway.exchange.ports import CollectionProfile, Ports, ReadLimits, UuidIds
from gateway.exchange.read.model import ReadCommand, ReadResult
from gateway.exchange.read.pipeline import run
from gateway.exchange.sources import ConnectedSources, Source
from graph.journal.documents import subjects_document
from graph.journal.entries import Appended, Entry
from graph.journal.events import (
    AgreementSigned,
    AnsweredBy,
    ConsentsGiven,
    ConsentWithdrawn,
    DatasetPublished,
    Event,
    LicenceFinalised,
    LicenceRequested,
    LicenceRevoked,
    OfferAccepted,
    OfferPublished,
    PartyInvited,
    PartyKind,
    PartyRegistered,
    PlatformTermsDecided,
    Recorded,
    RowScope,
)
from graph.journal.journal import Journal
from graph.journal.vault import Vault, subject_key
from graph.signing import SigningKey
from graph.sql.engine import Engine, create_engine
from graph.sql.operational import SqlClientStore, SqlInvitationStore, SqlKeyStore
from graph.stores import open_store
from policies.canonical import policy_hash
from policies.model import ColumnMode, Policy
from policies.terms import Terms, agreement
from policies.vocabulary import DPV, FINE_TUNE, Iri
from tests.testkit.clock import FrozenClock
from tests.testkit.overtaking import racing
from tests.testkit.packing import packing_ports

OWNER = "urn:muniment:party:owner"
DEVELOPER = "urn:muniment:party:developer"
RESEARCH = DPV + "ResearchAndDevelopment"
MARKETING = DPV + "Marketing"
CONSENT = DPV + "Consent"
INTEREST = DPV + "LegitimateInterest"
PLATFORM = "bazaar"


TERMS = Terms(action=FINE_TUNE, purposes=frozenset({Iri(RESEARCH)}))


@dataclass
class SpiedSources:
    """The real sources; every read that starts is kept, and one may be made to fail or to do something first."""

    real: ConnectedSources
    reads: list[ReadRequest] = field(default_factory=list)
    failure: ConnectorError | None = None
    failing: str = ""
    """Only this source fails; empty: every one."""
    fail_after: int = 0
    """Batches that come before the failure."""
    before_next: Callable[[], Awaitable[None]] | None = None
    """Done once, after the first batch of the next read."""

    def platform(self, source: str) -> str:
        return self.real.platform(source)

    async def describe(self, source: str) -> Sequence[Collection]:
        return await self.real.describe(source)

    async def profile(self, source: str, collection: str, *, own: str | None = None) -> CollectionProfile:
        return await self.real.profile(source, collection, own=own)

    async def read(
        self, source: str, request: ReadRequest, rows_hint: int | None = None, *, patience_s: float | None = None
    ) -> AsyncIterator[Fetched]:
        self.reads.append(request)
        failure = self.failure if self.failing in {"", source} else None
        given = 0
        if failure is not None and self.fail_after == 0:
            raise failure
        async for each in self.real.read(source, request, rows_hint, patience_s=patience_s):
            yield each
            if self.before_next is not None:
                meanwhile, self.before_next = self.before_next, None
                await meanwhile()
            given += 1
            if failure is not None and given >= self.fail_after:
                raise failure


@dataclass
class Exchange:
    """What a test of the read path works with."""

    ports: Ports
    sources: SpiedSources
    clock: FrozenClock
    engine: Engine
    journal_key: Mapping[str, str]
    """The public key under its heads and receipts."""
    datasets: dict[str, DatasetPublished] = field(default_factory=dict)
    licences: dict[str, LicenceFinalised] = field(default_factory=dict)

    async def append(self, *events: Event, entry: Entry | None = None) -> tuple[Recorded, ...]:
        (outcome,) = await self.ports.journal.append(entry or Entry(events=events))
        assert isinstance(outcome, Appended), outcome
        return outcome.recorded

    def person(self, account: str, platform: str = PLATFORM) -> str:
        return subject_key(self.ports.vault.salt(platform), platform, account)

    async def dataset(  # a builder
        self,
        name: str = "ratings",
        *,
        kind: Kind = Kind.RATING,
        basis: str = INTEREST,
        rows: RowScope = RowScope.ALL,
        ai_use: AiUse = AiUse.ALLOWED,
        account: str = "",
        platform: str = PLATFORM,
    ) -> str:
        described = {each.id: each for each in await self.sources.describe(platform)}[CollectionId(name)]
        description = DatasetDescription(
            title=name,
            description=name,
            kind=kind,
            columns=described.columns,
            terms=PlatformTerms(ai_use=ai_use),
            rows=0,
            completeness={},
        ).document()
        published = DatasetPublished(
            dataset=self.ports.ids.new("dataset"),
            source=platform,
            collection=name,
            record_kind=kind.value,
            platform=platform,
            licensor=OWNER,
            rows=rows,
            lawful_basis=basis,
            subject_columns=tuple(each for each in subject_columns(kind) if each in described.columns),
            sensitive=False,
            description=description.digest,
            licensor_subject=self.person(account, platform) if account else "",
        )
        await self.append(entry=Entry(events=(published,), documents=(description,)))
        self.datasets[published.dataset] = published
        return published.dataset

    async def licence(
        self,
        dataset: str,
        terms: Terms = TERMS,
        *,
        assignee: str = DEVELOPER,
        amended: Callable[[Policy], Policy] = lambda policy: policy,
    ) -> str:
        """A licence in force, under the terms; ``amended`` adds what flat terms cannot say."""
        ids = self.ports.ids
        negotiation, agreement_iri, licence = ids.new("negotiation"), ids.new("agreement"), ids.new("licence")
        offer = terms.offer(uid=ids.new("offer"), assigner=OWNER, target=dataset)
        request = terms.request(uid=negotiation, assigner=OWNER, assignee=assignee, target=dataset)
        agreed = amended(agreement(request, uid=agreement_iri, assignee=assignee))
        finalised = LicenceFinalised(
            negotiation=negotiation,
            licence=licence,
            agreement=agreement_iri,
            version=1,
            policy=policy_hash(agreed),
            dataset=dataset,
            assigner=OWNER,
            assignee=assignee,
            valid_until=terms.valid_until,
        )
        await self.append(
            entry=Entry(
                events=(
                    OfferPublished(offer=offer.uid, dataset=dataset, assigner=OWNER, policy=policy_hash(offer)),
                    LicenceRequested(
                        negotiation=negotiation,
                        request=ids.new("request"),
                        dataset=dataset,
                        assigner=OWNER,
                        assignee=assignee,
                        policy=policy_hash(request),
                    ),
                    OfferAccepted(
                        negotiation=negotiation, by=OWNER, policy=policy_hash(request), answered_by=AnsweredBy.OWNER
                    ),
                    *(
                        AgreementSigned(
                            negotiation=negotiation,
                            agreement=agreement_iri,
                            policy=policy_hash(agreed),
                            by=party,
                            key="k",
                            signature="s",
                        )
                        for party in (OWNER, assignee)
                    ),
                    finalised,
                ),
                documents=tuple(policy_document(each) for each in (offer, request, agreed)),
            )
        )
        self.licences[licence] = finalised
        return licence

    async def consent(
        self,
        *accounts: str,
        purposes: Sequence[str] = (RESEARCH,),
        categories: Sequence[str] = (DPV + "PersonalData",),
    ) -> str:
        notice = ConsentNotice(
            platform=PLATFORM,
            purposes=tuple(purposes),
            categories=tuple(categories),
            recipients=(),
            text="We share what you rate.",
        ).document()
        people = subjects_document(self.person(each) for each in accounts)
        given = ConsentsGiven(
            notice=notice.digest, platform=PLATFORM, recorded_by=OWNER, subjects=people.digest, count=len(accounts)
        )
        await self.append(entry=Entry(events=(given,), documents=(notice, people)))
        return notice.digest

    async def withdraw(self, account: str) -> None:
        await self.append(
            ConsentWithdrawn(platform=PLATFORM, subject=self.person(account), recorded_by=self.person(account))
        )

    async def revoke(self, licence: str) -> None:
        await self.append(LicenceRevoked(licence=licence, by=OWNER, code="TEST"))

    async def decide_terms(self, dataset: str, *, allowed: bool) -> None:
        await self.append(
            PlatformTermsDecided(
                dataset=dataset,
                action=FINE_TUNE,
                allowed=allowed,
                decided_by=OWNER,
                reason="",
                source="https://platform.example/terms",
            )
        )

    def principal(self, *licences: str, party: str = DEVELOPER, **narrowed: Any) -> Principal:
        return Principal(
            party=party,
            kind=PartyKind.LLM_DEVELOPER,
            client="client",
            scopes=frozenset(SCOPES_OF[PartyKind.LLM_DEVELOPER]),
            grants={
                each: Grant(
                    licence=each,
                    version=self.licences[each].version,
                    policy=self.licences[each].policy,
                    **narrowed,
                )
                for each in licences
            },
            expires_at=self.clock() + timedelta(minutes=5),
        )

    def racing(self, first: Callable[[], Awaitable[object]]) -> Ports:
        """Ports whose next append comes second: ``first`` is done between reading and writing."""
        return racing(self.ports, first)

    async def read(self, *commands: ReadCommand, principal: Principal | None = None) -> tuple[ReadResult, ...]:
        named = {each for command in commands for each in command.licences if each in self.licences}
        return await run(self.ports, principal or self.principal(*named), commands)

    async def one(self, command: ReadCommand, principal: Principal | None = None) -> ReadResult:
        (result,) = await self.read(command, principal=principal)
        return result

    async def events(self) -> list[Event]:
        return [each.event for each in await self.ports.journal.events(after=-1, limit=10_000)]

    async def last(self) -> Event:
        return (await self.events())[-1]


def a_read(*licences: str, **changes: Any) -> ReadCommand:
    command = ReadCommand(
        field="ratings",
        kind=Kind.RATING,
        licences=licences,
        purpose=RESEARCH,
        action=FINE_TUNE,
        columns=("rater", "rated", "value"),
        first=100,
        mode=ColumnMode.REFUSE,
        operation="sha-256:0",
    )
    return replace(command, **changes)


def ratings(*rows: tuple[str | None, str | None, int]) -> MemoryTable:
    """Ratings of (rater, rated, value)."""
    columns: dict[str, Sequence[Any]] = {
        "record_id": [f"r{index}" for index in range(len(rows))],
        "rater": [row[0] for row in rows],
        "rated": [row[1] for row in rows],
        "value": [row[2] for row in rows],
    }
    return MemoryTable(kind=Kind.RATING, rows=table(Kind.RATING, columns))


def table(kind: Kind, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    wanted = schema(kind, tuple(each.name for each in KINDS[kind] if each.name in columns))
    arrays = []
    for each in wanted:
        plain = each.type.value_type if pa.types.is_dictionary(each.type) else each.type
        values = pa.array(columns[each.name], plain)
        arrays.append(values.dictionary_encode() if pa.types.is_dictionary(each.type) else values)
    return pa.Table.from_arrays(arrays, schema=wanted)


PEOPLE = ratings(("ann", "bob", 3), ("bob", "cid", -2), ("cid", "ann", 10), ("ann", "cid", 1), (None, "bob", 5))

Tables = Mapping[str, MemoryTable]


@asynccontextmanager
async def an_exchange(
    folder: Path,
    platforms: Mapping[str, Tables] | None = None,
    *,
    batch_rows: int = 2,
    sort_rows: int = 1000,
    terms: PlatformTerms | None = None,
    wrap: Callable[[Ports], Ports] = lambda ports: ports,
    connect: Callable[[MemoryConnector], Connector] = lambda connector: connector,
    deadline_s: float = 5.0,
) -> AsyncIterator[Exchange]:
    """An exchange over memory sources; by default one platform with five ratings in the collection `ratings`."""
    clock, key = FrozenClock(), SigningKey.generate()
    engine = create_engine(f"sqlite:///{folder / 'journal.db'}")
    tables = platforms or {PLATFORM: {"ratings": PEOPLE}}
    async with (
        Journal.open(engine, clock=clock, key=key) as journal,
        HttpSession() as session,
    ):
        context = EngineContext.of(session, hosts=frozenset(), clock=clock, limits=Limits(batch_rows=batch_rows))
        real = ConnectedSources(
            {
                name: Source(
                    id=name,
                    connector=connect(
                        MemoryConnector(
                            platform=name,
                            tables={CollectionId(each): held for each, held in collections.items()},
                            terms=terms or PlatformTerms(),
                        )
                    ),
                    context=context,
                )
                for name, collections in tables.items()
            },
            deadline_s=deadline_s,
        )
        sources = SpiedSources(real)
        ports = Ports(
            journal=journal,
            vault=Vault(engine),
            sources=sources,
            store=open_store(f"sqlite:///{folder / 'graph.db'}"),
            keys=StoredHeldKeys(SqlKeyStore(engine, clock)),
            clients=SqlClientStore(engine),
            invitations=SqlInvitationStore(engine, clock),
            clock=clock,
            ids=UuidIds(),
            master=b"m" * 32,
            **packing_ports(folder, clock),
            limits=ReadLimits(sort_rows=sort_rows),
        )
        exchange = Exchange(ports=wrap(ports), sources=sources, clock=clock, engine=engine, journal_key=key.public_jwk)
        for party, kind in ((OWNER, PartyKind.BUSINESS), (DEVELOPER, PartyKind.LLM_DEVELOPER)):
            await exchange.append(
                PartyInvited(party=party, kind=kind, invited_by=party),
                PartyRegistered(party=party, kind=kind, client=party, key="k"),
            )
        yield exchange
        await ports.store.close()
    engine.dispose()
