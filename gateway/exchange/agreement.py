"""The agreement that follows from accepted terms: what both sides sign. The same terms always give the same one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.exchange.policy_documents import policy_document
from graph.journal.documents import Document
from policies.canonical import policy_hash
from policies.model import Constraint, Policy, flat
from policies.terms import agreement
from policies.vocabulary import DATE_TIME, ELAPSED_TIME, Iri, Operator

VERSION = 1
"""Of a newly negotiated agreement; amendments count on."""


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


def agreement_iri(negotiation: str) -> str:
    """The agreement that a negotiation can end in: it has the same UUID."""
    return negotiation.replace(":negotiation:", ":agreement:", 1)


def agreed(negotiation: str, accepted: Policy, assignee: str) -> Agreed:
    """The agreement that equals the accepted terms plus the licensee."""
    iri = agreement_iri(negotiation)
    policy = agreement(accepted, uid=Iri(iri), assignee=Iri(assignee))
    return Agreed(agreement=iri, policy=policy, hash=policy_hash(policy))


def runs_for(policy: Policy) -> timedelta | None:
    """The shortest time from the first delivery on that a permission names; nothing when none names one."""
    spans = [
        value
        for permission in policy.permissions
        for each in flat(permission.constraints)
        if isinstance(each, Constraint)
        and each.left == ELAPSED_TIME
        and each.operator in {Operator.LT, Operator.LTEQ, Operator.EQ}
        for value in each.right
        if isinstance(value, timedelta)
    ]
    return min(spans, default=None)


def valid_until(policy: Policy) -> datetime | None:
    """The earliest end that a permission names; nothing when none names one."""
    ends = [
        value
        for permission in policy.permissions
        for each in flat(permission.constraints)
        if isinstance(each, Constraint) and each.left == DATE_TIME and each.operator in {Operator.LT, Operator.LTEQ}
        for value in each.right
        if isinstance(value, datetime)
    ]
    return min(ends, default=None)
