"""JSON-LD documents: the strict intake of policies, and their writing. The only place that knows pyld."""

from collections.abc import Mapping

from policies.jsonld.expansion import expand
from policies.jsonld.limits import read
from policies.jsonld.node import Node
from policies.jsonld.places import pointing_into
from policies.jsonld.reader import read_policy
from policies.jsonld.writer import to_document
from policies.model import Policy
from policies.registering.wellformed import require_tree

__all__ = ["intake", "pointing_into", "to_document"]


def intake(document: bytes | Mapping[str, object]) -> Policy:
    """Read a policy from a JSON-LD document, refusing whatever the profile does not know.

    Limits are checked before expansion; expansion uses the two bundled contexts and no network; no property is dropped.

    Raises:
        PolicyError: with a code, the broken rule, and a JSON pointer to the refused place.
    """
    source = read(document)
    policy = read_policy(Node(expand(source), source))
    with pointing_into(source):
        require_tree(policy)
    return policy
