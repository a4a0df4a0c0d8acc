"""How long one decision of one agreement takes, beside the same conditions in Cedar with a parsed policy set.

Both decide the same 64 requests in turn: other purposes, places, columns, numbers of rows, usage and times. Cedar
answers permit or deny; the plan answers with columns, row filter, transforms, caps, guards, obligations and price too.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import cycle, islice, product
from typing import TypeVar

import cedarpy

from policies.access_plan import access_plan
from policies.evaluate import interpret
from policies.model import AccessRequest, State, Usage
from policies.record import record
from policies.vocabulary import DPV_SUBSET, PROFILE
from tests.testkit.policies import (
    ACADEMIC,
    ASSET,
    EUROS,
    FRANCE,
    GERMANY,
    LICENCE,
    LICENSEE,
    MARKETING,
    NOW,
    RESEARCH,
    a_state,
    an_access,
    an_agreement,
)

ROUNDS = 15
CALLS = 640
QUERIES, RECORDS, DAYS = 5, 500, 90
UNTIL = NOW + timedelta(30)
TARGET_DECISION_US, TARGET_RECORD_US, TARGET_RATIO = 5.0, 50.0, 10.0

_T = TypeVar("_T")
Case = tuple[AccessRequest, State, datetime]

CEDAR = """
permit (principal == Party::"{party}", action == Action::"fineTune", resource == Dataset::"{asset}") when {{
  [{purposes}].contains(context.purpose) && ["{place}"].contains(context.place) &&
  context.now < {until} && context.elapsed <= {days} &&
  context.queries + 1 <= {queries} && context.records + 1 <= {records} &&
  ["rater", "value"].containsAll(context.columns)
}};
forbid (principal, action == Action::"distribute", resource);
forbid (principal, action == Action::"sell", resource);
forbid (principal, action == Action::"sublicense", resource);
forbid (principal, action == Action::"reidentify", resource);
"""


def cases() -> list[Case]:
    """The requests: most are permitted, the others are denied for one reason."""
    purposes, places = (ACADEMIC, RESEARCH, ACADEMIC, MARKETING), (GERMANY, GERMANY, GERMANY, FRANCE)
    columns = (frozenset({"value"}), frozenset({"rater", "value"}))
    usage = ((1, 20), (4, 499))
    return [
        (
            an_access(purpose=purpose, place=place, selected=names, rows=10 * (used + 1)),
            a_state(
                usage={
                    f"{LICENCE}#p1#count": Usage(used=used),
                    f"{LICENCE}#p1#recordCount": Usage(used=records),
                },
                first_delivery=NOW - timedelta(used),
            ),
            NOW + timedelta(minutes=records),
        )
        for purpose, place, names, (used, records) in product(purposes, places, columns, usage)
    ]


def as_cedar(case: Case) -> dict[str, object]:
    """The same request as Cedar takes it."""
    request, state, now = case
    (purpose,), (place,) = (request.values[left] for left in request.values)
    return {
        "principal": {"type": "Party", "id": request.party},
        "action": {"type": "Action", "id": "fineTune"},
        "resource": {"type": "Dataset", "id": request.target},
        "context": {
            "purpose": purpose,
            "place": place,
            "now": int(now.timestamp()),
            "elapsed": (now - (state.first_delivery or now)).days,
            "queries": state.usage[f"{LICENCE}#p1#count"].used,
            "records": state.usage[f"{LICENCE}#p1#recordCount"].used,
            "columns": sorted(request.selected),
        },
    }


def microseconds(call: Callable[[_T], object], arguments: Sequence[_T]) -> float:
    """The median of several rounds, each the mean of many calls."""
    took = []
    for _ in range(ROUNDS):
        given = list(islice(cycle(arguments), CALLS))
        started = time.perf_counter()
        for each in given:
            call(each)
        took.append(1e6 * (time.perf_counter() - started) / CALLS)
    return statistics.median(took)


def main() -> None:
    """Measure and print."""
    policy = an_agreement(
        max_queries=QUERIES,
        max_records=RECORDS,
        days=DAYS,
        price=EUROS,
        consent=True,
        places=frozenset({GERMANY}),
        valid_until=UNTIL,
    )
    asked = cases()
    plan = access_plan(policy, asked[0][0].dataset)
    narrower = sorted(each for each in DPV_SUBSET.broader if PROFILE.is_a(each, RESEARCH))
    rules = cedarpy.PolicySet.from_str(
        CEDAR.format(
            party=LICENSEE,
            asset=ASSET,
            purposes=", ".join(f'"{each}"' for each in narrower),
            place=GERMANY,
            until=int(UNTIL.timestamp()),
            days=DAYS,
            queries=QUERIES,
            records=RECORDS,
        )
    )
    nobody = cedarpy.Entities.from_json_str("[]")
    theirs = [as_cedar(each) for each in asked]
    outcomes = [plan.decide(*each).permitted for each in asked]
    if [cedarpy.is_authorized(each, rules, nobody).allowed for each in theirs] != outcomes:
        raise AssertionError("the two engines must decide alike")
    decided = microseconds(lambda case: plan.decide(case[0], case[1], case[2]), asked)
    permitted = [case for case, outcome in zip(asked, outcomes, strict=True) if outcome]
    permits = microseconds(lambda case: plan.decide(case[0], case[1], case[2]), permitted)
    recorded = microseconds(
        lambda case: record(
            plan.decide(case[0], case[1], case[2]),
            agreement=policy.uid,
            request=case[0],
            state=case[1],
            now=case[2],
        ),
        asked,
    )
    interpreted = microseconds(
        lambda case: interpret(policy, plan.digest, *case, mandates=(), vocabulary=PROFILE), asked
    )
    cedar = microseconds(lambda each: cedarpy.is_authorized(each, rules, nobody), theirs)
    print(
        f"compiled decision: {decided:.1f} us over {len(asked)} requests, {sum(outcomes)} of them permitted; "
        f"{permits:.1f} us when permitted (bound {TARGET_DECISION_US:.0f}); "
        f"with its record {recorded:.1f} us (bound {TARGET_RECORD_US:.0f}); interpreted {interpreted:.0f} us"
    )
    print(
        f"cedarpy, parsed policy set, the same conditions: {cedar:.1f} us; "
        f"ratio {cedar / decided:.1f} (bound {TARGET_RATIO:.0f})"
    )


if __name__ == "__main__":
    main()
