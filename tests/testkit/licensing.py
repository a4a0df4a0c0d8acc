"""A small world to license in: real journal, policies, vault and keys; sources in memory; parties with real keys."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from connectors.engine import Fetched
from connectors.kinds import Kind
from connectors.spi import AiUse, Collection, CollectionId, PlatformTerms, ReadRequest
from gateway.auth.invitations import invitation_digest
from gateway.auth.principal import Principal
from gateway.auth.scopes import SCOPES_OF
from gateway.exchange import commands
from gateway.exchange.accept import accept_offer
from gateway.exchange.agree import sign_agreement
from gateway.exchange.counter import counter_offer
from gateway.exchange.delegate_signing import delegate_signing, prepare_signing_key
from gateway.exchange.errors import NotFoundError
from gateway.exchange.held_keys import StoredHeldKeys
from gateway.exchange.invite import invite_party
from gateway.exchange.lookup import negotiation as look_up
from gateway.exchange.ports import CollectionProfile, Ports, UuidIds
from gateway.exchange.publish_dataset import publish_dataset
from gateway.exchange.publish_offer import publish_offer
from gateway.exchange.reject import reject_request
from gateway.exchange.request import request_licence
from gateway.exchange.review import CHAIN, Reviewer
from gateway.exchange.views import NegotiationView
from graph.journal.entries import Appended, Entry
from graph.journal.events import Event, PartyInvited, PartyKind, PartyRegistered, RowScope, TermReason
from graph.journal.journal import Journal
from graph.journal.vault import Vault
from graph.signing import AGREEMENT_TYP, DELEGATION_TYP, SigningKey, sign
from graph.sql.engine import Engine, create_engine
from graph.sql.operational import Client, SqlClientStore, SqlInvitationStore, SqlKeyStore
from graph.stores import open_store
from policies.model import Policy
from policies.terms import Rate, Terms
from policies.vocabulary import DPV, FINE_TUNE, Iri
from tests.testkit.clock import FrozenClock
from tests.testkit.overtaking import racing
from tests.testkit.packing import packing_ports

RESEARCH = Iri(DPV + "ResearchAndDevelopment")
ACADEMIC = Iri(DPV + "AcademicResearch")
MARKETING = Iri(DPV + "Marketing")
CONSENT = DPV + "Consent"
INTEREST = DPV + "LegitimateInterest"

COLUMNS = ("record_id", "rater", "rated", "value", "observed_at")
EURO_CENT = Rate(amount_micro=10_000, currency="EUR")

TERMS = Terms(
    action=FINE_TUNE,
    purposes=frozenset({RESEARCH}),
    columns=frozenset({"rater", "rated", "value"}),
    max_records=10_000,
    days=180,
    price=EURO_CENT,
)
"""What owners offer, when a test says nothing else."""


def a_collection(
    name: str = "ratings",
    *,
    kind: Kind = Kind.RATING,
    columns: tuple[str, ...] = COLUMNS,
    ai_use: AiUse = AiUse.ALLOWED,
) -> Collection:
    return Collection(
        id=CollectionId(name),
        kind=kind,
        columns=columns,
        title=name.capitalize(),
        description=f"The {name} of a platform.",
        terms=PlatformTerms(ai_use=ai_use, source="https://platform.example/terms"),
    )


@dataclass
class FakeSources:
    """Sources that can be described and counted, and hold no row; implements ``gateway.exchange.ports.Sources``."""

    platforms: dict[str, str] = field(default_factory=dict)
    collections: dict[str, list[Collection]] = field(default_factory=dict)
    rows: int = 5
    profiled: list[tuple[str, str, str | None]] = field(default_factory=list)

    def add(self, source: str, *collections: Collection, platform: str = "") -> None:
        self.platforms[source] = platform or source
        self.collections[source] = list(collections)

    def platform(self, source: str) -> str:
        if source not in self.platforms:
            raise NotFoundError("source", source)
        return self.platforms[source]

    async def describe(self, source: str) -> Sequence[Collection]:
        self.platform(source)
        return self.collections[source]

    async def profile(self, source: str, collection: str, *, own: str | None = None) -> CollectionProfile:
        (described,) = [each for each in await self.describe(source) if each.id == collection]
        self.profiled.append((source, collection, own))
        return CollectionProfile(rows=self.rows, completeness=dict.fromkeys(described.columns, 0.5))

    async def read(
        self, source: str, request: ReadRequest, rows_hint: int | None = None, *, patience_s: float | None = None
    ) -> AsyncIterator[Fetched]:
        self.platform(source)
        nothing: tuple[Fetched, ...] = ()
        for each in nothing:
            yield each


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A registered party with its key."""

    principal: Principal
    key: SigningKey

    @property
    def party(self) -> str:
        return self.principal.party

    def without(self, scope: str) -> Principal:
        """The same with a token that was narrowed."""
        return replace(self.principal, scopes=self.principal.scopes - {scope})


@dataclass
class Market:
    """What a licensing test works with."""

    ports: Ports
    sources: FakeSources
    clock: FrozenClock
    operator: Member
    engine: Engine

    async def join(self, kind: PartyKind, *, platform: str = "", account: str = "", party: str | None = None) -> Member:
        """Invite a party through the use case, and register its key as the authorization server would."""
        invited = await invite_party(
            self.ports,
            self.operator.principal,
            commands.InviteParty(kind=kind, platform=platform, account=account, party=party),
        )
        used = self.ports.invitations.take(invitation_digest(invited.invitation))
        assert used is not None
        return await self.enrol(used.party, used.kind)

    async def enrol(self, party: str, kind: PartyKind) -> Member:
        key = SigningKey.generate()
        client = self.ports.ids.new("client")
        await self.record(PartyRegistered(party=party, kind=kind, client=client, key=key.thumbprint))
        self.ports.clients.add(
            Client(
                client=client,
                party=party,
                kind=kind,
                name="",
                public_jwk=key.public_jwk,
                token_lifetime_s=600,
                active=True,
                at=self.clock(),
            )
        )
        return Member(
            principal=Principal(
                party=party,
                kind=kind,
                client=client,
                scopes=frozenset(SCOPES_OF[kind]),
                expires_at=self.clock() + timedelta(minutes=5),
            ),
            key=key,
        )

    async def owner(self, source: str = "bazaar", *collections: Collection) -> Member:
        """Whoever speaks for a platform, and its source."""
        self.sources.add(source, *(collections or (a_collection(),)))
        return await self.join(PartyKind.PLATFORM_DEVELOPER, platform=source)

    async def developer(self) -> Member:
        return await self.join(PartyKind.LLM_DEVELOPER)

    async def board(self) -> Member:
        return await self.join(PartyKind.ETHICS_BOARD)

    async def publish(self, owner: Member, source: str = "bazaar", **changes: Any) -> str:
        """Publish a collection; gives the dataset's IRI."""
        asked: dict[str, Any] = {
            "source": source,
            "collection": "ratings",
            "rows": RowScope.ALL,
            "lawful_basis": INTEREST,
            "sensitive": False,
            **changes,
        }
        return (await publish_dataset(self.ports, owner.principal, commands.PublishDataset(**asked))).dataset

    async def offer(self, owner: Member, dataset: str, terms: Terms = TERMS) -> str:
        view = await publish_offer(self.ports, owner.principal, commands.PublishOffer(dataset=dataset, policy=terms))
        return view.offer

    async def offered(self, owner: Member, source: str = "bazaar", terms: Terms = TERMS, **changes: Any) -> str:
        """Publish a dataset with an offer; gives the dataset's IRI."""
        dataset = await self.publish(owner, source, **changes)
        await self.offer(owner, dataset, terms)
        return dataset

    async def delegate(self, owner: Member, dataset: str, bounds: Terms = TERMS) -> str:
        """Let the gateway sign within bounds; gives the key's id."""
        prepared = await prepare_signing_key(
            self.ports, owner.principal, commands.PrepareSigningKey(dataset=dataset, bounds=bounds)
        )
        payload = {"bounds": prepared.bounds.hash, "dataset": dataset, "key": prepared.key_id}
        return await delegate_signing(
            self.ports,
            owner.principal,
            commands.DelegateSigning(
                dataset=dataset,
                bounds=prepared.bounds.odrl,
                key_id=prepared.key_id,
                signature=sign(owner.key, payload, typ=DELEGATION_TYP),
            ),
        )

    async def ask(self, developer: Member, *datasets: str, **changes: Any) -> tuple[NegotiationView, ...]:
        """Request licences of datasets."""
        return await request_licence(self.ports, developer.principal, a_request(*datasets, **changes))

    async def ask_one(self, developer: Member, dataset: str, **changes: Any) -> NegotiationView:
        (view,) = await self.ask(developer, dataset, **changes)
        return view

    async def accept(self, member: Member, view: NegotiationView) -> NegotiationView:
        return await accept_offer(self.ports, member.principal, commands.AcceptOffer(negotiation=view.negotiation))

    async def counter(
        self, member: Member, view: NegotiationView, terms: Terms | Mapping[str, object]
    ) -> NegotiationView:
        return await counter_offer(
            self.ports, member.principal, commands.CounterOffer(negotiation=view.negotiation, policy=terms)
        )

    async def reject(
        self, member: Member, view: NegotiationView, reasons: tuple[TermReason, ...], note: str = ""
    ) -> NegotiationView:
        return await reject_request(
            self.ports,
            member.principal,
            commands.RejectRequest(negotiation=view.negotiation, reasons=reasons, note=note),
        )

    async def sign_anyway(self, member: Member, view: NegotiationView) -> NegotiationView:
        """Send a signature although there is nothing to sign."""
        return await sign_agreement(
            self.ports, member.principal, commands.SignAgreement(negotiation=view.negotiation, signature="a.b.c")
        )

    async def sign(self, member: Member, view: NegotiationView) -> NegotiationView:
        """Sign the agreement as it is shown."""
        return await sign_agreement(
            self.ports,
            member.principal,
            commands.SignAgreement(negotiation=view.negotiation, signature=signature(member, view)),
        )

    async def see(self, member: Member, view: NegotiationView) -> NegotiationView:
        return await look_up(self.ports, member.principal, view.negotiation)

    async def policy(self, digest: str) -> Policy:
        return await self.ports.journal.view(lambda view: self.ports.policies.load(digest, view))

    async def licensed(self, owner: Member, developer: Member, dataset: str) -> NegotiationView:
        """Request, acceptance and both signatures."""
        view = await self.ask_one(developer, dataset)
        view = await self.accept(owner, view)
        await self.sign(owner, view)
        return await self.sign(developer, view)

    def racing(self, first: Callable[[], Awaitable[object]]) -> Ports:
        """Ports whose next append comes second: ``first`` is done between reading and writing."""
        return racing(self.ports, first)

    def texts(self) -> list[str]:
        """What people wrote and is still kept."""
        with self.engine.connect() as connection:
            return [str(row[0]) for row in connection.exec_driver_sql("SELECT text FROM vault_text")]

    async def record(self, *events: Event) -> None:
        (outcome,) = await self.ports.journal.append(Entry(events=events))
        assert isinstance(outcome, Appended), outcome

    async def events(self, *types: type[Event]) -> list[Event]:
        """Everything on record, or what is of these types."""
        found = [each.event for each in await self.ports.journal.events(limit=10_000)]
        return [each for each in found if not types or isinstance(each, types)]


def signature(member: Member, view: NegotiationView) -> str:
    """A side's signature over the agreement that it is shown."""
    assert view.agreement is not None
    payload: Mapping[str, str] = {"agreement": view.agreement.agreement, "policy": view.agreement.policy.hash}
    return sign(member.key, payload, typ=AGREEMENT_TYP)


def a_request(*datasets: str, columns: tuple[str, ...] = ("rated", "value"), **changes: Any) -> commands.RequestLicence:
    asked: dict[str, Any] = {
        "purpose": ACADEMIC,
        "action": FINE_TUNE,
        "items": tuple(commands.RequestedItem(dataset=each, columns=columns) for each in datasets),
        "max_records": 1_000,
        "days": 90,
        "price": EURO_CENT,
        **changes,
    }
    return commands.RequestLicence(**asked)


@asynccontextmanager
async def a_market(folder: Path, reviewers: Sequence[Reviewer] = CHAIN) -> AsyncIterator[Market]:
    """An empty market with its operator."""
    clock = FrozenClock()
    engine = create_engine(f"sqlite:///{folder / 'journal.db'}")
    store = open_store(f"sqlite:///{folder / 'graph.db'}")
    sources = FakeSources()
    try:
        async with Journal.open(engine, clock=clock, key=SigningKey.generate()) as journal:
            ports = Ports(
                journal=journal,
                vault=Vault(engine),
                sources=sources,
                store=store,
                keys=StoredHeldKeys(SqlKeyStore(engine, clock)),
                clients=SqlClientStore(engine),
                invitations=SqlInvitationStore(engine, clock),
                clock=clock,
                ids=UuidIds(),
                master=b"m" * 32,
                **packing_ports(folder, clock),
                reviewers=reviewers,
            )
            market = Market(ports=ports, sources=sources, clock=clock, operator=None, engine=engine)  # type: ignore[arg-type]  # next line
            iri = ports.ids.new("party")
            await market.record(PartyInvited(party=iri, kind=PartyKind.OPERATOR, invited_by=iri))
            market.operator = await market.enrol(iri, PartyKind.OPERATOR)
            yield market
    finally:
        await store.close()
        engine.dispose()
