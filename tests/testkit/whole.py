"""Licensing and reading in one world: parties with real keys, and sources whose rows are read under their licences."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from connectors.platforms.memory import MemoryTable
from connectors.spi import AiUse, PlatformTerms
from gateway.auth.principal import Grant, Principal
from gateway.exchange.read.model import ReadResult
from gateway.exchange.read.pipeline import run
from gateway.exchange.views import NegotiationView
from graph.journal.events import PartyInvited, PartyKind
from policies.vocabulary import Iri
from tests.testkit.api import Served, served
from tests.testkit.licensing import ACADEMIC, FakeSources, Market, Member
from tests.testkit.reading import Exchange, a_read, an_exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """An exchange, and the market over the same record and the same sources."""

    exchange: Exchange
    market: Market

    async def speaker(self, platform: str, kind: PartyKind = PartyKind.PLATFORM_DEVELOPER) -> Member:
        """Whoever speaks for a platform."""
        return await self.market.join(kind, platform=platform)

    def holding(self, member: Member, *views: NegotiationView) -> Principal:
        """The member with a token for these licences."""
        return replace(member.principal, grants={grant.licence: grant for grant in map(_grant, views)})

    async def agreed(
        self, owner: Member, developer: Member, dataset: str, columns: tuple[str, ...], **changes: Any
    ) -> NegotiationView:
        """Ask for columns of a dataset, free of charge; the owner accepts, both sides sign."""
        free: dict[str, Any] = {"price": None, "max_records": None, "days": None}
        asked = await self.market.ask_one(developer, dataset, columns=columns, **{**free, **changes})
        accepted = await self.market.accept(owner, asked)
        await self.market.sign(owner, accepted)
        return await self.market.sign(developer, accepted)

    async def rows(
        self, developer: Member, view: NegotiationView, columns: tuple[str, ...], **changes: Any
    ) -> ReadResult:
        """Read columns of the licensed dataset under its licence alone."""
        asked: dict[str, Any] = {"kind": view.dataset.kind, "columns": columns, "purpose": ACADEMIC, **changes}
        return await self.exchange.one(a_read(licence_of(view), **asked), self.holding(developer, view))

    def over(self, *members: Member, holders: Mapping[str, Principal] | None = None) -> Served:
        """The GraphQL endpoint; the parties' IRIs are their tokens."""
        principals = {each.party: each.principal for each in members} | dict(holders or {})
        return served(ports=self.exchange.ports, engine_read=run, principals=principals)


def licence_of(view: NegotiationView) -> str:
    """The licence that a negotiation ended in."""
    assert view.licence is not None
    return view.licence.licence


def a_constraint(left: str, operator: str, *right: str) -> dict[str, Any]:
    """A condition of an ODRL document over IRIs."""
    values = [{"@id": each} for each in right]
    return {
        "@type": "Constraint",
        "leftOperand": left,
        "operator": operator,
        "rightOperand": values[0] if len(values) == 1 else {"@list": values},
    }


def a_permission(
    action: str, purpose: Iri, refinements: Sequence[Mapping[str, Any]] = (), **more: Any
) -> dict[str, Any]:
    """A permission of an ODRL document for one purpose."""
    return {
        "@type": "Permission",
        "action": action,
        "constraint": [a_constraint("purpose", "isA", purpose)],
        **more,
    }


def _grant(view: NegotiationView) -> Grant:
    assert view.licence is not None
    return Grant(licence=view.licence.licence, version=view.licence.version, policy=view.licence.agreement.policy.hash)


@asynccontextmanager
async def a_world(
    folder: Path, platforms: Mapping[str, Mapping[str, MemoryTable]] | None = None
) -> AsyncIterator[World]:
    """A world whose platforms allow training; by default one with five ratings."""
    terms = PlatformTerms(ai_use=AiUse.ALLOWED, source="https://platform.example/terms")
    async with an_exchange(folder, platforms, terms=terms) as exchange:
        market = Market(
            ports=exchange.ports,
            sources=FakeSources(),
            clock=exchange.clock,
            operator=None,  # type: ignore[arg-type]  # below
            engine=exchange.engine,
        )
        iri = exchange.ports.ids.new("party")
        await market.record(PartyInvited(party=iri, kind=PartyKind.OPERATOR, invited_by=iri))
        market.operator = await market.enrol(iri, PartyKind.OPERATOR)
        yield World(exchange=exchange, market=market)
