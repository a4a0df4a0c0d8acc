"""Usage reports: who used what, when, how much, what for, and what is due; and what licensees say came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.contributions import Contribution, contribution
from gateway.exchange.errors import InputInvalidError
from gateway.exchange.lookup import visible_licence
from gateway.exchange.ports import Ports
from gateway.exchange.presented import party_view
from gateway.exchange.presented_reports import RunView, run_of
from gateway.exchange.reading import Reading, read
from gateway.exchange.views import PartyView
from graph.journal.events import AccessRecorded
from graph.journal.rows import LicenceRow

MOST_LICENCES: Final = 100
_EVENTS_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageLine:
    """All accesses of one licence for one purpose and action."""

    licence: str
    dataset: str
    owner: PartyView
    developer: PartyView
    purpose: str
    action: str
    accesses: int
    deliveries: int
    """How many of the accesses left with a package."""
    rows: int
    withheld: int
    amount_micro: int
    currency: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is due to one owner in one currency: the exact sum of its lines."""

    owner: PartyView
    amount_micro: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """What was used under some licences in a time."""

    lines: tuple[UsageLine, ...]
    due: tuple[Due, ...]
    runs: tuple[RunView, ...]
    """What licensees reported of it."""
    contributions: tuple[Contribution, ...]
    """One per licence."""


async def usage_report(
    ports: Ports,
    principal: Principal,
    licences: tuple[str, ...],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> UsageReport:
    """Count what was recorded under these licences, to their sides and to auditors.

    Args:
        ports: the record.
        principal: a side of each licence, or an auditor.
        licences: IRIs.
        since: only what was recorded at this time or later.
        until: only what was recorded before this time.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        InputInvalidError: No licence, or too many.
        NotFoundError: One of them is no licence that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)
    if not 1 <= len(licences) <= MOST_LICENCES:
        raise InputInvalidError("licences", f"name 1 to {MOST_LICENCES} licences")

    def counted(reading: Reading) -> UsageReport:
        rows = [visible_licence(reading, each) for each in dict.fromkeys(licences)]
        used = [_Used.under(reading, row, since, until) for row in rows]
        lines = tuple(line for each in used for line in _lines(reading, each))
        return UsageReport(
            lines=lines,
            due=_due(lines),
            runs=tuple({run.run: run for each in used for run in each.runs}.values()),
            contributions=tuple(
                contribution(reading, each.licence, (event.delivery for _, event in each.accesses), each.runs)
                for each in used
            ),
        )

    return await read(ports, principal, counted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Used:
    """What happened under one licence in the time."""

    licence: LicenceRow
    accesses: tuple[tuple[datetime, AccessRecorded], ...]
    runs: tuple[RunView, ...]

    @classmethod
    def under(cls, reading: Reading, licence: LicenceRow, since: datetime | None, until: datetime | None) -> Self:
        runs = reading.view.runs_under(licence.licence)
        return cls(
            licence=licence,
            accesses=tuple(each for each in accesses_under(reading, licence.licence) if _within(each[0], since, until)),
            runs=tuple(run_of(reading, run) for run in runs if _within(run.at, since, until)),
        )


def _lines(reading: Reading, used: _Used) -> Iterator[UsageLine]:
    licence = used.licence
    groups: dict[tuple[str, str, str], list[tuple[datetime, AccessRecorded]]] = {}
    for at, event in used.accesses:
        groups.setdefault((event.purpose, event.action, event.currency), []).append((at, event))
    for (purpose, action, currency), found in sorted(groups.items()):
        yield UsageLine(
            licence=licence.licence,
            dataset=licence.dataset,
            owner=party_view(reading, licence.assigner),
            developer=party_view(reading, licence.assignee),
            purpose=purpose,
            action=action,
            accesses=len(found),
            deliveries=sum(1 for _, event in found if event.delivery),
            rows=sum(event.rows for _, event in found),
            withheld=sum(event.withheld for _, event in found),
            amount_micro=sum(event.price_micro for _, event in found),
            currency=currency,
            first=found[0][0],
            last=found[-1][0],
        )


def accesses_under(reading: Reading, licence: str) -> Iterator[tuple[datetime, AccessRecorded]]:
    """Everything that left under a licence, the oldest first."""
    after: int | None = None
    while found := reading.view.events_about(licence, after=after, limit=_EVENTS_AT_ONCE, types=(AccessRecorded,)):
        for each in found:
            if isinstance(each.event, AccessRecorded):
                yield each.at, each.event
        after = found[-1].seq


def _due(lines: tuple[UsageLine, ...]) -> tuple[Due, ...]:
    sums: dict[tuple[str, str], Due] = {}
    for line in lines:
        if line.currency:
            key = (line.owner.party, line.currency)
            before = sums[key].amount_micro if key in sums else 0
            sums[key] = Due(owner=line.owner, amount_micro=before + line.amount_micro, currency=line.currency)
    return tuple(sums[key] for key in sorted(sums))


def _within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)
