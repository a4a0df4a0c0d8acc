"""Step 6: book and record, durably, before anything leaves.

Each dataset is an entry of its own in one commit. Inside the transaction it is checked whether the licence is still
live, whether the decision still stands, whether dataset and consents are as they were when the rows were decided and
masked, whether no joint set becomes complete, and whether the quota suffices. A dataset that fails is recorded as
withheld.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from connectors.kinds import KINDS, Kind
from gateway.auth.principal import Principal
from gateway.exchange.notices import ConsentCover, cover
from gateway.exchange.ports import Ids, Ports
from gateway.exchange.read.charge import charge
from gateway.exchange.read.decide import Denied, Permitted, decide
from gateway.exchange.read.decisions import decision_document
from gateway.exchange.read.keys import RunKeys
from gateway.exchange.read.mask import Release, candidates, release
from gateway.exchange.read.model import ReadCommand, Stage
from graph.journal.documents import subjects_document
from graph.journal.entries import Appended, Entry, Outcome, Refused
from graph.journal.events import AccessDenied, AccessRecorded, AccessWithheld
from graph.journal.guards import (
    ColumnsApart,
    ConsentEpochIs,
    DecisionStands,
    ExpectedVersion,
    Guard,
    LicenceLive,
    QuotaAtMost,
)
from graph.journal.receipt import Receipt
from graph.journal.view import View
from policies.model import Decision
from policies.predicate import columns_of

CONSENT_CHANGED: Final = "CONSENT_CHANGED"
DECISION_OUTDATED: Final = "DECISION_OUTDATED"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDenial:
    """A denial, on record."""

    denied: Denied
    access: str
    """IRI of the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A release after its commit."""

    release: Release
    access: str
    receipt: Receipt | None
    """Nothing when the rows must not leave."""
    code: str = ""
    """Why they must not: the code of the guard that failed."""


async def record_denials(denied: Sequence[Denied], ports: Ports, principal: Principal) -> tuple[RecordedDenial, ...]:
    """Put every denial on record before it is told."""
    entries = [_denial(each, principal, ports.ids) for each in denied]
    await ports.journal.append(*entries)
    return tuple(
        RecordedDenial(denied=each, access=_access(entry)) for each, entry in zip(denied, entries, strict=True)
    )


async def commit(
    releases: Sequence[Release], ports: Ports, principal: Principal, keys: RunKeys
) -> tuple[Committed, ...]:
    """Append all releases in one commit; where consent changed since masking, mask once more and try once more."""
    appended = await _append_masked(releases, ports, principal, keys)
    outdated = [each for each in appended if each.code == DECISION_OUTDATED]
    if not outdated:
        return appended
    codes = await ports.journal.view(
        lambda view: {each.access: _code_now(each.release.permitted, ports, principal, view) for each in outdated}
    )
    return tuple(replace(each, code=codes.get(each.access, each.code)) for each in appended)


async def _append_masked(
    releases: Sequence[Release], ports: Ports, principal: Principal, keys: RunKeys
) -> tuple[Committed, ...]:
    first = await _append(releases, ports, principal)
    changed = [each.release for each in first if each.code == CONSENT_CHANGED]
    if not changed:
        return first
    covers = await ports.journal.view(
        lambda view: {each.permitted.key: consent_cover(each.permitted, principal, view) for each in changed}
    )
    again = [_remasked(each, covers[each.permitted.key], keys) for each in changed]
    second = {each.release.permitted.key: each for each in await _append(again, ports, principal)}
    return tuple(second.get(each.release.permitted.key, each) for each in first)


def _code_now(permitted: Permitted, ports: Ports, principal: Principal, view: View) -> str:
    """Why the agreement denies what it permitted before, such as its end; that time has passed, when it does not."""
    plan = replace(permitted.plan, licence=view.licence(permitted.licence.licence))
    outcome = decide(plan, principal.party, view, ports.policies, ports.clock())
    return outcome.problem.code if isinstance(outcome, Denied) else DECISION_OUTDATED


def consent_cover(permitted: Permitted, principal: Principal, view: View) -> ConsentCover:
    """What is known now of the people of a dataset, as far as this read is concerned."""
    return cover_of(permitted, principal.party, view)


def cover_of(permitted: Permitted, party: str, view: View) -> ConsentCover:
    """What is known now of the people of a dataset, as far as what leaves to this party is concerned."""
    command, dataset = permitted.plan.command, permitted.plan.dataset
    # INVARIANT: a filter or an order tells of its column, so consent must cover that as well.
    seen = seen_columns(command, permitted.decision)
    categories = {declared.category for declared in KINDS[Kind(dataset.record_kind)] if declared.name in seen}
    return cover(dataset.platform, command.purpose, categories, party, view)


def _remasked(stale: Release, known: ConsentCover, keys: RunKeys) -> Release:
    keyed = keys.people(stale.permitted)
    chosen = candidates(stale.candidates.fetched, known, keyed)
    return release(chosen, stale.table.num_rows, keys.licence(stale.permitted), keyed)


async def _append(releases: Sequence[Release], ports: Ports, principal: Principal) -> tuple[Committed, ...]:
    entries = [_entry(each, principal, ports.ids) for each in releases]
    outcomes = await ports.journal.append(*entries)
    return tuple(
        _outcome(each, entry, outcome, ports) for each, entry, outcome in zip(releases, entries, outcomes, strict=True)
    )


def _outcome(released: Release, entry: Entry, outcome: Outcome, ports: Ports) -> Committed:
    access = _access(entry)
    match outcome:
        case Appended(recorded=recorded):
            return Committed(release=released, access=access, receipt=ports.journal.receipt(recorded[0]))
        case Refused(code=code):
            return Committed(release=released, access=access, receipt=None, code=code)
        case _:
            assert_never(outcome)


def _access(entry: Entry) -> str:
    match entry.events[0]:
        case AccessRecorded(access=access) | AccessDenied(access=access):
            return access
        case other:
            raise TypeError(type(other).__name__)


def _denial(denied: Denied, principal: Principal, ids: Ids) -> Entry:
    """What is appended for a dataset that was refused before any call to its source."""
    command, problem = denied.plan.command, denied.problem
    decision = decision_document(denied)
    return Entry(
        events=(
            AccessDenied(
                access=ids.new("access"),
                operation=command.operation,
                licence=denied.plan.licence.licence if denied.plan.licence is not None else "",
                dataset=denied.plan.dataset.dataset,
                party=principal.party,
                client=principal.client,
                action=command.action,
                purpose=command.purpose,
                stage=problem.stage.value,
                code=problem.code,
                clause=problem.clause,
                decision=decision.digest,
            ),
        ),
        documents=(decision,),
    )


def _entry(release: Release, principal: Principal, ids: Ids) -> Entry:
    """What is appended for a release, with the guards that must hold, and what is appended when one does not."""
    permitted = release.permitted
    command, decision = permitted.plan.command, permitted.decision
    rows = release.table.num_rows
    price = charge(decision, rows)
    subjects = subjects_document(release.people)
    outcome = decision_document(permitted)
    recorded = AccessRecorded(
        access=ids.new("access"),
        operation=command.operation,
        licence=permitted.licence.licence,
        agreement=permitted.licence.agreement,
        policy=permitted.licence.policy,
        dataset=permitted.plan.dataset.dataset,
        source=permitted.plan.dataset.source,
        party=principal.party,
        client=principal.client,
        action=command.action,
        purpose=command.purpose,
        columns=seen_columns(command, decision),
        rows=rows,
        withheld=release.candidates.dropped,
        lawful_basis=permitted.plan.dataset.lawful_basis,
        notices=release.candidates.cover.notices,
        subjects=subjects.digest,
        units=rows,
        price_micro=price.price_micro,
        currency=price.currency,
        decision=outcome.digest,
    )
    return Entry(
        events=(recorded,),
        guards=_guards(release),
        documents=(subjects, outcome),
        otherwise=(_withheld(recorded),),
    )


def seen_columns(command: ReadCommand, decision: Decision) -> tuple[str, ...]:
    """What the licensee learns of: released columns, and those the read filters or sorts by."""
    ordered = {term.column for term in command.order}
    return tuple(sorted(decision.columns | columns_of(command.where) | ordered))


def stands(permitted: Permitted) -> tuple[DecisionStands, ...]:
    """The guard of a decision that time alone can change; none for one that no time changes."""
    decision = permitted.decision
    if decision.until is None and decision.period is None:
        return ()
    return (DecisionStands(licence=permitted.licence.licence, until=decision.until, period=decision.period),)


def _guards(release: Release) -> tuple[Guard, ...]:
    permitted = release.permitted
    dataset, licence, decision = permitted.plan.dataset, permitted.licence, permitted.decision
    quotas = tuple(
        QuotaAtMost(
            licence=licence.licence,
            counter=cap.counter,
            units=release.table.num_rows if cap.per_row else cap.amount,
            bound=cap.bound,
        )
        for cap in decision.caps
    )
    apart = ColumnsApart(
        licence=licence.licence,
        columns=frozenset(seen_columns(permitted.plan.command, decision)),
        sets=decision.not_together,
    )
    return (
        LicenceLive(licence=licence.licence, version=licence.version),
        *stands(permitted),
        # WHY: the platform's terms, the lawful basis or the subject columns may have changed since the decision.
        ExpectedVersion(stream=dataset.dataset, version=dataset.version),
        ConsentEpochIs(platform=dataset.platform, epoch=release.candidates.cover.known.epoch),
        *((apart,) if apart.sets else ()),
        *quotas,
    )


def _withheld(recorded: AccessRecorded) -> AccessWithheld:
    return AccessWithheld(
        access=recorded.access,
        operation=recorded.operation,
        licence=recorded.licence,
        dataset=recorded.dataset,
        party=recorded.party,
        client=recorded.client,
        action=recorded.action,
        purpose=recorded.purpose,
        stage=Stage.COMMIT.value,
        code="RELEASE_WITHHELD",
        clause="",
        rows=recorded.rows,
    )
