"""Step 3: what each planned dataset may give, decided by its agreement. Every denial ends here: no source was called.

Only ``policies`` permits. The gates before and after it in this file can only refuse.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from connectors.kinds import Kind
from gateway.exchange.agreements import AgreementPolicies
from gateway.exchange.description import DatasetDescription, description_of
from gateway.exchange.facts import column_facts, facts_of
from gateway.exchange.platform_terms import platform_use
from gateway.exchange.read.charge import charge
from gateway.exchange.read.model import Problem, ReadCommand, Stage
from gateway.exchange.read.plan import ReadPlan
from gateway.exchange.review import PlatformUse
from gateway.preparation.transforms import supports
from graph.journal.rows import LicenceRow
from graph.journal.view import View
from policies.model import (
    AccessRequest,
    DatasetFacts,
    Decision,
    Evidence,
    LicenceStatus,
    Policy,
    Reason,
    State,
    Usage,
)
from policies.predicate import columns_of
from policies.record import Record, record
from policies.vocabulary import (
    APPROVED,
    ETHICS_DECISION,
    OBTAIN_ETHICS_DECISION,
    PRODUCT,
    PURPOSE,
    RECIPIENT,
    SPATIAL,
    Iri,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permitted:
    """A dataset that may be read, and how."""

    plan: ReadPlan
    licence: LicenceRow
    description: DatasetDescription
    record: Record

    @property
    def decision(self) -> Decision:
        """What the agreement permits."""
        return self.record.decision

    @property
    def key(self) -> tuple[str, str]:
        """Field and dataset: unique within an operation."""
        return self.plan.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """A dataset that must not be read."""

    plan: ReadPlan
    problem: Problem
    record: Record | None = None
    """When the agreement was asked: it denied, or what it permits cannot be done."""


def decide(
    plan: ReadPlan,
    party: str,
    view: View,
    policies: AgreementPolicies,
    now: datetime,
    *,
    held: Mapping[str, int] = MappingProxyType({}),
) -> Permitted | Denied:
    """Decide one dataset under one licence; never raises a denial.

    Args:
        plan: the dataset, the licence and what is asked.
        party: who asks.
        view: the record.
        policies: of agreements.
        now: the moment of the decision.
        held: units that are counted already for this very plan, by counter: a delivery does not stand in its own way.
    """
    licence, grant = plan.licence, plan.grant
    if plan.problem is not None or licence is None or grant is None:
        return Denied(
            plan=plan, problem=plan.problem or _refusal("DATASET_NOT_LICENSED", "no licence covers this dataset")
        )
    description = description_of(plan.dataset, view)
    problem = _stale(plan) or _not_active(licence) or _narrowed(plan) or _platform_terms(plan, description, view)
    if problem is not None:
        return Denied(plan=plan, problem=problem)
    facts, present = facts_of(plan.dataset), frozenset(description.columns)
    terms = policies.plan(licence.policy, facts, view)
    request = asked_of(plan.command, facts, target=plan.dataset.dataset, present=present, party=party)
    state = _state(licence, terms.policy, view, held)
    decision = terms.decide(request, state, now)
    decided = record(decision, agreement=terms.policy.uid, request=request, state=state, now=now)
    if not decision.permitted:
        return Denied(plan=plan, problem=_from_reason(decision.reasons[0]), record=decided)
    problem = _unsupported(decision, Kind(plan.dataset.record_kind)) or _unbookable(decision)
    if problem is not None:
        return Denied(plan=plan, problem=problem, record=decided)
    return Permitted(plan=plan, licence=licence, description=description, record=decided)


def _refusal(code: str, message: str, clause: str = "") -> Problem:
    return Problem(code=code, stage=Stage.DECIDE, message=message, clause=clause)


def _from_reason(reason: Reason) -> Problem:
    return _refusal(reason.code, reason.text, reason.clause)


def _stale(plan: ReadPlan) -> Problem | None:
    """A token speaks of the agreement version it was issued for, and of no other."""
    licence, grant = plan.licence, plan.grant
    if licence is None or grant is None or (grant.version, grant.policy) == (licence.version, licence.policy):
        return None
    return _refusal("LICENCE_STALE", "the token was issued for another version of this licence; get a new token")


def _not_active(licence: LicenceRow) -> Problem | None:
    match licence.state:
        case LicenceStatus.ACTIVE:
            return None
        case LicenceStatus.SUSPENDED:
            return _refusal("LICENCE_SUSPENDED", "the owner has paused this licence")
        case LicenceStatus.EXPIRED:
            return _refusal("LICENCE_EXPIRED", "this licence has run out")
        case LicenceStatus.TERMINATED:
            return _refusal("LICENCE_TERMINATED", "this licence was ended")


def _narrowed(plan: ReadPlan) -> Problem | None:
    """What the client gave up when it asked for the token."""
    grant, command = plan.grant, plan.command
    if grant is None:
        return None
    if grant.actions is not None and command.action not in grant.actions:
        return _refusal("ACTION_NOT_LICENSED", "the token was narrowed to other actions")
    if grant.privileges is not None and command.purpose not in grant.privileges:
        return _refusal("PURPOSE_NOT_LICENSED", "the token was narrowed to other purposes")
    return None


def _platform_terms(plan: ReadPlan, description: DatasetDescription, view: View) -> Problem | None:
    """The platform's own terms bind whoever passes its data on; contested or unknown ones need a recorded decision."""
    decided = view.terms_decisions(plan.dataset.dataset).get(plan.command.action)
    match platform_use(description.terms, decided):
        case PlatformUse.ALLOWED:
            return None
        case PlatformUse.FORBIDDEN:
            return _refusal("PLATFORM_TERMS_FORBID", "the platform's own terms forbid this use")
        case PlatformUse.UNDECIDED:
            return _refusal("PLATFORM_TERMS_UNDECIDED", "the platform's own terms on this use are not settled")


def asked_of(
    command: ReadCommand, facts: DatasetFacts, *, target: str, present: frozenset[str], party: str
) -> AccessRequest:
    """What a read asks for, as policies see it: the one place that supplies what a caller declares.

    Args:
        command: the read.
        facts: what the dataset declares.
        target: the dataset.
        present: the columns that its source fills.
        party: who asks, and receives.
    """
    return AccessRequest(
        party=Iri(party),
        action=Iri(command.action),
        target=Iri(target),
        selected=frozenset(command.columns) & present,
        filtered=columns_of(command.where),
        ordered=frozenset(term.column for term in command.order),
        dataset=facts,
        values={
            PURPOSE: frozenset({command.purpose}),
            SPATIAL: frozenset({command.place} if command.place else ()),
            RECIPIENT: frozenset({party}),
            PRODUCT: frozenset({command.model} if command.model else ()),
        },
        rows=command.first,
        mode=command.mode,
    )


def _state(licence: LicenceRow, policy: Policy, view: View, held: Mapping[str, int]) -> State:
    return State(
        status=licence.state,
        version=licence.stream_version,
        usage={
            counter: Usage(used=seen.used, reserved=seen.reserved - held.get(counter, 0))
            for counter, seen in view.usage(licence.licence).items()
        },
        first_delivery=licence.first_delivery,
        evidence=_evidence(licence, policy, view),
        released=licence.released_columns,
    )


def _evidence(licence: LicenceRow, policy: Policy, view: View) -> tuple[Evidence, ...]:
    """What the record shows for the duties of the agreement: the decision of the ethics board, once it approved."""
    negotiation = view.negotiation(licence.negotiation)
    case = None if negotiation is None or not negotiation.ethics_case else view.ethics_case(negotiation.ethics_case)
    if case is None or case.approved is not True:
        return ()
    return tuple(
        Evidence(duty=duty.uid, id=case.case, values={ETHICS_DECISION: frozenset({APPROVED})}, since=case.at)
        for permission in policy.permissions
        for duty in permission.duties
        if duty.action.term == OBTAIN_ETHICS_DECISION
    )


def _unsupported(decision: Decision, kind: Kind) -> Problem | None:
    columns = column_facts(kind)
    for name, transform in sorted(decision.transforms.items()):
        if name in decision.columns and not (name in columns and supports(transform, columns[name].type)):
            return _refusal(
                "TRANSFORM_UNSUPPORTED",
                f"the licence asks for `{transform.term}` on `{name}`, which cannot be done to it",
                decision.clause,
            )
    return None


def _unbookable(decision: Decision) -> Problem | None:
    """The record can hold the price of all rows that may leave, so that one dataset never fails the commit of all."""
    price = decision.price
    if price is None or charge(decision, decision.limit).is_bookable:
        return None
    return _refusal("PRICE_UNBOOKABLE", "so many rows cost more than can be booked; ask for fewer", price.clause)
