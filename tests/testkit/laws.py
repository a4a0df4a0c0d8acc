"""How often a law is tried, and what may be said to hold of two decisions."""

import os
from collections.abc import Callable
from typing import Final

from hypothesis import HealthCheck, given, settings

from policies.compile import to_polars
from policies.model import Cap, Decision, Transform
from policies.vocabulary import KEEP
from tests.testkit.case_world import Dataset
from tests.testkit.naive_targets import at_least
from tests.testkit.policy_cases import CASES, Case

USUAL: Final = 2_000
CASES_PER_LAW: Final = int(os.environ.get("MUNIMENT_LAW_CASES", USUAL))
"""Above the usual number the cases are other ones in each run."""


def holds(law: Callable[[Case], None]) -> None:
    """Try a law on so many cases; the smallest case that breaks it is shown."""
    tried = settings(
        max_examples=CASES_PER_LAW,
        deadline=None,
        database=None,
        derandomize=CASES_PER_LAW <= USUAL,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    tried(given(CASES)(law))()


def kept(decision: Decision, dataset: Dataset) -> tuple[bool, ...]:
    """Of each row of the dataset, whether the decision's predicate keeps it."""
    if not decision.permitted:
        return (False,) * len(dataset.rows)
    frame = dataset.frame.with_columns(kept=to_polars(decision.rows).fill_null(value=False))
    return tuple(frame["kept"].to_list())


def opened(narrow: Decision, wide: Decision, dataset: Dataset) -> list[str]:
    """What the first gives that the second does not give; nothing when it gives at most as much."""
    if not narrow.permitted:
        return []
    if not wide.permitted:
        return ["everything"]
    as_it_is = Transform(term=KEEP)
    found = {
        "columns": narrow.columns <= wide.columns,
        "rows": narrow.rows == wide.rows or _all_kept(kept(narrow, dataset), kept(wide, dataset)),
        "transforms": all(
            at_least(narrow.transforms.get(name, as_it_is), wide.transforms.get(name, as_it_is))
            for name in narrow.columns
        ),
        "limit": narrow.limit <= wide.limit,
        "caps": all(any(_as_tight(own, cap) for own in narrow.caps) for cap in wide.caps),
        "joint sets": all(any(own <= joint for own in narrow.not_together) for joint in wide.not_together),
        "consent": narrow.consent_required >= wide.consent_required,
        "obligations": {*narrow.obligations} >= {*wide.obligations},
        "price": wide.price in {None, narrow.price},
    }
    return [what for what, is_within in found.items() if not is_within]


def _as_tight(own: Cap, cap: Cap) -> bool:
    return own.counter == cap.counter and own.bound <= cap.bound and own.amount >= cap.amount


def _all_kept(narrow: tuple[bool, ...], wide: tuple[bool, ...]) -> bool:
    return all(not one or other for one, other in zip(narrow, wide, strict=True))
