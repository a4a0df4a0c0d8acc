"""The policies of agreements in force, read from their stored documents and checked against their hashes."""

from collections import OrderedDict
from typing import Final

from graph.errors import JournalCorruptError
from graph.journal.view import View
from policies.canonical import policy_hash
from policies.errors import PolicyHashMismatchError
from policies.jsonld import intake
from policies.model import Policy

_KEPT: Final = 1024


class AgreementPolicies:
    """Loads policies by hash. What a hash stands for never changes, so parsed policies are kept, the last used ones."""

    def __init__(self) -> None:
        self._parsed: OrderedDict[str, Policy] = OrderedDict()

    def load(self, digest: str, view: View) -> Policy:
        """The policy whose normal form has this hash.

        Raises:
            JournalCorruptError: no document is stored under the hash.
            PolicyHashMismatchError: the stored document has been changed.
        """
        known = self._parsed.get(digest)
        if known is not None:
            self._parsed.move_to_end(digest)
            return known
        content = view.policy_document(digest)
        if content is None:
            raise JournalCorruptError(f"no policy is stored under `{digest}`")
        policy = intake(content)
        actual = policy_hash(policy)
        if actual != digest:
            raise PolicyHashMismatchError(expected=digest, actual=actual)
        self._parsed[digest] = policy
        if len(self._parsed) > _KEPT:
            self._parsed.popitem(last=False)
        return policy
