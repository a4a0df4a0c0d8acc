"""The policies of agreements in force: read from their stored documents, checked against their hashes, and compiled."""

from collections import OrderedDict
from threading import Lock
from typing import Final, Generic, TypeVar

from graph.errors import JournalCorruptError
from graph.journal.view import View
from policies.access_plan import AccessPlan, access_plan
from policies.model import DatasetFacts, Policy
from policies.stored import stored_policy

_KEPT: Final = 1024


_T = TypeVar("_T")


class AgreementPolicies:
    """Loads policies by hash. What a hash stands for never changes, so what was read is kept, the last used ones."""

    def __init__(self) -> None:
        self._parsed: _LastUsed[Policy] = _LastUsed()
        self._plans: _LastUsed[AccessPlan] = _LastUsed()

    def load(self, digest: str, view: View) -> Policy:
        """The policy whose normal form has this hash.

        Raises:
            JournalCorruptError: no document is stored under the hash.
            PolicyHashMismatchError: the stored document has been changed.
        """
        known = self._parsed.get(digest)
        if known is not None:
            return known
        content = view.document(digest)
        if content is None:
            raise JournalCorruptError(f"no policy is stored under `{digest}`")
        return self._parsed.keep(digest, stored_policy(content, digest))

    def plan(self, digest: str, facts: DatasetFacts, view: View) -> AccessPlan:
        """The policy, compiled against what a dataset declares; raises what ``load`` raises."""
        # INVARIANT: equal facts are one value (``facts_of``), and a plan keeps its facts, so the id is not used again.
        key = f"{digest} {id(facts)}"
        known = self._plans.get(key)
        if known is not None:
            return known
        return self._plans.keep(key, access_plan(self.load(digest, view), facts, digest=digest))


class _LastUsed(Generic[_T]):
    """A bounded store by key."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _T] = OrderedDict()
        self._lock = Lock()  # WHY: several reader threads share one instance.

    def get(self, key: str) -> _T | None:
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
            return known

    def keep(self, key: str, value: _T) -> _T:
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return value
