"""The policies of agreements in force, read from their stored documents and checked against their hashes."""

from collections import OrderedDict
from threading import Lock
from typing import Final

from gateway.exchange.policy_documents import stored_policy
from graph.errors import JournalCorruptError
from graph.journal.view import View
from policies.canonical import policy_hash
from policies.errors import PolicyHashMismatchError
from policies.model import Policy

_KEPT: Final = 1024


class AgreementPolicies:
    """Loads policies by hash. What a hash stands for never changes, so parsed policies are kept, the last used ones."""

    def __init__(self) -> None:
        self._parsed: OrderedDict[str, Policy] = OrderedDict()
        self._lock = Lock()  # WHY: several reader threads share one instance.

    def load(self, digest: str, view: View) -> Policy:
        """The policy whose normal form has this hash.

        Raises:
            JournalCorruptError: no document is stored under the hash.
            PolicyHashMismatchError: the stored document has been changed.
        """
        with self._lock:
            known = self._parsed.get(digest)
            if known is not None:
                self._parsed.move_to_end(digest)
                return known
        content = view.document(digest)
        if content is None:
            raise JournalCorruptError(f"no policy is stored under `{digest}`")
        policy = stored_policy(content)
        actual = policy_hash(policy)
        if actual != digest:
            raise PolicyHashMismatchError(expected=digest, actual=actual)
        with self._lock:
            self._parsed[digest] = policy
            if len(self._parsed) > _KEPT:
                self._parsed.popitem(last=False)
        return policy
