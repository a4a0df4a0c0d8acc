"""Other sources for the same need: what a developer who was rejected could ask for instead, and get."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.description import description_of
from gateway.exchange.errors import NotFoundError
from gateway.exchange.existing import existing_dataset, existing_negotiation
from gateway.exchange.offers import current_offer
from gateway.exchange.paging import page
from gateway.exchange.platform_terms import use_of_action
from gateway.exchange.ports import Ports
from gateway.exchange.presented import dataset_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.review import PlatformUse
from gateway.exchange.views import DatasetView, Page
from graph.journal.rows import DatasetRow, NegotiationRow, NegotiationState
from policies.errors import PolicyNotFlatError
from policies.match import ContainmentVerdict, contain
from policies.model import PolicyClass
from policies.terms import Terms, narrowed, need_of

_AT_ONCE: Final = 100


async def alternatives(
    ports: Ports, principal: Principal, negotiation: str, *, first: int, after: str | None = None
) -> Page[DatasetView]:
    """Datasets of other owners whose present offers hold everything that a rejected request asked for.

    They are of the same kind, have all the columns, and their platforms allow the use. Nothing is said of a request
    that was not rejected.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: The caller sent no such request, or ``after`` is no dataset.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> Page[DatasetView]:
        row = existing_negotiation(reading, negotiation)
        if row.assignee != principal.party:
            raise NotFoundError("licence request", negotiation)
        start = None if after is None else existing_dataset(reading, after).seq
        others = tuple(islice(_others(reading, row, start), first + 1))
        return page(others, first, lambda each: dataset_view(reading, each))

    return await read(ports, principal, found)


def _others(reading: Reading, row: NegotiationRow, after: int | None) -> Iterator[DatasetRow]:
    if row.state is not NegotiationState.TERMINATED:
        return
    try:
        need = need_of(reading.policy(row.policy))
    except PolicyNotFlatError:
        return
    kind = existing_dataset(reading, row.dataset).record_kind
    while datasets := reading.view.datasets(kind, after=after, limit=_AT_ONCE):
        yield from (each for each in datasets if each.licensor != row.assigner and _meets(reading, each, need))
        after = datasets[-1].seq


def _meets(reading: Reading, dataset: DatasetRow, need: Terms) -> bool:
    standing = current_offer(reading, dataset.dataset, need.action)
    if standing is None or not need.columns <= frozenset(description_of(dataset, reading.view).columns):
        return False
    if use_of_action(reading, dataset, need.action) is not PlatformUse.ALLOWED:
        return False
    _, offer = standing
    # INVARIANT: of an offer at most one permission is for one use, or a request could match several.
    asked = narrowed(
        replace(offer, permissions=tuple(each for each in offer.permissions if each.action.term == need.action)),
        uid=offer.uid,
        policy_class=PolicyClass.REQUEST,
        purposes=need.purposes,
        columns=need.columns,
        max_records=need.max_records,
        max_queries=need.max_queries,
        days=need.days,
        places=need.places,
        models=need.models,
        price=need.price,
    )
    return contain(asked, offer).verdict is ContainmentVerdict.COMPATIBLE
