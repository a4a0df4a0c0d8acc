"""The agreement that follows from accepted terms: what both sides sign. The same terms always give the same one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.exchange.policy_documents import policy_document
from graph.journal.documents import Document
from graph.journal.rows import NegotiationRow
from policies.canonical import policy_hash
from policies.model import Constraint, Policy, Value, flat
from policies.terms import agreement
from policies.vocabulary import DATE_TIME, ELAPSED_TIME, Iri, Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """An agreement that is to be signed."""

    agreement: str
    policy: Policy
    hash: str

    @property
    def payload(self) -> dict[str, object]:
        """What each side signs, typ ``muniment-agreement+jws``."""
        return {"agreement": self.agreement, "policy": self.hash}

    def document(self) -> Document:
        """The stored form of the policy."""
        return policy_document(self.policy)


def version_of(row: NegotiationRow) -> int:
    """Of the agreement that a negotiation can end in: 1, or one more than the agreement that it renews has."""
    return row.renews_version + 1


def agreement_iri(negotiation: str) -> str:
    """The agreement that a negotiation can end in: it has the same UUID."""
    return negotiation.replace(":negotiation:", ":agreement:", 1)


def agreed(negotiation: str, accepted: Policy, assignee: str) -> Agreed:
    """The agreement that equals the accepted terms plus the licensee."""
    iri = agreement_iri(negotiation)
    policy = agreement(accepted, uid=Iri(iri), assignee=Iri(assignee))
    return Agreed(agreement=iri, policy=policy, hash=policy_hash(policy))


def valid_until(policy: Policy) -> datetime | None:
    """The earliest end that a permission names; nothing when none names one."""
    return min((each for each in _upper_bounds(policy, DATE_TIME) if isinstance(each, datetime)), default=None)


def ends_at(policy: Policy, first_delivery: datetime | None) -> datetime | None:
    """The earliest end that is known: a named one, or the days that a permission gives from the first delivery on.

    Nothing while none is known: the policy names no end, and its days, if it gives any, have not begun.
    """
    ends = [each for each in _upper_bounds(policy, DATE_TIME) if isinstance(each, datetime)]
    if first_delivery is not None:
        # WHY: a period that leads beyond the calendar ends nothing.
        longest = datetime.max.replace(tzinfo=UTC) - first_delivery
        periods = [each for each in _upper_bounds(policy, ELAPSED_TIME) if isinstance(each, timedelta)]
        ends += [first_delivery + each for each in periods if each <= longest]
    return min(ends, default=None)


def _upper_bounds(policy: Policy, operand: Iri) -> Iterator[Value]:
    for permission in policy.permissions:
        for each in flat(permission.constraints):
            if isinstance(each, Constraint) and each.left == operand and each.operator in {Operator.LT, Operator.LTEQ}:
                yield from each.right
