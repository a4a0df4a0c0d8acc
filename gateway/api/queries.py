"""The root fields about licensing and oversight: translate, delegate, nothing else."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, TypeVar

import strawberry

from connectors.kinds import Kind
from gateway.api.catalogue import Dataset, Offer
from gateway.api.context import Context
from gateway.api.decisions import Decision, ForeseenRead
from gateway.api.deliveries import Delivery, OpenedDelivery
from gateway.api.duties import Duty
from gateway.api.enums import NegotiationState, RecordKind
from gateway.api.licences import Agreement, Licence
from gateway.api.oversight import Access, EthicsCase
from gateway.api.parties import Party
from gateway.api.relay import FIRST, After, Connection, First, Node
from gateway.api.reporting import Concern, TrainingRun, Usage
from gateway.api.requests import LicenceRequest
from gateway.auth.principal import Principal
from gateway.exchange import concerns, discover, lookup, lookup_ethics, report_run
from gateway.exchange.alternatives import alternatives
from gateway.exchange.deliver import presented
from gateway.exchange.deliver.open import opened_delivery
from gateway.exchange.duties import fulfil
from gateway.exchange.errors import NotFoundError
from gateway.exchange.foresee import foresee
from gateway.exchange.ports import Ports
from gateway.exchange.trace import access_log, find_access
from gateway.exchange.usage import usage_report
from graph.journal.rows import NegotiationState as State

Info = strawberry.Info[Context, None]
V = TypeVar("V")

Id = Annotated[strawberry.ID, strawberry.argument(description="Its IRI.")]


async def found(info: Info, look: Callable[[Ports, Principal, str], Awaitable[V]], iri: str) -> V | None:
    """What a use case finds, or nothing: what does not exist and what is not the caller's to see look alike."""
    try:
        return await look(info.context.ports, info.context.principal, iri)
    except NotFoundError:
        return None


async def _dataset(info: Info, iri: str) -> Node | None:
    view = await found(info, discover.dataset, iri)
    return None if view is None else Dataset.of(view)


async def _offer(info: Info, iri: str) -> Node | None:
    view = await found(info, discover.offer, iri)
    return None if view is None else Offer.of(view)


async def _party(info: Info, iri: str) -> Node | None:
    view = await found(info, lookup.party, iri)
    return None if view is None else Party.of(view)


async def _request(info: Info, iri: str) -> LicenceRequest | None:
    view = await found(info, lookup.negotiation, iri)
    return None if view is None else LicenceRequest.of(view)


async def _agreement(info: Info, iri: str) -> Node | None:
    view = await found(info, lookup.agreement, iri)
    return None if view is None else Agreement.of(view)


async def _licence(info: Info, iri: str) -> Licence | None:
    view = await found(info, lookup.licence, iri)
    return None if view is None else Licence.of(view)


async def _ethics_case(info: Info, iri: str) -> Node | None:
    view = await found(info, lookup_ethics.ethics_case, iri)
    return None if view is None else EthicsCase.of(view)


async def _delivery(info: Info, iri: str) -> Delivery | None:
    view = await found(info, presented.delivery, iri)
    return None if view is None else Delivery.of(view)


async def _run(info: Info, iri: str) -> TrainingRun | None:
    view = await found(info, report_run.training_run, iri)
    return None if view is None else TrainingRun.of(view)


async def _concern(info: Info, iri: str) -> Concern | None:
    view = await found(info, concerns.concern, iri)
    return None if view is None else Concern.of(view)


async def _duty(info: Info, iri: str) -> Duty | None:
    view = await found(info, fulfil.duty, iri)
    return None if view is None else Duty.of(view)


async def _access(info: Info, iri: str) -> Node | None:
    view = await found(info, find_access, iri)
    return None if view is None else Access.of(view)


_LOOKS = {
    "dataset": _dataset,
    "offer": _offer,
    "party": _party,
    "negotiation": _request,
    "agreement": _agreement,
    "licence": _licence,
    "delivery": _delivery,
    "run": _run,
    "concern": _concern,
    "duty": _duty,
    "ethics-case": _ethics_case,
    "access": _access,
}
"""How a thing is found, by the type in its IRI."""


@strawberry.type(description="The root fields about the catalogue and licensing.")
class LicensingQuery:
    """The root fields about the catalogue and licensing."""

    @strawberry.field(description="Anything by its id; nothing when it does not exist or is not the caller's to see.")
    async def node(self, info: Info, id: Id) -> Node | None:  # noqa: A002  # name of the argument
        """Anything by its id."""
        match id.split(":"):
            case ["urn", "muniment", kind, *_] if kind in _LOOKS:
                return await _LOOKS[kind](info, id)
            case _:
                return None

    @strawberry.field(description="The datasets that are published, the oldest first. Scope `graph:query`.")
    async def catalogue(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        kind: Annotated[RecordKind | None, strawberry.argument(description="Only of this kind.")] = None,
    ) -> Connection[Dataset] | None:
        """The datasets that are published."""
        window = info.context.window(first, after, "catalogue", None if kind is None else kind.name)
        page = await discover.catalogue(
            info.context.ports,
            info.context.principal,
            first=window.first,
            after=window.key,
            kind=None if kind is None else Kind[kind.name],
        )
        return window.connection(page, Dataset.of, lambda view: view.dataset)

    @strawberry.field(description="One licence request, to its sides and to auditors.")
    async def licence_request(self, info: Info, id: Id) -> LicenceRequest | None:  # noqa: A002  # name of the argument
        """One licence request."""
        return await _request(info, id)

    @strawberry.field(description="The caller's own licence requests, as owner or developer, the oldest first.")
    async def licence_requests(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        state: Annotated[NegotiationState | None, strawberry.argument(description="Only in this state.")] = None,
    ) -> Connection[LicenceRequest] | None:
        """The caller's own licence requests."""
        window = info.context.window(first, after, "licenceRequests", None if state is None else state.name)
        page = await lookup.negotiations(
            info.context.ports,
            info.context.principal,
            first=window.first,
            after=window.key,
            state=None if state is None else State[state.name],
        )
        return window.connection(page, LicenceRequest.of, lambda view: view.negotiation)

    @strawberry.field(
        description="After a rejection: datasets of other owners whose offers hold all that was asked for; to the"
        " developer who asked. Empty for a request that was not rejected."
    )
    async def alternatives(
        self,
        info: Info,
        request: Annotated[strawberry.ID, strawberry.argument(description="The rejected licence request.")],
        first: First = FIRST,
        after: After = None,
    ) -> Connection[Dataset] | None:
        """Other sources for the same need."""
        window = info.context.window(first, after, "alternatives", request)
        page = await alternatives(
            info.context.ports, info.context.principal, request, first=window.first, after=window.key
        )
        return window.connection(page, Dataset.of, lambda view: view.dataset)

    @strawberry.field(description="One licence, to its sides and to auditors.")
    async def licence(self, info: Info, id: Id) -> Licence | None:  # noqa: A002  # name of the argument
        """One licence."""
        return await _licence(info, id)

    @strawberry.field(description="The caller's own licences, on either side, the oldest first.")
    async def licences(self, info: Info, first: First = FIRST, after: After = None) -> Connection[Licence] | None:
        """The caller's own licences."""
        window = info.context.window(first, after, "licences")
        page = await lookup.licences(info.context.ports, info.context.principal, first=window.first, after=window.key)
        return window.connection(page, Licence.of, lambda view: view.licence)

    @strawberry.field(description="One delivery, to its developer, to the owners of what it holds, and to auditors.")
    async def delivery(self, info: Info, id: Id) -> Delivery | None:  # noqa: A002  # name of the argument
        """One delivery."""
        return await _delivery(info, id)

    @strawberry.field(
        description="What fetching a package needs, for ten minutes, to its developer; nothing is booked by asking."
    )
    async def opened_delivery(self, info: Info, id: Id) -> OpenedDelivery | None:  # noqa: A002  # name of the argument
        """What fetching a package needs."""
        view = await found(info, opened_delivery, id)
        return None if view is None else OpenedDelivery.of(view)

    @strawberry.field(description="What the caller ordered, or what was ordered of its licences, the oldest first.")
    async def deliveries(self, info: Info, first: First = FIRST, after: After = None) -> Connection[Delivery] | None:
        """The caller's deliveries, on either side."""
        window = info.context.window(first, after, "deliveries")
        page = await presented.deliveries(
            info.context.ports, info.context.principal, first=window.first, after=window.key
        )
        return window.connection(page, Delivery.of, lambda view: view.delivery)


@strawberry.type(description="The root fields of oversight.")
class OversightQuery:
    """The root fields of oversight."""

    @strawberry.field(description="Cases before the ethics board, the oldest first. Scope `ethics:review`.")
    async def ethics_cases(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        is_open: Annotated[
            bool | None, strawberry.argument(name="open", description="Only open ones, or only decided ones.")
        ] = None,
    ) -> Connection[EthicsCase] | None:
        """Cases before the ethics board."""
        window = info.context.window(first, after, "ethicsCases", is_open)
        page = await lookup_ethics.ethics_cases(
            info.context.ports, info.context.principal, first=window.first, after=window.key, is_open=is_open
        )
        return window.connection(page, EthicsCase.of, lambda view: view.case)

    @strawberry.field(
        description="What was used under these licences, what is due for it, and what was reported of it; to their"
        " sides and to auditors."
    )
    async def usage_report(
        self,
        info: Info,
        licences: Annotated[list[strawberry.ID], strawberry.argument(description="The licences; at most 100.")],
        since: Annotated[datetime | None, strawberry.argument(description="Recorded then or later.")] = None,
        until: Annotated[datetime | None, strawberry.argument(description="Recorded before.")] = None,
    ) -> Usage | None:
        """What was used under these licences."""
        try:
            report = await usage_report(
                info.context.ports, info.context.principal, tuple(licences), since=since, until=until
            )
        except NotFoundError:
            return None
        return Usage.of(report)

    @strawberry.field(description="One reported training run, to its developer, the owners and auditors.")
    async def training_run(self, info: Info, id: Id) -> TrainingRun | None:  # noqa: A002  # name of the argument
        """One reported training run."""
        return await _run(info, id)

    @strawberry.field(
        description="Reported runs of a model, the oldest first: to a developer its own, to auditors everybody's."
    )
    async def training_runs(
        self,
        info: Info,
        model: Annotated[str, strawberry.argument(description="IRI of the model, as its developer names it.")],
        first: First = FIRST,
        after: After = None,
    ) -> Connection[TrainingRun] | None:
        """Reported runs of a model."""
        window = info.context.window(first, after, "trainingRuns", model)
        page = await report_run.training_runs(
            info.context.ports, info.context.principal, model, first=window.first, after=window.key
        )
        return window.connection(page, TrainingRun.of, lambda view: view.run)

    @strawberry.field(description="One concern, to its two sides and to auditors.")
    async def concern(self, info: Info, id: Id) -> Concern | None:  # noqa: A002  # name of the argument
        """One concern."""
        return await _concern(info, id)

    @strawberry.field(description="The caller's own concerns, on either side, the oldest first.")
    async def concerns(self, info: Info, first: First = FIRST, after: After = None) -> Connection[Concern] | None:
        """The caller's own concerns."""
        window = info.context.window(first, after, "concerns")
        page = await concerns.concerns(info.context.ports, info.context.principal, first=window.first, after=window.key)
        return window.connection(page, Concern.of, lambda view: view.concern)

    @strawberry.field(description="One duty, to its two sides, to whoever raised it, and to auditors.")
    async def duty(self, info: Info, id: Id) -> Duty | None:  # noqa: A002  # name of the argument
        """One duty."""
        return await _duty(info, id)

    @strawberry.field(description="What the caller owes, is owed, or raised, the oldest first.")
    async def duties(self, info: Info, first: First = FIRST, after: After = None) -> Connection[Duty] | None:
        """The caller's own duties."""
        window = info.context.window(first, after, "duties")
        page = await fulfil.duties(info.context.ports, info.context.principal, first=window.first, after=window.key)
        return window.connection(page, Duty.of, lambda view: view.duty)

    @strawberry.field(
        description="What the agreement of a licence would decide at a time to come, with everything else as it is now;"
        " to its sides and to auditors. Nothing is read or recorded."
    )
    async def foreseen_decision(
        self,
        info: Info,
        asked: Annotated[ForeseenRead, strawberry.argument(name="input", description="The read, and the time.")],
    ) -> Decision | None:
        """What would be decided at a time to come."""
        try:
            return Decision.of(await foresee(info.context.ports, info.context.principal, asked.command()))
        except NotFoundError:
            return None

    @strawberry.field(description="Every access under a licence, the oldest first; to its sides and to auditors.")
    async def access_log(
        self,
        info: Info,
        licence: Annotated[strawberry.ID, strawberry.argument(description="The licence.")],
        first: First = FIRST,
        after: After = None,
    ) -> Connection[Access] | None:
        """Every access under a licence."""
        window = info.context.window(first, after, "accessLog", licence)
        page = await access_log(
            info.context.ports, info.context.principal, licence, first=window.first, after=window.key
        )
        return window.connection(page, Access.of, lambda view: view.access)
