"""What is owed when a licence has ended: what its agreement says of deletion, and the payment of what is due."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading
from graph.journal.events import DutyFiled, DutyKind, LicenceFinalised, LicenceRenewed
from graph.journal.rows import LicenceRow
from policies.model import Constraint, Duty, Policy, flat
from policies.vocabulary import CERTIFY_DELETION, COMPENSATE, DELETE, DUE_BY, EVENT, LICENCE_END

SETTLE_WITHIN: Final = timedelta(days=30)
"""When the agreement says nothing of it. Source: directive 2011/7/EU, article 3(3)."""
_KINDS: Final = {DELETE: DutyKind.DELETE, CERTIFY_DELETION: DutyKind.CERTIFY_DELETION}


def duties_of_end(ports: Ports, reading: Reading, licence: LicenceRow) -> Iterator[DutyFiled]:
    """The duties that the end of a licence starts, by the act of the reader."""
    deliveries = tuple(each.delivery for each in reading.view.deliveries_of(licence.licence) if each.state.has_left)
    for kind, clause, due in _owed(_agreed(reading, licence), reading.now):
        yield DutyFiled(
            duty=ports.ids.new("duty"),
            kind=kind,
            licence=licence.licence,
            clause=clause,
            raised_by=reading.reader.party,
            due=due,
            deliveries=deliveries,
        )


def _agreed(reading: Reading, licence: LicenceRow) -> Sequence[Policy]:
    """The agreements of a licence, the newest first: what left under an earlier one is owed by that one."""
    found = reading.view.events_about(licence.licence, types=(LicenceFinalised, LicenceRenewed))
    digests = [each.event.policy for each in found if isinstance(each.event, LicenceFinalised | LicenceRenewed)]
    return [reading.policy(each) for each in reversed(digests)]


def _owed(policies: Sequence[Policy], ended: datetime) -> Iterator[tuple[DutyKind, str, datetime]]:
    """Each kind once: by the clause of the newest agreement that has one, and the earliest time of all."""
    for term, kind in _KINDS.items():
        obligations = [
            each
            for policy in policies
            for each in sorted(policy.obligations, key=lambda each: each.uid)
            if each.action.term == term and _begins_with_the_end(each)
        ]
        if obligations:
            yield kind, obligations[0].uid, min(_due(each, ended) for each in obligations)
    if any(duty.action.term == COMPENSATE for each in policies for rule in each.permissions for duty in rule.duties):
        yield DutyKind.SETTLE, "", ended + SETTLE_WITHIN


def _begins_with_the_end(obligation: Duty) -> bool:
    return any(
        isinstance(each, Constraint) and each.left == EVENT and LICENCE_END in each.right
        for each in flat(obligation.constraints)
    )


def _due(obligation: Duty, ended: datetime) -> datetime:
    """When it has to be done: at once when the obligation names no time."""
    bounds = [
        right
        for each in flat(obligation.action.refinements)
        if isinstance(each, Constraint) and each.left == DUE_BY
        for right in each.right
    ]
    times = [ended + each for each in bounds if isinstance(each, timedelta)]
    times += [each for each in bounds if isinstance(each, datetime)]
    return min(times, default=ended)
