"""The catalogue: what there is, under which terms. Anybody with a token may look; no protected value is in it."""

from connectors.kinds import Kind
from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.existing import existing_dataset, existing_offer
from gateway.exchange.paging import page
from gateway.exchange.ports import Ports
from gateway.exchange.presented import dataset_view, offer_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.views import DatasetView, OfferView, Page


async def catalogue(
    ports: Ports, principal: Principal, *, first: int, after: str | None = None, kind: Kind | None = None
) -> Page[DatasetView]:
    """The datasets in the order they were published, with kinds, terms, schema, counts and completeness.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: ``after`` is no dataset.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> Page[DatasetView]:
        start = None if after is None else existing_dataset(reading, after).seq
        rows = reading.view.datasets(None if kind is None else kind.value, after=start, limit=first + 1)
        return page(rows, first, lambda row: dataset_view(reading, row))

    return await read(ports, principal, found)


async def dataset(ports: Ports, principal: Principal, iri: str) -> DatasetView:
    """One dataset.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await read(ports, principal, lambda reading: dataset_view(reading, existing_dataset(reading, iri)))


async def offer(ports: Ports, principal: Principal, iri: str) -> OfferView:
    """One offer, standing or not.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> OfferView:
        row = existing_offer(reading, iri)
        return offer_view(row, reading.policy(row.policy))

    return await read(ports, principal, found)
