"""JSON-LD documents: the strict intake of policies, and their writing. The only place that knows pyld."""

from collections.abc import Mapping

from policies.errors import PolicyMalformedError
from policies.jsonld.expansion import expand
from policies.jsonld.limits import read
from policies.jsonld.node import Node
from policies.jsonld.reader import read_policy
from policies.jsonld.writer import to_document
from policies.model import Policy, duties_of

__all__ = ["intake", "to_document"]


def intake(document: bytes | Mapping[str, object]) -> Policy:
    """Read a policy from a JSON-LD document, refusing whatever the profile does not know.

    Limits are checked before expansion; expansion uses the two bundled contexts and no network; no property is dropped.

    Raises:
        PolicyError: with a code and a JSON pointer to the refused place.
    """
    source = read(document)
    policy = read_policy(Node(expand(source), source))
    _require_tree(policy)
    return policy


def _require_tree(policy: Policy) -> None:
    """Refuse a policy in which one node stands at two places."""
    rules = [(rule, *duties_of(rule)) for rule in policy.rules]
    uids = [policy.uid, *(each.uid for group in rules for each in group)]
    targets = {rule.target.source for rule in policy.rules if rule.target is not None}
    repeated = next((uid for uid in uids if uids.count(uid) > 1 or uid in targets), None)
    if repeated is not None:
        raise PolicyMalformedError(f"the uid `{repeated}` names two nodes")
