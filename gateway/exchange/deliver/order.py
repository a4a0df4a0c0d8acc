"""Order a delivery: every licence is decided, units are held, and the preparation begins."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import first_outcome, the
from gateway.exchange.commands import PrepareDelivery
from gateway.exchange.deliver.errors import DeliveryImpossibleError, TooManyDeliveriesError
from gateway.exchange.deliver.plan import DeliveryPlan, PlannedItem, whole_dataset
from gateway.exchange.deliver.presented import DeliveryView, delivery_view
from gateway.exchange.description import description_of
from gateway.exchange.errors import InputInvalidError, NotFoundError
from gateway.exchange.ports import Ports
from gateway.exchange.read.commit import record_denials
from gateway.exchange.read.decide import Denied, Permitted, decide
from gateway.exchange.read.decisions import decision_document
from gateway.exchange.reading import read
from graph.journal.entries import Entry, Refused
from graph.journal.events import DeliveryOrdered, UnitsReserved
from graph.journal.guards import ExpectedVersion, Guard, LicenceLive, QuotaAtMost, UnfetchedAtMost
from graph.journal.view import View
from policies.vocabulary import ISO3166, OPERANDS, PROFILE, SPATIAL

_LICENCES_AT_ONCE: Final = 50
MOST_UNFETCHED: Final = 10
"""Packages of one developer that are prepared or wait: each holds units and room on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    permitted: tuple[Permitted, ...]
    denied: tuple[Denied, ...]


async def order_delivery(ports: Ports, principal: Principal, command: PrepareDelivery) -> DeliveryView:
    """Order a package of everything that the named licences give; it is prepared in the background.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        InputInvalidError: No licence, or too many, or one named twice, a number of rows below one, or no country.
        NotFoundError: A licence is not the caller's, or the token does not name it.
        TooManyDeliveriesError: Ten of the caller's are being prepared, or wait to be fetched.
        DeliveryImpossibleError: A licence gives nothing; the denial is on record, and no source was called.
    """
    principal.require(Scope.GRAPH_QUERY)
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        _check(command)
        decided = await ports.journal.view(partial(_decided, ports, principal, command))
        if decided.denied:
            first = decided.denied[0]
            await record_denials(decided.denied, ports, principal)
            raise DeliveryImpossibleError(first.plan.command.field, first.problem.code, first.problem.message)
        entry = _entry(ports, principal, command, decided.permitted)
        (outcome,) = await ports.journal.append(entry)
        if isinstance(outcome, Refused):
            if isinstance(outcome.guard, UnfetchedAtMost):
                raise TooManyDeliveriesError(outcome.guard.bound)
            licence = getattr(outcome.guard, "licence", "")
            raise DeliveryImpossibleError(licence, outcome.code, "it changed while the order was taken; order again")
        recorded = outcome.recorded
    delivery = the(recorded, DeliveryOrdered, command).delivery
    ports.preparations.begin(delivery)
    return await read(ports, principal, lambda reading: delivery_view(ports, reading, delivery))


def _check(command: PrepareDelivery) -> None:
    if not 1 <= len(command.licences) <= _LICENCES_AT_ONCE:
        raise InputInvalidError("licences", f"name 1 to {_LICENCES_AT_ONCE} licences")
    if len(set(command.licences)) < len(command.licences):
        raise InputInvalidError("licences", "name each licence once")
    if command.rows is not None and command.rows < 1:
        raise InputInvalidError("rows", "ask for one row at least, or leave it out")
    if command.place and not PROFILE.knows(OPERANDS[SPATIAL], command.place):
        raise InputInvalidError("place", f"name a country as ISO 3166 does, like `{ISO3166}DE`, or leave it out")


def _decided(ports: Ports, principal: Principal, command: PrepareDelivery, view: View) -> _Decided:
    now = ports.clock()
    # WHY: the guard has the last word; whoever has too many waiting is told so before a denial for want of the very
    # units that they hold goes on record.
    if view.unfetched(principal.party) >= MOST_UNFETCHED:
        raise TooManyDeliveriesError(MOST_UNFETCHED)
    plan = DeliveryPlan(
        party=principal.party,
        client=principal.client,
        action=command.action,
        purpose=command.purpose,
        place=command.place,
        model=command.model,
        ordered=now,
        items=(),
    )
    outcomes = []
    for iri in command.licences:
        licence, grant = view.licence(iri), principal.grants.get(iri)
        if licence is None or grant is None or licence.assignee != principal.party:
            raise NotFoundError("licence", iri)
        dataset = view.dataset(licence.dataset)
        if dataset is None:
            raise NotFoundError("dataset", licence.dataset)
        rows = command.rows or max(1, description_of(dataset, view).rows)
        planned = whole_dataset(licence, dataset, view, grant=grant, plan=plan, rows=rows)
        outcomes.append(decide(planned, principal.party, view, ports.policies, now))
    return _Decided(
        permitted=tuple(each for each in outcomes if isinstance(each, Permitted)),
        denied=tuple(each for each in outcomes if isinstance(each, Denied)),
    )


def _entry(ports: Ports, principal: Principal, command: PrepareDelivery, permitted: tuple[Permitted, ...]) -> Entry:
    delivery = ports.ids.new("delivery")
    plan = DeliveryPlan(
        party=principal.party,
        client=principal.client,
        action=command.action,
        purpose=command.purpose,
        place=command.place,
        model=command.model,
        ordered=ports.clock(),
        items=tuple(
            PlannedItem(
                licence=each.licence.licence,
                version=each.licence.version,
                policy=each.licence.policy,
                dataset=each.licence.dataset,
                rows=each.decision.limit,
                asked=each.plan.command.first,
            )
            for each in permitted
        ),
    ).document()
    decisions = {each.licence.licence: decision_document(each) for each in permitted}
    reservations = tuple(
        UnitsReserved(
            delivery=delivery,
            licence=each.licence.licence,
            agreement=each.licence.agreement,
            policy=each.licence.policy,
            dataset=each.licence.dataset,
            rows=each.decision.limit,
            decision=decisions[each.licence.licence].digest,
        )
        for each in permitted
    )
    ordered = DeliveryOrdered(
        delivery=delivery,
        party=principal.party,
        client=principal.client,
        action=command.action,
        purpose=command.purpose,
        plan=plan.digest,
    )
    key = command.idempotency_key
    return Entry(
        events=(ordered, *reservations),
        guards=(
            UnfetchedAtMost(party=principal.party, bound=MOST_UNFETCHED),
            *(guard for each in permitted for guard in _guards(each)),
        ),
        documents=(plan, *decisions.values()),
        idempotency=None if key is None else (principal.party, key),
    )


def _guards(permitted: Permitted) -> tuple[Guard, ...]:
    licence, dataset, decision = permitted.licence, permitted.plan.dataset, permitted.decision
    return (
        LicenceLive(licence=licence.licence, version=licence.version),
        ExpectedVersion(stream=dataset.dataset, version=dataset.version),
        *(
            QuotaAtMost(
                licence=licence.licence,
                counter=cap.counter,
                units=decision.limit if cap.per_row else cap.amount,
                bound=cap.bound,
            )
            for cap in decision.caps
        ),
    )
