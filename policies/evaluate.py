"""The decision: one request, one agreement, one state of the world, one moment.

Behaviour is closed: what no permission permits is denied, and whatever is unknown counts against the request.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, assert_never

from policies.access import Situation
from policies.applies import party_matches, permitted_action
from policies.canonical import policy_hash
from policies.grants import Barrier, Grant, barrier_of, grant_of
from policies.model import (
    AccessRequest,
    Constraint,
    Decision,
    DenialCode,
    Effect,
    LicenceStatus,
    Obligation,
    Permission,
    Policy,
    PolicyClass,
    Reason,
    State,
    Verdict,
    flat,
)
from policies.predicate import NOTHING
from policies.release import Release, release_of
from policies.vocabulary import DATE_TIME, PROFILE, Vocabulary, compact, local

_PRECEDENCE: Final = (
    DenialCode.NOT_AN_AGREEMENT,
    DenialCode.AGREEMENT_STATE,
    DenialCode.PARTY_NOT_LICENSED,
    DenialCode.DATASET_NOT_LICENSED,
    DenialCode.ACTION_NOT_LICENSED,
    DenialCode.LICENCE_EXPIRED,
    DenialCode.PURPOSE_NOT_LICENSED,
    DenialCode.PROHIBITED,
    DenialCode.DUTY_NOT_FULFILLED,
    DenialCode.COLUMN_NOT_LICENSED,
    DenialCode.COLUMNS_NOT_TOGETHER,
    DenialCode.TRANSFORMS_INCOMPARABLE,
    DenialCode.CONSTRAINT_NOT_MET,
    DenialCode.LICENCE_QUOTA_EXCEEDED,
)
"""Which of several reasons is told first."""

PERMITTED: Final = "PERMITTED"


def evaluate(  # the inputs of a decision, fixed by the semantics
    policy: Policy,
    request: AccessRequest,
    state: State,
    now: datetime,
    *,
    mandates: Sequence[Policy] = (),
    vocabulary: Vocabulary = PROFILE,
) -> Decision:
    """Decide one request under one agreement; a value in every case, never an error.

    Args:
        policy: the agreement. An Offer, a Request or a Set never permits.
        request: what is asked; whatever it does not declare is unknown.
        state: what happened so far under this agreement.
        now: the only clock; a moment without offset is unknown.
        mandates: Sets that can only narrow: any denial wins, columns intersect, row filters are conjoined, caps and
            obligations unite, the stronger transform counts. The price is the agreement's alone.
        vocabulary: what is known.

    Returns:
        On denial no columns, no rows, and every reason found, the most telling first.
    """
    digest = policy_hash(policy)
    situation = Situation(request=request, state=state, now=now, vocabulary=vocabulary)
    chosen = _standing(policy, state) or _choose(policy, situation)
    if isinstance(chosen, Reason):
        return _deny(digest, [chosen])
    foreign = [mandate for mandate in mandates if mandate.policy_class is not PolicyClass.SET]
    own = grant_of(chosen, situation)
    grants = [own, *(grant_of(each, situation) for mandate in mandates for each in _binding(mandate, situation))]
    found = (barrier_of(each, situation) for each_policy in (policy, *mandates) for each in each_policy.prohibitions)
    barriers = [barrier for barrier in found if barrier is not None]
    release = release_of(grants, barriers, situation)
    reasons = [
        *(_reason(DenialCode.CONSTRAINT_NOT_MET, each.uid, "A mandate must be a set of rules.") for each in foreign),
        *(reason for grant in grants for reason in grant.denials),
        *_prohibited(barriers),
        *release.denials,
    ]
    if reasons:
        return _deny(digest, reasons)
    return _permit(digest, policy, mandates, own, grants, release)


def _standing(policy: Policy, state: State) -> Reason | None:
    """Whether the policy and its licence can permit anything at all."""
    if policy.policy_class is not PolicyClass.AGREEMENT:
        text = f"A policy of class `{local(policy.policy_class)}` never permits; an Agreement does."
        return _reason(DenialCode.NOT_AN_AGREEMENT, policy.uid, text)
    match state.status:
        case LicenceStatus.ACTIVE:
            return None
        case LicenceStatus.EXPIRED:
            return _reason(DenialCode.LICENCE_EXPIRED, policy.uid, "The licence has expired.")
        case LicenceStatus.SUSPENDED | LicenceStatus.TERMINATED:
            return _reason(DenialCode.AGREEMENT_STATE, policy.uid, f"The licence is {state.status.lower()}.")
        case _:
            assert_never(state.status)


def _choose(policy: Policy, situation: Situation) -> Permission | Reason:
    """The one permission that regulates the asked party, target and action."""
    request = situation.request
    found = list(policy.permissions)
    tests: tuple[tuple[DenialCode, str, Callable[[Permission], bool]], ...] = (
        (
            DenialCode.PARTY_NOT_LICENSED,
            "The agreement names another licensee.",
            lambda permission: permission.assignee is not None and party_matches(permission.assignee, situation),
        ),
        (
            DenialCode.DATASET_NOT_LICENSED,
            "The agreement is about another dataset.",
            lambda permission: situation.is_or_belongs_to(permission.target.source, request.target),
        ),
        (
            DenialCode.ACTION_NOT_LICENSED,
            f"The action `{compact(request.action)}` is not licensed.",
            lambda permission: permitted_action(permission.action.term, situation) is Verdict.SATISFIED,
        ),
    )
    for code, text, matches in tests:
        found = [permission for permission in found if matches(permission)]
        if not found:
            return _reason(code, policy.uid, text)
    if len(found) > 1:
        return _reason(
            DenialCode.ACTION_NOT_LICENSED, min(each.uid for each in found), "Two permissions match; one must decide."
        )
    return found[0]


def _binding(mandate: Policy, situation: Situation) -> Iterator[Permission]:
    """The permissions of a mandate that bind the request, as bounds; those outside their validity do not."""
    for permission in mandate.permissions:
        concerned = (
            party_matches(permission.assignee, situation)
            and situation.is_or_belongs_to(permission.target.source, situation.request.target)
            and permitted_action(permission.action.term, situation) is not Verdict.UNSATISFIED
        )
        past = any(
            isinstance(each, Constraint) and each.left == DATE_TIME and situation.judge(each) is Verdict.UNSATISFIED
            for each in flat(permission.constraints)
        )
        if concerned and not past:
            yield permission


def _prohibited(barriers: Sequence[Barrier]) -> Iterator[Reason]:
    for barrier in barriers:
        if barrier.everything:
            yield _reason(DenialCode.PROHIBITED, barrier.clause, "The terms prohibit this use.")


def _permit(  # everything that a permitting decision is made of
    digest: str, policy: Policy, mandates: Sequence[Policy], own: Grant, grants: Sequence[Grant], release: Release
) -> Decision:
    told = _reason(PERMITTED, own.clause, "Permitted by the agreement.")
    caps = [cap for grant in grants for cap in grant.caps]
    joints = {joint for grant in grants for joint in grant.scope.joints}
    owed = [
        Obligation(clause=duty.uid, action=duty.action.term)
        for each in (policy, *mandates)
        for duty in each.obligations
    ]
    return Decision(
        effect=Effect.PERMIT,
        policy=digest,
        clause=own.clause,
        columns=release.columns,
        rows=release.rows,
        transforms=release.transforms,
        limit=min(grant.limit for grant in grants),
        caps=tuple(sorted(caps, key=lambda cap: (cap.counter, cap.bound))),
        not_together=tuple(sorted(joints, key=sorted)),
        consent_required=any(grant.consent for grant in grants),
        obligations=tuple(sorted(owed, key=lambda each: each.clause)),
        price=own.prices[0] if own.prices else None,
        reasons=(told, *release.notes),
    )


def _deny(digest: str, reasons: Sequence[Reason]) -> Decision:
    unique = dict.fromkeys(reasons)
    ordered = sorted(
        unique, key=lambda reason: (_PRECEDENCE.index(DenialCode(reason.code)), reason.clause, reason.text)
    )
    return Decision(effect=Effect.DENY, policy=digest, clause=ordered[0].clause, rows=NOTHING, reasons=tuple(ordered))


def _reason(code: str, clause: str, text: str) -> Reason:
    return Reason(code=code, clause=clause, text=text)
