"""The only two ways a decision is made: everything that was granted, or nothing and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from policies.model import Cap, Decision, DenialCode, Effect, Obligation, Policy, Price, Reason, Source, Transform
from policies.predicate import NOTHING, Predicate

PERMITTED: Final = "PERMITTED"
NARROWED: Final = "NARROWED"

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
_RANK: Final[Mapping[str, int]] = {str(code): rank for rank, code in enumerate(_PRECEDENCE)}


def permit(  # noqa: PLR0913  # everything that a permitting decision is made of
    *,
    policy: str,
    clause: str,
    columns: frozenset[str],
    rows: Predicate,
    transforms: Mapping[str, Transform],
    limit: int,
    caps: tuple[Cap, ...],
    not_together: tuple[frozenset[str], ...],
    consent_required: bool,
    obligations: tuple[Obligation, ...],
    price: Price | None,
    reasons: tuple[Reason, ...],
    sources: tuple[Source, ...],
    until: datetime | None,
    period: timedelta | None,
) -> Decision:
    """A permitting decision."""
    return Decision(
        effect=Effect.PERMIT,
        policy=policy,
        clause=clause,
        columns=columns,
        rows=rows,
        transforms=MappingProxyType(dict(transforms)),
        limit=limit,
        caps=caps,
        not_together=not_together,
        consent_required=consent_required,
        obligations=obligations,
        price=price,
        reasons=reasons,
        sources=sources,
        until=until,
        period=period,
    )


def permit_part(
    whole: Decision,
    columns: frozenset[str],
    transforms: Mapping[str, Transform],
    limit: int,
    until: datetime | None,
    period: timedelta | None,
) -> Decision:
    """A permitting decision about some columns and rows of what was permitted as a whole."""
    return Decision(
        whole.effect,
        whole.policy,
        whole.clause,
        columns,
        whole.rows,
        MappingProxyType(dict(transforms)),
        limit,
        whole.caps,
        whole.not_together,
        whole.consent_required,
        whole.obligations,
        whole.price,
        whole.reasons,
        whole.sources,
        until,
        period,
    )


def deny(policy: str, reasons: Sequence[Reason]) -> Decision:
    """No columns, no rows, and every reason, the most telling first."""
    if len(reasons) > 1:
        reasons = sorted(dict.fromkeys(reasons), key=lambda each: (_RANK[each.code], each.clause, each.text))
    return Decision(Effect.DENY, policy, reasons[0].clause, rows=NOTHING, reasons=tuple(reasons))


def told(clause: str) -> Reason:
    """Why a permitting decision permits."""
    return Reason(code=PERMITTED, clause=clause, text="Permitted by the agreement.")


def narrowed(clause: str) -> Reason:
    """That a rule of a mandate binds the use as well."""
    return Reason(code=NARROWED, clause=clause, text="A rule beside the agreement limits this use.")


def owed(policies: Sequence[Policy]) -> tuple[Obligation, ...]:
    """What the obligations of the policies ask for afterwards."""
    found = (Obligation(clause=duty.uid, action=duty.action.term) for each in policies for duty in each.obligations)
    return tuple(sorted(found, key=lambda each: each.clause))
