"""What would hold if somebody accepted: offers and requests tried as the agreements they could become."""

from typing import Final

from policies.model import Policy, PolicyClass
from policies.terms import agreement
from policies.vocabulary import Iri

_PROPOSED: Final = frozenset({PolicyClass.OFFER, PolicyClass.REQUEST})


def supposed(policy: Policy, assignee: Iri) -> Policy:
    """An Offer or a Request as the agreement with this assignee, under the same uids; any other policy as it is.

    Nobody signed such an agreement: whatever is decided under it must be marked as hypothetical.

    Raises:
        PolicyMalformedError: a rule names another assignee already.
    """
    if policy.policy_class not in _PROPOSED:
        return policy
    return agreement(policy, uid=policy.uid, assignee=assignee)
