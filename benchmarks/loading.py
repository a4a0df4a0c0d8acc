"""How long it takes to load stored policies: bytes to a policy whose hash is checked, beside the intake of JSON-LD."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from policies.canonical import canonical_bytes, policy_hash
from policies.jsonld import intake, to_document
from policies.stored import stored_policy
from tests.testkit.policies import ASSET, EUROS, GERMANY, LICENSEE, OWNER, some_terms

POLICIES = 1_000
ROUNDS = 5
TAKEN_IN = 50
"""As many by the peer: it is slow."""
TARGET_S = 1.0

_T = TypeVar("_T")


def seconds(load: Callable[[_T], object], given: Sequence[_T]) -> float:
    """The median of several rounds over all that is given."""
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for each in given:
            load(each)
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def main() -> None:
    """Measure and print."""
    several = [
        some_terms(
            max_queries=number, max_records=10 * number, days=90, price=EUROS, places=frozenset({GERMANY}), consent=True
        ).request(uid=f"urn:policy:{number}", assigner=OWNER, assignee=LICENSEE, target=ASSET)
        for number in range(1, POLICIES + 1)
    ]
    stored = [(canonical_bytes(policy), policy_hash(policy)) for policy in several]
    took = seconds(lambda each: stored_policy(each[0], each[1]), stored)
    documents = [to_document(policy) for policy in several[:TAKEN_IN]]
    peer = seconds(intake, documents) * POLICIES / TAKEN_IN
    print(
        f"{POLICIES:,} stored policies loaded in {took:.2f} s (bound {TARGET_S:.0f} s); "
        f"as JSON-LD documents {peer:.1f} s; ratio {peer / took:.0f}"
    )


if __name__ == "__main__":
    main()
