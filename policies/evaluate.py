"""The decision: one request, one agreement, one state of the world, one moment.

Behaviour is closed: what no permission permits is denied, and whatever is unknown counts against the request.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import assert_never

from policies.canonical import policy_hash
from policies.deciding.access import Situation, strictest
from policies.deciding.applies import forbidden_action, party_matches, permitted_action
from policies.deciding.grants import Barrier, Grant, barrier_of, grant_of
from policies.deciding.moments import moments_of
from policies.deciding.outcome import deny, narrowed, owed, permit, told
from policies.deciding.release import release_of
from policies.errors import PolicyMalformedError
from policies.model import (
    AccessRequest,
    Cap,
    Constraint,
    Decision,
    DenialCode,
    LicenceStatus,
    Permission,
    Policy,
    PolicyClass,
    Reason,
    Source,
    State,
    Verdict,
    flat,
)
from policies.vocabulary import DATE_TIME, PROFILE, Iri, Vocabulary, compact, local


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
        On denial no columns, no rows, and every reason found, the most telling first; no hash when the policy, or a
        mandate, has no normal form.
    """
    try:
        digest, *_ = [policy_hash(each) for each in (policy, *mandates)]
    except PolicyMalformedError as problem:
        return deny(
            "", [_reason(DenialCode.NOT_AN_AGREEMENT, policy.uid, f"The terms cannot be read: {problem.problem}.")]
        )
    return interpret(policy, digest, request, state, now, mandates=mandates, vocabulary=vocabulary)


def interpret(  # the same, for callers that know the hash
    policy: Policy,
    digest: str,
    request: AccessRequest,
    state: State,
    now: datetime,
    *,
    mandates: Sequence[Policy],
    vocabulary: Vocabulary,
) -> Decision:
    """The decision of a policy whose hash is known, rule by rule from the policy as it stands."""
    situation = Situation(request=request, state=state, now=now, vocabulary=vocabulary)
    chosen = _standing(policy, state) or _choose(policy, situation)
    if isinstance(chosen, Reason):
        return deny(digest, [chosen])
    own = grant_of(chosen, situation)
    bound = (each for mandate in mandates for each in binding(mandate, situation))
    bounds = sorted((grant_of(each, situation) for each in bound), key=lambda each: each.clause)
    grants = [own, *bounds]
    found = (barrier_of(each, situation) for each_policy in (policy, *mandates) for each in each_policy.prohibitions)
    barriers = [barrier for barrier in found if barrier is not None]
    release = release_of(grants, barriers, situation)
    reasons = [
        *not_mandates(mandates),
        *(reason for grant in grants for reason in grant.denials),
        *(prohibited(barrier.clause) for barrier in barriers if barrier.everything),
        *release.denials,
    ]
    if reasons:
        return deny(digest, reasons)
    until, period = moments_of((policy, *mandates)).until(state, now)
    return permit(
        policy=digest,
        clause=own.clause,
        columns=release.columns,
        rows=release.rows,
        transforms=release.transforms,
        limit=min(grant.limit for grant in grants),
        caps=all_caps(grants),
        not_together=all_joints(grants),
        consent_required=any(grant.consent for grant in grants),
        obligations=owed((policy, *mandates)),
        price=own.prices[0] if own.prices else None,
        reasons=(told(own.clause), *(narrowed(each.clause) for each in bounds), *release.notes),
        sources=_sources(grants, barriers),
        until=until,
        period=period,
    )


def _sources(grants: Sequence[Grant], barriers: Sequence[Barrier]) -> tuple[Source, ...]:
    """Which rule each narrowing comes from."""
    rules: list[Grant | Barrier] = [*grants, *barriers]
    found = {Source(part=part, clause=rule.clause) for rule in rules for part in rule.parts}
    return tuple(sorted(found, key=lambda each: (each.part, each.clause)))


def not_mandates(mandates: Sequence[Policy]) -> list[Reason]:
    """A denial for each policy that cannot be a mandate."""
    return [
        _reason(DenialCode.CONSTRAINT_NOT_MET, each.uid, "A mandate must be a set of rules.")
        for each in mandates
        if each.policy_class is not PolicyClass.SET
    ]


def prohibited(clause: Iri) -> Reason:
    """That a prohibition takes away everything."""
    return _reason(DenialCode.PROHIBITED, clause, "The terms prohibit this use.")


def all_caps(grants: Sequence[Grant]) -> tuple[Cap, ...]:
    """The caps of all grants, one for each counter."""
    return strictest(cap for grant in grants for cap in grant.caps)


def all_joints(grants: Sequence[Grant]) -> tuple[frozenset[str], ...]:
    """The joint sets of all grants."""
    return tuple(sorted({joint for grant in grants for joint in grant.scope.joints}, key=sorted))


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


def binding(mandate: Policy, situation: Situation) -> Iterator[Permission]:
    """The permissions of a mandate that bind the request, as bounds; those outside their validity do not."""
    for permission in mandate.permissions:
        concerned = (
            party_matches(permission.assignee, situation)
            and situation.is_or_belongs_to(permission.target.source, situation.request.target)
            # WHY: a bound on part of what is asked is a bound on what is asked.
            and forbidden_action(permission.action.term, situation) is not Verdict.UNSATISFIED
        )
        past = any(
            isinstance(each, Constraint) and each.left == DATE_TIME and situation.judge(each) is Verdict.UNSATISFIED
            for each in flat(permission.constraints)
        )
        if concerned and not past:
            yield permission


def _reason(code: str, clause: str, text: str) -> Reason:
    return Reason(code=code, clause=clause, text=text)
